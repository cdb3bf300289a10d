package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

class MonoReleaseStepTest extends ShopTest {
    @Test
    void releasesWhatPassedAndShowsTheTestsTheirEnvironment() throws Exception {
        String cart = shop.build("cart", "1.1");

        WorkflowRun build = ride("cart", "1.1", """
            echo "$RELEASE_TRAIN/$RELEASE_ENVIRONMENT/$RELEASE_NAMESPACE at $RELEASE_BASE_URL: $RELEASE_CHANGED"
            echo "set $RELEASE_ID, trial $RELEASE_TRIAL"
            """);

        ended(Result.SUCCESS, build);
        jenkins.assertLogContains("shop/staging/staging at http://staging.example: cart", build);
        jenkins.assertLogContains("set sha256:", build);
        jenkins.assertLogContains("released as shop-1", build);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.production.tags("prod/cart")).containsEntry("1.1", cart);
        ImagesAction.Image image =
                build.getAction(ImagesAction.class).getImages().get(0);
        assertThat(image.getVerdict()).isEqualTo("released");
        assertThat(image.getRelease()).isEqualTo("shop-1");
        assertThat(image.getDigest()).isEqualTo(cart);
    }

    @Test
    void buildsThatRideOneTrainGetTheirOwnOutcomes() throws Exception {
        shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        shop.build("mail", "1.2");
        String pay = shop.build("pay", "1.1");
        String mailBefore = shop.inProduction("mail");
        WorkflowRun cart = ride("cart", "1.1", "gate 'cart'");
        GateStep.awaitWaiting("cart");
        WorkflowRun older = ride("mail", "1.1", "");
        WorkflowRun payBuild = ride("pay", "1.1", "");
        WorkflowRun newer = ride("mail", "1.2", "");

        GateStep.open("cart");

        ended(Result.SUCCESS, cart);
        ended(Result.NOT_BUILT, older);
        jenkins.assertLogContains("by mail-1-2#1", older);
        ended(Result.SUCCESS, payBuild);
        ended(Result.FAILURE, newer);
        jenkins.assertLogContains("mail was rejected from 'shop': the tests failed: AbortException, at step", newer);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        assertThat(shop.inProduction("mail")).isEqualTo(mailBefore);
    }

    @Test
    void aTestReleaseIsProvenAndNotPromoted() throws Exception {
        shop.build("cart", "pr-7");
        String before = shop.inProduction("cart");

        WorkflowRun build = jenkins.buildAndAssertSuccess(Shop.job(jenkins, "pr", """
            def r = monoRelease(train: 'shop', service: 'cart', image: 'pr-7', promote: false) { echo 'smoke' }
            echo "it is ${r.outcome}"
            """));

        jenkins.assertLogContains("it is proven", build);
        assertThat(shop.inProduction("cart")).isEqualTo(before);
    }

    @Test
    void I4_anAbortedConductorBlamesNobodyAndTheNextTakesOver() throws Exception {
        shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        String cartBefore = shop.inProduction("cart");
        WorkflowRun cart = ride("cart", "1.1", "gate 'cart'");
        GateStep.awaitWaiting("cart");
        WorkflowRun payBuild = ride("pay", "1.1", "");

        cart.getExecutor().interrupt();

        ended(Result.ABORTED, cart);
        ended(Result.SUCCESS, payBuild);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        assertThat(shop.inProduction("cart")).isEqualTo(cartBefore);
    }

    @Test
    void aWaitingBuildsLogTellsItsPositionAndWhenItIsExpectedToBeDecided() throws Exception {
        for (String service : List.of("cart", "mail", "pay")) {
            shop.build(service, "1.1");
        }
        ended(Result.SUCCESS, ride("pay", "1.1", ""));
        WorkflowRun conductor = ride("cart", "1.1", "gate 'cart'");
        GateStep.awaitWaiting("cart");

        shop.build("pay", "1.2");
        WorkflowRun first = ride("pay", "1.2", "");
        jenkins.waitForMessage("Waiting at position 1", first);
        WorkflowRun second = ride("mail", "1.1", "");
        jenkins.waitForMessage("Waiting at position 2", second);
        GateStep.open("cart");
        ended(Result.SUCCESS, conductor);
        ended(Result.SUCCESS, first);
        ended(Result.FAILURE, second);

        String expected = " for the trial of cart 1\\.1 \\(batch of 1\\)"
                // Not where that time is over already, as on a slow machine.
                + "(; expected to be decided about ([-0-9]{10} )?[0-9]{2}:[0-9]{2} \\S+)? \\(details\\)\n";
        assertThat(JenkinsRule.getLog(first)).containsPattern("Waiting at position 1" + expected);
        assertThat(JenkinsRule.getLog(second)).containsPattern("Waiting at position 2" + expected);
        for (WorkflowRun build : List.of(conductor, first, second)) {
            assertThat(JenkinsRule.getLog(build).lines().filter(line -> line.startsWith("[release-train]")))
                    .as("versions and names, neither digests nor ids nor times of machines")
                    .isNotEmpty()
                    .noneMatch(line -> line.matches(".*(sha256:|[0-9a-f]{8}-[0-9a-f]{4}-|\\dT\\d\\d:).*"));
        }
    }

    @Test
    void I8_anAbortedPassengerLeavesTheTrain() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        String payBefore = shop.inProduction("pay");
        WorkflowRun conductor = ride("cart", "1.1", "gate 'cart'");
        GateStep.awaitWaiting("cart");
        WorkflowRun passenger = ride("pay", "1.1", "");

        passenger.getExecutor().interrupt();
        ended(Result.ABORTED, passenger);
        GateStep.open("cart");

        ended(Result.SUCCESS, conductor);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(payBefore);
    }

    @Test
    void anImageThatCannotStartIsNotTestedAndSaysWhy() throws Exception {
        shop.buildThat(PodBehaviour.CRASH_LOOP, "cart", "1.1");

        WorkflowRun build = ride("cart", "1.1", "echo 'never run'");

        ended(Result.FAILURE, build);
        jenkins.assertLogContains("cart does not start in 'shop'", build);
        jenkins.assertLogContains("CrashLoopBackOff", build);
    }

    @Test
    void aSnapshotTakesWhateverTheDevRegistryHolds() throws Exception {
        String cart = shop.build("cart", "latest");

        jenkins.buildAndAssertSuccess(
                Shop.job(jenkins, "nightly", "monoRelease(train: 'shop', snapshot: 'registry') { echo 'tested' }"));

        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void saysWhatIsWrongBeforeAnythingIsQueued() throws Exception {
        jenkins.assertLogContains(
                "Unknown train 'shopp'; configured are shop",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "a", "monoRelease(train: 'shopp', service: 'cart', image: '1') {}")));
        jenkins.assertLogContains(
                "Unknown service 'card'",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "b", "monoRelease(train: 'shop', service: 'card', image: '1') {}")));
        jenkins.assertLogContains(
                "is not in the dev registry",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "c", "monoRelease(train: 'shop', service: 'cart', image: '9') {}")));
        jenkins.assertLogContains(
                "give either service and image",
                jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "d", "monoRelease(train: 'shop') {}")));
    }
}
