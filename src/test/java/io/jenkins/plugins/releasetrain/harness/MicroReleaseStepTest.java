package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import java.util.List;
import org.jenkinsci.plugins.workflow.actions.ThreadNameAction;
import org.jenkinsci.plugins.workflow.graphanalysis.DepthFirstScanner;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

class MicroReleaseStepTest extends ShopTest {
    @Test
    void lanesRunInParallelBranchesAndArePromotedEachByItself() throws Exception {
        String cart = shop.build("cart", "1.1");
        String mail = shop.build("mail", "1.1");

        WorkflowRun build = Shop.start(Shop.job(jenkins, "micro", """
            def r = microRelease(environment: 'cd', candidates: [cart: '1.1', mail: '1.1']) {
                echo "testing $RELEASE_SERVICE of $RELEASE_IMAGE as $RELEASE_TENANT"
                gate "$RELEASE_SERVICE"
            }
            echo "cart is ${r.cart.outcome} as ${r.cart.release}, mail is ${r.mail.outcome}"
            """));
        GateStep.awaitWaiting("cart");
        GateStep.awaitWaiting("mail");
        GateStep.open("mail");
        GateStep.open("cart");

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        jenkins.assertLogContains("testing cart of " + shop.dev.host() + "/shop/cart@" + cart, build);
        jenkins.assertLogContains("cart is released as cd-cart-", build);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
        assertThat(branches(build)).containsExactlyInAnyOrder("cart", "mail");
        assertThat(build.getAction(ImagesAction.class).getImages())
                .extracting(ImagesAction.Image::getVerdict)
                .containsExactly("released", "released");
    }

    private static List<String> branches(WorkflowRun build) {
        return new DepthFirstScanner()
                .allNodes(build.getExecution()).stream()
                        .map(n -> n.getAction(ThreadNameAction.class))
                        .filter(java.util.Objects::nonNull)
                        .map(ThreadNameAction::getThreadName)
                        .toList();
    }

    @Test
    void aLaneThatFailsIsEjectedAndLeavesNothingBehind() throws Exception {
        shop.build("cart", "1.1");
        String before = shop.installed("cd", "cart");

        WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "micro", """
            microRelease(environment: 'cd', candidates: [cart: '1.1']) { if (env.RELEASE_CHANGED) { error 'answers 500' } }
            """));

        jenkins.assertLogContains("cart was rejected from 'cd': the tests failed: AbortException, at step", build);
        assertThat(shop.installed("cd", "cart")).isEqualTo(before);
        assertThat(shop.inProduction("cart")).isEqualTo(before);
    }

    @Test
    void I8_anAbortedLaneLeavesNothingBehind() throws Exception {
        String cart = shop.build("cart", "1.1");
        String before = shop.installed("cd", "cart");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "micro", """
            microRelease(environment: 'cd', candidates: [cart: '1.1']) { gate 'cart' }
            """));
        GateStep.awaitWaiting("cart");
        assertThat(shop.installed("cd", "cart")).isEqualTo(cart);

        build.getExecutor().interrupt();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        Shop.await("the baseline to be back", () -> shop.installed("cd", "cart").equals(before));
    }

    @Test
    void failFastEndsTheOtherLanesOfTheCallCancelled() throws Exception {
        shop.build("mail", "1.1");
        String before = shop.installed("cd", "mail");

        WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "micro", """
            microRelease(environment: 'cd', candidates: [cart: 'no-such-tag', mail: '1.1'], failFast: true) {
                gate 'never-opened'
            }
            """));

        jenkins.assertLogContains("no-such-tag", build);
        assertThat(shop.inProduction("mail")).isEqualTo(before);
        Shop.await("the baseline to be back", () -> shop.installed("cd", "mail").equals(before));
    }

    @Test
    void saysWhatIsWrongBeforeALaneIsOpened() throws Exception {
        jenkins.assertLogContains(
                "Unknown environment 'cdd'; configured are staging, cd",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "a", "microRelease(environment: 'cdd', candidates: [cart: '1']) {}")));
        jenkins.assertLogContains(
                "has no catalog, so it takes no lanes",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "b", "microRelease(environment: 'staging', candidates: [cart: '1']) {}")));
        jenkins.assertLogContains(
                "candidates is empty",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE, Shop.job(jenkins, "c", "microRelease(environment: 'cd', candidates: [:]) {}")));
    }
}
