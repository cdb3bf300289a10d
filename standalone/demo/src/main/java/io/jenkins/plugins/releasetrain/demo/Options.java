package io.jenkins.plugins.releasetrain.demo;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What the demo runs on. Without options everything is embedded and on loopback. */
final class Options {
    @Option(
            names = "--dev-registry",
            paramLabel = "HOST[:PORT]",
            description = "A real registry that the shop's builds push to. Default: an embedded one.")
    Optional<String> devRegistry = Optional.empty();

    @Option(
            names = "--production-registry",
            paramLabel = "HOST[:PORT]",
            description = "A real registry that releases are promoted to. Default: an embedded one.")
    Optional<String> productionRegistry = Optional.empty();

    @Option(
            names = "--https",
            description = "Speak HTTPS to the registries given; default is HTTP, as a registry on loopback speaks.")
    boolean https;

    @Option(
            names = "--registry-user",
            paramLabel = "NAME",
            description = "Basic authentication at the registries given; the password is taken from the environment"
                    + " variable RELEASE_TRAIN_REGISTRY_PASSWORD.")
    Optional<String> registryUser = Optional.empty();

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "A real Kubernetes API server, without nodes: the sample images hold no program, so the demo"
                    + " plays the kubelet. Default: an embedded API.")
    Optional<Path> kubeconfig = Optional.empty();

    @Option(
            names = "--namespace",
            paramLabel = "PREFIX",
            defaultValue = "release-train-demo",
            description = "Prefix of the three namespaces that are made there, and removed in the end."
                    + " Default: ${DEFAULT-VALUE}")
    String namespace;

    @Option(
            names = "--jdbc-url",
            paramLabel = "URL",
            description = "A PostgreSQL database for the history. Default: H2 in a new directory below --store.")
    Optional<String> jdbcUrl = Optional.empty();

    @Option(
            names = "--jdbc-user",
            paramLabel = "NAME",
            defaultValue = "postgres",
            description = "Its user; the password is taken from the environment variable RELEASE_TRAIN_JDBC_PASSWORD.")
    String jdbcUser;

    @Option(
            names = "--store",
            paramLabel = "DIR",
            defaultValue = "target/release-train-demo",
            description = "Where the history is kept. Default: ${DEFAULT-VALUE}")
    Path store;

    @Option(names = "--figures", paramLabel = "FILE", description = "Write the figures of the run as JSON.")
    Optional<Path> figures = Optional.empty();

    @Option(
            names = "--serve",
            paramLabel = "PORT",
            description = "Serve the history's pages on 127.0.0.1 while the demo runs and after it, until it is"
                    + " interrupted; 0 for any free port.")
    Optional<Integer> serve = Optional.empty();

    boolean external() {
        return devRegistry.isPresent() || productionRegistry.isPresent() || jdbcUrl.isPresent();
    }
}
