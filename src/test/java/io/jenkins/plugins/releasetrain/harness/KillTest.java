package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.util.List;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** kill -9 of a controller that is a process of its own. */
class KillTest {
    /** The time limit of the first life ends all later ones too, so it is one for the whole test. */
    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(1800);

    @Test
    void I6_I8_killedInEveryStateEachChangeEndsOnceAndNothingIsHalfPromoted() throws Throwable {
        try (Shop shop = new Shop()) {
            new EveryState(
                            shop,
                            life -> {
                                jenkins.startJenkins();
                                life.run(step -> jenkins.runRemotely(step));
                                jenkins.stopJenkinsForcibly();
                            },
                            true)
                    .run();
        }
    }

    @Test
    void I8_aLaneWhoseBuildDidNotSurviveEndsAndLeavesTheEnvironment() throws Throwable {
        try (Shop shop = new Shop()) {
            String candidate = shop.build("mail", "1.1");
            String before = shop.installed("cd", "mail");
            Shop.Places places = shop.places();
            jenkins.startJenkins();
            jenkins.runRemotely(r -> {
                Shop.configure(places);
                WorkflowJob lost = Shop.job(r, "lost", """
                    microRelease(environment: 'cd', candidates: [mail: '1.1']) { input 'go on?' }
                    """);
                lost.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
                Shop.start(lost);
                EveryState.awaitTests("lost");
            });
            assertThat(shop.installed("cd", "mail")).isEqualTo(candidate);
            jenkins.stopJenkinsForcibly();

            jenkins.startJenkins();
            jenkins.runRemotely(r -> {
                r.assertBuildStatus(Result.FAILURE, r.waitForCompletion(EveryState.build("lost")));
                Shop.await(
                        "its lane to end",
                        () -> EveryState.ends("lane/cd").containsValue(List.of(Event.Outcome.CANCELLED.name())));
            });
            Shop.await(
                    "the baseline to be back",
                    () -> shop.installed("cd", "mail").equals(before));
            Shop.await("its place to be free", () -> shop.holder("cd") == null);
            jenkins.stopJenkins();
            assertThat(shop.inProduction("mail")).isEqualTo(before);
        }
    }
}
