package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovedJobsTest {
    @TempDir
    private Path folder;

    private MovedJobs jobs() {
        return new MovedJobs(folder.resolve("release-train/moved-jobs"));
    }

    @Test
    void I8_aJobIsFollowedThroughAllItsNamesOverRestartsToo() {
        jobs().moved("cart", "shop/cart");
        jobs().moved("shop/cart", "shop/basket");

        assertThat(jobs().now("cart")).isEqualTo("shop/basket");
        assertThat(jobs().now("shop/cart")).isEqualTo("shop/basket");
        assertThat(jobs().now("pay")).isEqualTo("pay");
    }

    @Test
    void aJobThatComesBackHasNotGoneAnywhere() {
        jobs().moved("cart", "basket");
        jobs().moved("basket", "cart");

        assertThat(jobs().now("cart")).isEqualTo("cart");
        assertThat(jobs().now("basket")).isEqualTo("cart");
    }

    @Test
    void whatCannotBeReadOfAFileIsLeftOut() throws Exception {
        Path file = folder.resolve("release-train/moved-jobs");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "half a line\ncart\tbasket\n");

        assertThat(jobs().now("cart")).isEqualTo("basket");
    }
}
