package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hudson.model.Failure;
import hudson.model.Item;
import hudson.model.Result;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.File;
import java.util.List;
import jenkins.model.CauseOfInterruption;
import jenkins.model.Jenkins;
import org.apache.commons.io.FileUtils;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Other steps in and around a release, each with a restart of Jenkins in the middle (I8). */
class RestartNeighboursTest {
    @RegisterExtension
    static final BuildWatcherExtension WATCHER = new BuildWatcherExtension();

    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    private Shop shop;

    @BeforeEach
    void setUp() throws Exception {
        shop = new Shop();
    }

    @AfterEach
    void tearDown() throws Exception {
        GateStep.forgetAll();
        shop.close();
    }

    private static WorkflowRun ride(JenkinsRule jenkins, String service, String body) throws Exception {
        WorkflowRun build = Shop.start(Shop.job(
                jenkins,
                service,
                "monoRelease(train: 'shop', service: '" + service + "', image: '1.1') { " + body + " }\necho 'after'"));
        jenkins.waitForMessage("Queued for train 'shop'", build);
        return build;
    }

    private static WorkflowRun ended(JenkinsRule jenkins, Result result, WorkflowRun build) throws Exception {
        return jenkins.assertBuildStatus(result, jenkins.waitForCompletion(build));
    }

    private void theNextOneIsReleased(JenkinsRule jenkins) throws Exception {
        String built = shop.build("cart", "9.9");
        ended(
                jenkins,
                Result.SUCCESS,
                Shop.start(Shop.job(
                        jenkins,
                        "next",
                        "monoRelease(train: 'shop', service: 'cart', image: '9.9') { echo 'tested' }")));
        assertThat(shop.inProduction("cart")).isEqualTo(built);
    }

    /** The first one waits already when Jenkins is restarted; the second one would wait for it afterwards. */
    @Test
    void NEW_8_I8_twoBuildsThatRideTwoTrainsCrosswiseAreToldAfterARestartToo() throws Throwable {
        session.then(jenkins -> {
            shop.configure();
            Shop.addTrain("other", "cd");
            for (String service : List.of("cart", "mail", "pay")) {
                shop.build(service, "1.1");
            }
            ride(
                    jenkins,
                    "pay",
                    "gate 'pay'; monoRelease(train: 'other', service: 'cart', image: '1.1') { echo 'ok' }");
            GateStep.awaitWaiting("pay");
            WorkflowRun mail = Shop.start(Shop.job(
                    jenkins,
                    "mail",
                    "monoRelease(train: 'other', service: 'mail', image: '1.1') { gate 'mail';"
                            + " monoRelease(train: 'shop', service: 'mail', image: '1.1') { echo 'ok' } }"));
            GateStep.awaitWaiting("mail");
            GateStep.open("mail");
            jenkins.waitForMessage("Queued for train 'shop'", mail);
            GateStep.forgetWaiting();
        });
        session.then(jenkins -> {
            GateStep.awaitWaiting("pay");
            WorkflowRun pay = EveryState.build("pay");
            GateStep.open("pay");
            jenkins.assertLogContains(
                    "train 'other' is tried by mail#1, whose tests wait for train 'shop'",
                    ended(jenkins, Result.FAILURE, pay));
            ended(jenkins, Result.SUCCESS, EveryState.build("mail"));
            theNextOneIsReleased(jenkins);
        });
    }

    private interface Press {
        void on(InputStepExecution input) throws Exception;
    }

    private static void as(String user, String job, Press press) throws Exception {
        try (ACLContext ignored = ACL.as2(User.getById(user, true).impersonate2())) {
            press.on(EveryState.waiting(job).get(0));
        }
    }

    private static void testers(JenkinsRule jenkins) {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.BUILD)
                .everywhere()
                .to("dev", "qa"));
    }

    /** JP-4: who is no submitter decides nothing, and the tester's no is the set's, also after a restart. */
    @Test
    void JP_4_I12_onlyASubmitterOfAnInputDeclinesWhatIsTested() throws Throwable {
        String cart = shop.inProduction("cart");
        String pay = shop.inProduction("pay");
        session.then(jenkins -> {
            shop.configure();
            testers(jenkins);
            shop.build("cart", "1.1");
            shop.build("pay", "1.1");
            Shop.operate("PAUSE", "they gather");
            ride(jenkins, "cart", "input message: 'QA ok?', submitter: 'qa'");
            ride(jenkins, "pay", "echo 'ok'");
            Shop.operate("RESUME", "");
            EveryState.awaitTests("cart");
            assertThatThrownBy(() -> as("dev", "cart", InputStepExecution::doAbort))
                    .isInstanceOf(Failure.class);
            assertThatThrownBy(() -> as("dev", "cart", InputStepExecution::doProceedEmpty))
                    .isInstanceOf(Failure.class);
        });
        session.then(jenkins -> {
            testers(jenkins);
            EveryState.awaitTests("cart");
            assertThat(EveryState.build("pay").isBuilding()).isTrue();
            as("qa", "cart", InputStepExecution::doAbort);

            ended(jenkins, Result.ABORTED, EveryState.build("cart"));
            ended(jenkins, Result.ABORTED, EveryState.build("pay"));
            jenkins.assertLogContains("cart was taken off: declined: Rejected by qa", EveryState.build("cart"));
            jenkins.assertLogContains("pay was taken off: declined: Rejected by qa", EveryState.build("pay"));
            assertThat(shop.inProduction("cart")).isEqualTo(cart);
            assertThat(shop.inProduction("pay")).isEqualTo(pay);
            theNextOneIsReleased(jenkins);
        });
    }

    @Test
    void I4_aBuildThatIsStoppedAtItsInputLeavesTheOthersAndOneWhoseInputTakesTooLongIsVoid() throws Throwable {
        session.then(jenkins -> {
            shop.configure();
            shop.build("cart", "1.1");
            String pay = shop.build("pay", "1.1");
            Shop.operate("PAUSE", "they gather");
            WorkflowRun cart = ride(jenkins, "cart", "input 'QA ok?'");
            WorkflowRun other = ride(jenkins, "pay", "echo 'ok'");
            Shop.operate("RESUME", "");
            EveryState.awaitTests("cart");
            cart.doStop();

            ended(jenkins, Result.ABORTED, cart);
            jenkins.assertLogNotContains("declined", cart);
            ended(jenkins, Result.SUCCESS, other);
            assertThat(shop.inProduction("pay")).isEqualTo(pay);

            String mail = shop.build("mail", "1.1");
            WorkflowRun late = Shop.start(Shop.job(jenkins, "late", """
                int n = 0
                monoRelease(train: 'shop', service: 'mail', image: '1.1') {
                  if (n++ == 0) { timeout(time: 1, unit: 'SECONDS') { input 'QA ok?' } }
                }
                """));
            ended(jenkins, Result.SUCCESS, late);
            jenkins.assertLogContains("the tests were interrupted by their timeout", late);
            assertThat(shop.inProduction("mail")).isEqualTo(mail);
        });
    }

    /** What {@code milestone} does to an older build, in the body: Jenkins stops it, and nobody else pays for it. */
    @Test
    void I4_aMilestoneThatIsPassedByANewerBuildTakesItsOwnChangeOff() throws Throwable {
        session.then(jenkins -> {
            shop.configure();
            shop.build("cart", "1.1");
            String before = shop.inProduction("cart");
            String pay = shop.build("pay", "1.1");
            Shop.operate("PAUSE", "they gather");
            WorkflowRun cart = ride(jenkins, "cart", "gate 'cart'");
            WorkflowRun other = ride(jenkins, "pay", "echo 'ok'");
            Shop.operate("RESUME", "");
            GateStep.awaitWaiting("cart");
            GateStep.fail("cart", new FlowInterruptedException(Result.NOT_BUILT, true, new PassedByANewerBuild()));

            ended(jenkins, Result.NOT_BUILT, cart);
            ended(jenkins, Result.SUCCESS, other);
            assertThat(shop.inProduction("pay")).isEqualTo(pay);
            assertThat(shop.inProduction("cart")).isEqualTo(before);
            assertThat(EveryState.ends("train/shop").values())
                    .containsExactlyInAnyOrder(
                            List.of(Event.Outcome.CANCELLED.name()), List.of(Event.Outcome.RELEASED.name()));
        });
    }

    private static final class PassedByANewerBuild extends CauseOfInterruption {
        private static final long serialVersionUID = 1;

        @Override
        public String getShortDescription() {
            return "Superseded by cart #2";
        }
    }

    /** A build that waits for somebody after its release holds nobody up, and does not ride again after a restart. */
    @Test
    void I8_aBuildThatIsKeptByAnInputAfterItsReleaseIsReleasedOnceAndFree() throws Throwable {
        String cart = shop.build("cart", "1.1");
        session.then(jenkins -> {
            shop.configure();
            WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", """
                input 'release?'
                def r = monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'tested' }
                input 'announce?'
                echo "announced ${r.release}"
                """));
            EveryState.awaitTests("cart");
            EveryState.goOn("cart");
            jenkins.waitForMessage("announce?", build);
            EveryState.awaitTests("cart");
        });
        session.then(jenkins -> {
            EveryState.awaitTests("cart");
            assertThat(shop.inProduction("cart")).isEqualTo(cart);
            theNextOneIsReleased(jenkins);
            EveryState.goOn("cart");
            jenkins.assertLogContains("announced shop-1", ended(jenkins, Result.SUCCESS, EveryState.build("cart")));
            assertThat(EveryState.ends("train/shop")).hasSize(2);
        });
    }

    /** As where an agent is throttled or starts late: waiting for one is no verdict, however often Jenkins restarts. */
    @Test
    void I8_testsThatWaitForAnAgentGoOnAfterARestart() throws Throwable {
        String cart = shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        session.then(jenkins -> {
            shop.configure();
            ride(jenkins, "cart", "node('late') { echo 'tested' }");
            Shop.start(Shop.job(
                    jenkins,
                    "pay",
                    "microRelease(environment: 'cd', candidates: [pay: '1.1']) { node('late') { echo 'tested' } }"));
            jenkins.waitForMessage("Still waiting to schedule task", EveryState.build("cart"));
            jenkins.waitForMessage("Still waiting to schedule task", EveryState.build("pay"));
        });
        session.then(jenkins -> {
            jenkins.createSlave("agent", "late", null);
            ended(jenkins, Result.SUCCESS, EveryState.build("cart"));
            ended(jenkins, Result.SUCCESS, EveryState.build("pay"));
            jenkins.assertLogNotContains("void", EveryState.build("cart"));
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    /** Several steps of one build beside each other, below steps that catch what they end with. */
    @Test
    void I8_stepsBesideEachOtherBelowStepsThatCatchHaveTheirOwnOutcomesAfterARestart() throws Throwable {
        String cart = shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        shop.build("pay", "1.1");
        String mail = shop.inProduction("mail");
        String pay = shop.inProduction("pay");
        session.then(jenkins -> {
            shop.configure();
            Shop.operate("PAUSE", "they gather");
            Shop.start(Shop.job(jenkins, "all", """
                def went = []
                def tests = {
                  gate 'train'
                  if (env.RELEASE_CHANGED.split(' ').contains('mail')) { error 'mail answers 500' }
                }
                parallel(
                  a: { retry(2) {
                    went << monoRelease(train: 'shop', service: 'cart', image: '1.1') { tests() }.outcome
                  } },
                  b: {
                    warnError('yellow') { retry(2) {
                      monoRelease(train: 'shop', service: 'mail', image: '1.1') { tests() }
                      went << 'wrong'
                    } }
                    went << 'mail went on'
                  },
                  c: {
                    catchError(buildResult: 'SUCCESS', stageResult: 'UNSTABLE') {
                      microRelease(environment: 'cd', candidates: [pay: '1.1']) {
                        if (env.RELEASE_CHANGED) { gate 'lane'; error 'pay answers 500' }
                      }
                      went << 'wrong'
                    }
                    went << 'lane went on'
                  })
                echo "went ${went.sort()}"
                """));
            Shop.await(
                    "both changes",
                    () -> ReleaseService.get().store().events("train/shop", 0, 100).stream()
                                    .filter(e -> e.event() instanceof Event.ChangeQueued)
                                    .count()
                            == 2);
            Shop.operate("RESUME", "");
            GateStep.awaitWaiting("train");
            GateStep.awaitWaiting("lane");
            GateStep.forgetWaiting();
        });
        session.then(jenkins -> {
            GateStep.awaitWaiting("train");
            GateStep.awaitWaiting("lane");
            GateStep.open("train");
            GateStep.open("lane");
            WorkflowRun build = jenkins.waitForCompletion(EveryState.build("all"));
            jenkins.assertLogContains("went [lane went on, mail went on, released]", build);
            jenkins.assertLogContains("mail was rejected from 'shop'", build);
            jenkins.assertLogContains("pay was rejected from 'cd'", build);
            jenkins.assertLogNotContains("Retrying", build);
            assertThat(EveryState.ends("train/shop").values())
                    .containsExactlyInAnyOrder(
                            List.of(Event.Outcome.RELEASED.name()), List.of(Event.Outcome.EJECTED.name()));
            theNextOneIsReleased(jenkins);
        });
        assertThat(cart).isIn(shop.production.tags("prod/cart").values());
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    /** Jenkins deletes no build that runs, but a clean-up of its files does while it is down: then nobody waits for it. */
    @Test
    void I8_aBuildThatIsDeletedWhileItWaitsHoldsNobodyUpAfterARestart() throws Throwable {
        File[] directory = new File[1];
        session.then(jenkins -> {
            shop.configure();
            shop.build("mail", "1.1");
            Shop.operate("PAUSE", "they gather");
            WorkflowRun build = ride(jenkins, "mail", "echo 'ok'");
            assertThatThrownBy(build::delete).hasMessageContaining("still running");
            directory[0] = build.getRootDir();
        });
        FileUtils.deleteDirectory(directory[0]);
        session.then(jenkins -> {
            Shop.operate("RESUME", "");
            theNextOneIsReleased(jenkins);
            Shop.await(
                    "its change to end",
                    () -> EveryState.ends("train/shop").containsValue(List.of(Event.Outcome.CANCELLED.name())));
            assertThat(EveryState.ends("train/shop").values())
                    .allSatisfy(e -> assertThat(e).hasSize(1));
        });
    }
}
