package io.jenkins.plugins.releasetrain.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ViewsTest {
    /**
     * A name is looked up by the thread's class loader, which knows no plugin while a page is shown by its own address; only
     * where all is on one class path, as in tests within this process, it is found.
     */
    @Test
    void viewsNameNoClassOfThisPlugin() throws IOException {
        try (Stream<Path> files = Files.walk(Repository.root().resolve("src/main/resources"))) {
            assertThat(files.filter(f -> f.toString().endsWith(".jelly")).filter(ViewsTest::namesOurClass))
                    .isEmpty();
        }
    }

    private static boolean namesOurClass(Path view) {
        try {
            return Files.readString(view).contains("class=\"io.jenkins.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
