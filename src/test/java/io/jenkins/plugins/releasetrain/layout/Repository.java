package io.jenkins.plugins.releasetrain.layout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checkout that the tests run in. */
final class Repository {
    private Repository() {}

    /** The standalone build tells; the plugin build runs in it. */
    static Path root() {
        return Path.of(System.getProperty("repository.root", ""))
                .toAbsolutePath()
                .normalize();
    }

    /** Java sources below a folder of the checkout, build output left out. */
    static List<Path> javaSources(String folder) {
        try (Stream<Path> files = Files.walk(root().resolve(folder))) {
            return files.filter(f -> f.toString().endsWith(".java"))
                    .filter(f -> !f.toString().contains("/target/"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
