package io.jenkins.plugins.releasetrain.engine.contract;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Pairs of contracts, before and after: {@code <kind>/<case>/before.<ext>} and {@code after.<ext>}, or folders
 * {@code before} and {@code after}. Descriptor sets are kept as text, beside the sources that they were compiled from.
 */
final class Pairs {
    private static final Path ROOT = Path.of(System.getProperty("repository.root", "."))
            .resolve("src/test/resources/io/jenkins/plugins/releasetrain/engine/contract");

    private Pairs() {}

    record Pair(ContractKind kind, String name, List<ContractFile> before, List<ContractFile> after) {
        String id() {
            return kind.word() + "/" + name;
        }

        List<Finding> check() {
            return Checkers.check(before, after);
        }

        /** Such as {@code ERROR READER_FIELD_MISSING_DEFAULT_VALUE}, without repetitions; empty: none. */
        List<String> verdicts() {
            return check().stream()
                    .map(f -> f.severity() + " " + f.rule())
                    .distinct()
                    .toList();
        }

        @Override
        public String toString() {
            return id();
        }
    }

    static List<Pair> all() {
        List<Pair> all = new ArrayList<>();
        for (ContractKind kind : ContractKind.values()) {
            all.addAll(of(kind));
        }
        return all;
    }

    static List<Pair> of(ContractKind kind) {
        Path folder = ROOT.resolve(kind.word());
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        return children(folder).stream()
                .map(p -> new Pair(kind, p.getFileName().toString(), files(kind, p, "before"), files(kind, p, "after")))
                .toList();
    }

    static Pair of(ContractKind kind, String name) {
        return of(kind).stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
    }

    static ContractFile file(ContractKind kind, String name, String text) {
        return new ContractFile(kind, name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<ContractFile> files(ContractKind kind, Path folder, String side) {
        Path many = folder.resolve(side);
        if (Files.isDirectory(many)) {
            try (Stream<Path> walk = Files.walk(many)) {
                return walk.filter(Files::isRegularFile)
                        .sorted()
                        .map(p -> new ContractFile(
                                kind, many.relativize(p).toString().replace('\\', '/'), bytes(p)))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return children(folder).stream()
                .filter(p -> p.getFileName().toString().startsWith(side + "."))
                .filter(p -> !p.toString().endsWith(".proto"))
                .map(p -> new ContractFile(kind, p.getFileName().toString().replace(side, "contract"), bytes(p)))
                .collect(Collectors.toList());
    }

    private static byte[] bytes(Path path) {
        try {
            if (path.toString().endsWith(".txtpb")) {
                return TextFormat.parse(Files.readString(path), FileDescriptorSet.class)
                        .toByteArray();
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> children(Path folder) {
        try (Stream<Path> list = Files.list(folder)) {
            return list.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
