package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.ExtensionList;
import hudson.model.Items;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** What happens to jobs, folders and builds while they ride: each change ends, and the train is free for the next (I8). */
class LifecyclesTest extends ShopTest {
    private static final String RIDE = "monoRelease(train: 'shop', service: 'cart', image: '1.1') { gate 'cart' }";

    private WorkflowJob job(Folder folder, String name, String script) throws Exception {
        WorkflowJob job = folder.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    private Folder folder(String name) throws Exception {
        return jenkins.createProject(Folder.class, name);
    }

    /** Nobody holds the train up. */
    private void theNextOneIsReleased() throws Exception {
        String pay = shop.build("pay", "1.1");
        jenkins.buildAndAssertSuccess(
                Shop.job(jenkins, "next", "monoRelease(train: 'shop', service: 'pay', image: '1.1') { echo 'ok' }"));
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    @Test
    void I8_aJobThatIsRenamedMovedAndDisabledWhileItRidesIsReleased() throws Exception {
        String cart = shop.build("cart", "1.1");
        WorkflowJob job = job(folder("Team Größe (alt)"), "my cart, v2", RIDE);
        WorkflowRun build = Shop.start(job);
        GateStep.awaitWaiting("cart");

        job.renameTo("it's another");
        Items.move(job, folder("neu"));
        job.setDisabled(true);
        GateStep.open("cart");

        ended(Result.SUCCESS, build);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(jenkins.createWebClient()
                        .goTo("job/neu/job/it's another/1/".replace(" ", "%20"))
                        .asNormalizedText())
                .contains("prod/cart:1.1", "released");
    }

    @Test
    void I8_aFolderThatIsDeletedWhileItsJobTestsTakesItsChangeOff() throws Exception {
        shop.build("cart", "1.1");
        Folder folder = folder("gone");
        Shop.start(job(folder, "cart", RIDE));
        GateStep.awaitWaiting("cart");

        folder.delete();

        theNextOneIsReleased();
        assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
    }

    @Test
    void I8_branchesThatFailFastTakeTheirChangesOff() throws Exception {
        shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "parallel", """
            parallel(
              train: { monoRelease(train: 'shop', service: 'cart', image: '1.1') { gate 'cart' } },
              lane: { microRelease(environment: 'cd', candidates: [mail: '1.1']) { gate 'mail' } },
              other: { gate 'other'; error 'no' },
              failFast: true)
            """));
        GateStep.awaitWaiting("cart");
        GateStep.awaitWaiting("mail");
        GateStep.open("other");

        ended(Result.FAILURE, build);
        theNextOneIsReleased();
        assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
        assertThat(shop.production.tags("prod/mail")).doesNotContainKey("1.1");
        Shop.await(
                "the lane to be gone",
                () -> !shop.installed("cd", "mail")
                        .equals(shop.dev.tags("shop/mail").get("1.1")));
    }

    @Test
    void I8_aTimeoutAroundTheStepTakesItsChangeOffAndPausesNobody() throws Exception {
        shop.build("cart", "1.1");
        for (int i = 0; i < 3; i++) {
            WorkflowRun build =
                    Shop.start(Shop.job(jenkins, "slow" + i, "timeout(time: 2, unit: 'SECONDS') { " + RIDE + " }"));
            ended(Result.ABORTED, build);
        }
        theNextOneIsReleased();
    }

    /** NEW-3: an author who aborts the build says nothing about the environment. */
    @Test
    void NEW_3_buildsThatAreAbortedWhileTheyTestPauseNoTrain() throws Exception {
        for (int i = 1; i <= 4; i++) {
            shop.build("cart", "1." + i);
            WorkflowRun build = Shop.start(Shop.job(
                    jenkins,
                    "cart" + i,
                    "monoRelease(train: 'shop', service: 'cart', image: '1." + i + "') { gate 'cart" + i + "' }"));
            GateStep.awaitWaiting("cart" + i);
            build.doStop();
            ended(Result.ABORTED, build);
        }
        theNextOneIsReleased();
    }

    /** The link {@code kill} ends a build without a word to its steps: it conducts for nobody any more, and nothing of it ships. */
    @Test
    void I8_I12_aBuildThatIsKilledTheHardWayHoldsNoTrain() throws Exception {
        shop.build("cart", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", RIDE));
        GateStep.awaitWaiting("cart");
        build.doKill();
        ended(Result.ABORTED, build);

        theNextOneIsReleased();
        assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
    }

    /** The link {@code term} ends a step without a word to it, and the script may go on: its change is nobody's any more. */
    @Test
    void I8_I12_aStepThatIsTerminatedAndCaughtRidesNoTrain() throws Exception {
        shop.build("cart", "1.1");
        Shop.operate("PAUSE", "wait");
        WorkflowRun build = Shop.start(
                Shop.job(jenkins, "cart", "catchError(buildResult: 'SUCCESS') { " + RIDE + " }\ngate 'after'"));
        jenkins.waitForMessage("paused: wait", build);
        build.doTerm();
        GateStep.awaitWaiting("after");
        Shop.operate("RESUME", "");

        theNextOneIsReleased();
        GateStep.open("after");
        jenkins.waitForCompletion(build);
        assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
    }

    @Test
    void nothingDepartsWhileJenkinsIsAboutToShutDownAndItGoesOnWhenItDoesNot() throws Exception {
        String cart = shop.build("cart", "1.1");
        Shop.operate("PAUSE", "wait");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", RIDE));
        jenkins.waitForMessage("paused: wait", build);
        jenkins.jenkins.doQuietDown();
        Shop.operate("RESUME", "");
        jenkins.waitForMessage("Jenkins is about to shut down", build);
        jenkins.jenkins.doCancelQuietDown();
        GateStep.awaitWaiting("cart");
        GateStep.open("cart");
        ended(Result.SUCCESS, build);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void I8_aTrainThatIsRemovedWhileItIsRiddenEndsItsBuildsAndComesBackEmpty() throws Exception {
        shop.build("cart", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", RIDE));
        GateStep.awaitWaiting("cart");
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        List<TrainConfiguration> trains = configuration.getTrains();
        configuration.setTrains(List.of());

        ended(Result.ABORTED, build);
        jenkins.assertLogContains("train 'shop' is not configured any more", build);
        configuration.setTrains(trains);
        theNextOneIsReleased();
        assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
    }

    /** NEW-8, and what a build does with an outcome that is none of success. */
    @Test
    void aBuildThatCatchesItsOutcomeGoesOnAndAStepWithinItsOwnTestsIsRefused() throws Exception {
        shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        WorkflowRun nested = jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "nested", """
            monoRelease(train: 'shop', service: 'cart', image: '1.1') {
              monoRelease(train: 'shop', service: 'mail', image: '1.1') { echo 'inner' }
            }
            """));
        jenkins.assertLogContains("cannot be waited for within the tests of that very train", nested);
        WorkflowRun caught = Shop.start(Shop.job(jenkins, "caught", """
            retry(3) {
              catchError(buildResult: 'UNSTABLE') {
                monoRelease(train: 'shop', service: 'mail', image: '1.1') {
                  if (env.RELEASE_CHANGED) { error 'mail answers 500' }
                }
              }
            }
            echo 'went on'
            """));
        jenkins.waitForCompletion(caught);
        jenkins.assertLogContains("was rejected from 'shop'", caught);
        jenkins.assertLogContains("went on", caught);
        assertThat(shop.production.tags("prod/mail")).doesNotContainKey("1.1");
        theNextOneIsReleased();
    }
}
