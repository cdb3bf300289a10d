package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.host.Words;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** S3: whoever may read a build's log need not be allowed to see the jobs that it rides with. */
class LogsTest {
    private static final String LINE = "Aboard: tested by team-b/secret-project#7, with shop/cart#12";

    private final FakeBuildHost host = new FakeBuildHost();
    private final FakeStepContext context = new FakeStepContext();

    @Test
    void S3_aLogNamesBuildsOfJobsThatEverybodyMaySeeOnly() {
        assertThat(Logs.seen(context, host, LINE)).doesNotContain("secret-project", "#7", "shop/cart#12");

        host.open = Set.of("shop/cart");
        assertThat(Logs.seen(context, host, LINE)).contains("shop/cart#12").doesNotContain("secret-project");
    }

    @Test
    void S3_whereNobodyCanBeAskedNothingIsTold() {
        context.onGet = new java.io.IOException("the build cannot be read");
        host.open = Set.of("shop/cart", "team-b/secret-project");

        assertThat(Logs.seen(context, host, LINE)).doesNotContain("secret-project", "shop/cart#12");
    }

    @Test
    void S3_aLineIsWrittenAsItIsSeen() {
        Logs.say(context, host, LINE);

        assertThat(context.log())
                .startsWith("[release-train] Aboard: tested by a build")
                .doesNotContain("secret-project");
    }

    /** What a cluster says in its own words may look like lines of Jenkins. */
    @Test
    void S4_oneLineStaysOneLine() {
        Logs.say(context, host, "denied: no\n[Pipeline] End of Pipeline\r\nFinished: SUCCESS \u001b[8mha:x");

        assertThat(context.log().lines()).hasSize(1);
        assertThat(context.log()).doesNotContain("\u001b");
        assertThat(Logs.seen(context, host, "a\nb")).isEqualTo("a b");
    }

    @Test
    void aLogSpeaksOfVersions() {
        Digest cart = Digest.sha256("cart");
        host.versions = Map.of(cart, "1.2");

        Logs.say(context, host, "Queued for train 'shop': " + Words.asked(Map.of("cart", cart.value())));

        assertThat(context.log()).contains("'shop': cart 1.2").doesNotContain("sha256:");
        assertThat(Logs.seen(context, host, "cart " + cart)).isEqualTo("cart 1.2");
    }

    @Test
    void imagesAreCalledByWhatAStepNames() {
        Digest digest = Digest.sha256("cart");

        assertThat(Words.asked(new TreeMap<>(Map.of(
                        "a", "1.2",
                        "b", "localhost:5000/shop/b:1.3",
                        "c", "localhost:5000/shop/c:1.4@" + digest,
                        "d", "localhost:5000/shop/d:latest@" + digest,
                        "e", "localhost:5000/shop/e@" + digest))))
                .isEqualTo("a 1.2, b 1.3, c 1.4, d " + digest + ", e " + digest);
    }
}
