package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.security.Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
        jobs().moved("cart", "shop/cart", "");
        jobs().moved("shop/cart", "shop/basket", "");

        assertThat(jobs().now("cart")).isEqualTo("shop/basket");
        assertThat(jobs().now("shop/cart")).isEqualTo("shop/basket");
        assertThat(jobs().now("pay")).isEqualTo("pay");
    }

    @Test
    void aJobThatComesBackHasNotGoneAnywhere() {
        jobs().moved("cart", "basket", "");
        jobs().moved("basket", "cart", "");

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

    /** Jenkins tells of every job in a folder that is moved. */
    @Test
    void aMoveIsAddedToTheFileAndTheOthersAreNotWrittenAgain() throws Exception {
        Path file = folder.resolve("release-train/moved-jobs");
        jobs().moved("a/cart", "b/cart", "");
        Files.writeString(file, "cut o", StandardOpenOption.APPEND);
        String before = Files.readString(file);
        jobs().moved("a/pay", "b/pay", "");

        assertThat(Files.readString(file)).startsWith(before);
        assertThat(jobs().now("a/cart")).isEqualTo("b/cart");
        assertThat(jobs().now("a/pay")).isEqualTo("b/pay");
    }

    @Test
    void theFileDoesNotGrowForEver() throws Exception {
        MovedJobs jobs = jobs();
        for (int i = 0; i < 11_000; i++) {
            jobs.moved("cart-" + i, "cart-" + (i + 1), "");
        }

        assertThat(Files.readAllLines(folder.resolve("release-train/moved-jobs")))
                .hasSizeLessThan(22_000);
        assertThat(jobs.now("cart-5000")).isEqualTo("cart-11000");
        assertThat(jobs().now("cart-5000")).isEqualTo("cart-11000");
    }

    @Test
    void J_anybody_promotes_whoRenamedAJobIntoAnotherNameIsKept() {
        jobs().moved("mine", "evil", "mallory");
        jobs().moved("evil", "cart-1", "mallory");

        assertThat(jobs().formerNames("cart-1"))
                .containsExactly(new Access.Former("evil", "mallory"), new Access.Former("mine", "mallory"));
        assertThat(jobs().formerNames("pay")).isEmpty();
    }

    @Test
    void whatSomebodyMovedWhoSaysWhichJobsReleaseIsVouchedFor() {
        jobs().moved("mine", "evil", "mallory");
        jobs().moved("evil", "cart-1", "");

        assertThat(jobs().formerNames("cart-1")).isEmpty();
    }

    @Test
    void renamingToAndFroHidesNothing() {
        jobs().moved("mine", "cart-1", "mallory");
        jobs().moved("cart-1", "other", "mallory");
        jobs().moved("other", "cart-1", "mallory");

        assertThat(jobs().formerNames("cart-1")).extracting(Access.Former::job).contains("mine", "other");
    }

    @Test
    void aNewJobIsNotTakenForOneOfThatNameBefore() {
        jobs().moved("mine", "cart-1", "mallory");
        jobs().created("cart-1");

        assertThat(jobs().formerNames("cart-1")).isEmpty();
        assertThat(jobs().now("mine")).as("its builds are still found").isEqualTo("cart-1");
    }
}
