package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** CNCF distribution 2.8 ({@code docker-registry}) as a process on a free loopback port, its data in a temporary folder. */
public final class DockerRegistry implements AutoCloseable {
    private static final String PROGRAM = "docker-registry";
    private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:\\d+)");
    private static final long START_SECONDS = 60;

    private final Path directory;
    private final Process process;
    private final String host;
    private final boolean tls;

    private DockerRegistry(Path directory, Process process, String host, boolean tls) {
        this.directory = directory;
        this.process = process;
        this.host = host;
        this.tls = tls;
    }

    /** Whether a program is on the PATH. */
    public static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    public static boolean available() {
        return onPath(PROGRAM);
    }

    /** For anybody, over plain HTTP. */
    public static DockerRegistry start() throws IOException {
        return start("", List.of());
    }

    /** @param htpasswd a line with a bcrypt hash */
    public static DockerRegistry withBasicAuth(String htpasswd) throws IOException {
        return start(
                "auth: {htpasswd: {realm: test, path: DIR/htpasswd}}\n",
                List.of(new Extra("htpasswd", htpasswd + "\n")));
    }

    /** @param pem the certificate that signs the tokens */
    public static DockerRegistry withTokens(TokenServer tokens, String issuer, String pem) throws IOException {
        return start(
                "auth: {token: {realm: '" + tokens.realm() + "', service: test, issuer: '" + issuer
                        + "', rootcertbundle: DIR/tokens.pem}}\n",
                List.of(new Extra("tokens.pem", pem)));
    }

    public static DockerRegistry withTls(LocalAuthority authority) throws IOException {
        try {
            return start("", List.of(new Extra("tls.pem", authority.pem()), new Extra("tls.key", authority.keyPem())));
        } catch (GeneralSecurityException e) {
            throw new IOException("Cannot encode the certificate", e);
        }
    }

    private record Extra(String name, String content) {}

    private static DockerRegistry start(String auth, List<Extra> files) throws IOException {
        Path directory = Files.createTempDirectory(PROGRAM);
        boolean tls = false;
        for (Extra file : files) {
            Files.writeString(directory.resolve(file.name), file.content);
            tls |= file.name.equals("tls.key");
        }
        String config = """
                version: 0.1
                log: {level: info, accesslog: {disabled: true}}
                storage:
                  filesystem: {rootdirectory: DIR/data}
                  cache: {blobdescriptor: inmemory}
                  delete: {enabled: true}
                http:
                  addr: 127.0.0.1:0
                  secret: of-a-test
                """ + (tls ? "  tls: {certificate: DIR/tls.pem, key: DIR/tls.key}\n" : "") + auth;
        Path file = directory.resolve("config.yml");
        Files.writeString(file, config.replace("DIR", directory.toString()));
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(PROGRAM, "serve", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new DockerRegistry(directory, process, listening(process, log), tls);
    }

    private static String listening(Process process, Path log) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < deadline && process.isAlive()) {
            Matcher matcher = LISTENING.matcher(Files.readString(log));
            if (matcher.find()) {
                return matcher.group(1);
            }
            try {
                process.waitFor(20, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        process.destroyForcibly();
        throw new IOException(PROGRAM + " did not start: " + Files.readString(log));
    }

    public String host() {
        return host;
    }

    public URI origin() {
        return URI.create((tls ? "https://" : "http://") + host);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(START_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
