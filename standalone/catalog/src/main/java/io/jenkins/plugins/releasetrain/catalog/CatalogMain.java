package io.jenkins.plugins.releasetrain.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogDraft;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.catalog.KubernetesObjects;
import io.jenkins.plugins.releasetrain.engine.cluster.NamespaceObjects;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Drafts a catalog from manifests, or from what a namespace holds. */
@Command(
        name = "standalone/catalog/run",
        mixinStandardHelpOptions = true,
        description = {
            "Drafts a catalog from Kubernetes manifests (plain, or as `kustomize build` and `helm template` print"
                    + " them),",
            "or from what a namespace holds. What could not be decided is said in comments."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the draft is a catalog as it is",
            "1:the draft needs a person: what is wrong is told on standard error",
            "2:it could not be made"
        })
public final class CatalogMain implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "manifests; - for standard input")
    private List<String> files = new ArrayList<>();

    @Option(names = "--namespace", description = "read this namespace by the kubeconfig instead of files")
    private String namespace;

    @Option(names = "--kubeconfig", description = "default: as kubectl finds it")
    private Path kubeconfig;

    @Option(
            names = "--own",
            paramLabel = "PREFIX",
            description = "whose images are yours, host included, as in registry.example/shop; may be repeated."
                    + " Without it: whose most workloads have")
    private List<String> own = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(new CommandLine(new CatalogMain()).execute(args));
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            String draft = CatalogDraft.of(objects(), own);
            spec.commandLine().getOut().print(draft);
            spec.commandLine().getOut().flush();
            var problems = new CatalogReader().check(draft);
            problems.forEach(err::println);
            return problems.isEmpty() ? 0 : 1;
        } catch (EngineException | IOException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private List<JsonNode> objects() throws IOException {
        if (files.isEmpty() == (namespace == null)) {
            throw EngineException.invalid("Name files, or a namespace by --namespace");
        }
        if (namespace != null) {
            Config config = kubeconfig == null
                    ? Config.autoConfigure(null)
                    : Config.fromKubeconfig(null, Files.readString(kubeconfig), kubeconfig.toString());
            try (KubernetesClient client =
                    new KubernetesClientBuilder().withConfig(config).build()) {
                return new NamespaceObjects(client, namespace).list();
            }
        }
        List<JsonNode> objects = new ArrayList<>();
        for (String file : files) {
            String text = file.equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(file));
            objects.addAll(KubernetesObjects.parse(text, file));
        }
        return objects;
    }
}
