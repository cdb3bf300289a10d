package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.util.List;
import java.util.Optional;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** Tests that end without having said anything about the images. */
class VoidTrialsTest extends ShopTest {
    private WorkflowRun start(String script) throws Exception {
        return Shop.start(Shop.job(jenkins, "cart", script));
    }

    private static List<Verdict> verdicts() {
        return ReleaseService.get().store().events("train/shop", 0, 1000).stream()
                .flatMap(e -> e.event() instanceof Event.TrialEnded ended
                        ? Optional.of(ended.verdict()).stream()
                        : Optional.<Verdict>empty().stream())
                .toList();
    }

    @Test
    void I4_aLostAgentBlamesNobodyAndTheTestsRunOnAnother() throws Exception {
        String cart = shop.build("cart", "1.1");
        DumbSlave lost = jenkins.createSlave("first", "tests", null);
        WorkflowRun build = start("""
                monoRelease(train: 'shop', service: 'cart', image: '1.1') { node('tests') { gate env.NODE_NAME } }
                """);
        GateStep.awaitWaiting(lost.getNodeName());

        jenkins.jenkins.removeNode(lost);
        DumbSlave other = jenkins.createSlave("second", "tests", null);
        GateStep.awaitWaiting(other.getNodeName());
        GateStep.open(other.getNodeName());

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        assertThat(verdicts()).containsExactly(Verdict.VOID, Verdict.PASSED);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    /** No tests of this build run any more, so that it must not be asked to run them again and again. */
    @Test
    void I4_I8_aBuildWhoseWholeAgentIsLostEndsAndNobodyElseWaitsForIt() throws Exception {
        shop.build("cart", "1.1");
        String before = shop.inProduction("cart");
        String pay = shop.build("pay", "1.1");
        DumbSlave lost = jenkins.createSlave("first", "all", null);
        WorkflowRun build = start("""
                node('all') {
                    monoRelease(train: 'shop', service: 'cart', image: '1.1') { gate 'cart'; sh 'true' }
                }
                """);
        GateStep.awaitWaiting("cart");

        jenkins.jenkins.removeNode(lost);

        ended(Result.ABORTED, build);
        ended(Result.SUCCESS, ride("pay", "1.1", "echo 'ok'"));
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        assertThat(shop.inProduction("cart")).isEqualTo(before);
        assertThat(verdicts()).containsOnlyOnce(Verdict.VOID).doesNotContain(Verdict.FAILED);
    }

    @Test
    void I4_aTimeoutWithinTheTestsBlamesNobodyAndATrainThatGetsNowhereWaits() throws Exception {
        String cart = shop.build("cart", "1.1");
        WorkflowRun build = start("""
                monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                    timeout(time: 1, unit: 'SECONDS') { gate 'slow' }
                }
                """);

        jenkins.waitForMessage("is broken since", build);
        assertThat(verdicts()).hasSizeGreaterThanOrEqualTo(3).containsOnly(Verdict.VOID);
        jenkins.assertLogContains("Timeout has been exceeded", build);
        GateStep.open("slow");
        Shop.operate("RESUME", "");

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void I8_aTimeoutAroundTheStepEndsTheBuildAndItsChange() throws Exception {
        shop.build("cart", "1.1");
        String before = shop.inProduction("cart");
        WorkflowRun build = start("""
                timeout(time: 5, unit: 'SECONDS') {
                    monoRelease(train: 'shop', service: 'cart', image: '1.1') { gate 'never' }
                }
                """);

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));

        Shop.await(
                "the change to be taken off",
                () -> ReleaseService.get().store().events("train/shop", 0, 1000).stream()
                        .anyMatch(e -> e.event() instanceof Event.ChangeEnded ended
                                && ended.outcome() == Event.Outcome.CANCELLED));
        assertThat(verdicts()).containsOnly(Verdict.VOID);
        assertThat(shop.inProduction("cart")).isEqualTo(before);
    }

    @Test
    void noTrainDepartsWhileJenkinsIsAboutToShutDown() throws Exception {
        String cart = shop.build("cart", "1.1");
        String installed = shop.installed("staging", "cart");
        Shop.operate("PAUSE", "they gather");
        WorkflowRun build = start("monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'tested' }");
        jenkins.waitForMessage("paused: they gather", build);

        jenkins.jenkins.doQuietDown();
        Shop.operate("RESUME", "");
        jenkins.waitForMessage("Jenkins is about to shut down; the train departs after its restart", build);
        assertThat(verdicts()).isEmpty();
        assertThat(shop.installed("staging", "cart")).isEqualTo(installed);

        jenkins.jenkins.doCancelQuietDown();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void I4_testsThatHaveNoAgentEndTheirBuildAndNobodyElse() throws Exception {
        String pay = shop.build("pay", "1.1");
        shop.build("cart", "1.1");
        WorkflowRun first = ride("pay", "1.1", "gate 'pay'");
        GateStep.awaitWaiting("pay");
        WorkflowRun mistaken = start("monoRelease(train: 'shop', service: 'cart', image: '1.1') { sh 'make' }");
        jenkins.waitForMessage("Queued for train 'shop'", mistaken);
        GateStep.open("pay");

        ended(Result.SUCCESS, first);
        ended(Result.FAILURE, mistaken);
        jenkins.assertLogContains("Perhaps you forgot to surround the sh step", mistaken);
        jenkins.assertLogNotContains("the agent was lost", mistaken);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        assertThat(verdicts()).doesNotContain(Verdict.FAILED);
    }
}
