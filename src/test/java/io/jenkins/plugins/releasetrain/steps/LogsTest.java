package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
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
}
