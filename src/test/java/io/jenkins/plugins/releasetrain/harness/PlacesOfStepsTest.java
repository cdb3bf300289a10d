package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.Label;
import hudson.model.Result;
import hudson.model.Run;
import hudson.slaves.DumbSlave;
import hudson.slaves.OfflineCause;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.io.File;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** What is around a release step, and behind it. */
class PlacesOfStepsTest extends ShopTest {
    private WorkflowRun start(String name, String script) throws Exception {
        return Shop.start(Shop.job(jenkins, name, script));
    }

    private void othersGoOn() throws Exception {
        String pay = shop.build("pay", "1.1");
        ended(Result.SUCCESS, ride("pay", "1.1", "echo 'ok'"));
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    /** As nodes in a cloud, which come and go while a build waits. */
    @Test
    void I4_I8_anAgentThatIsAwayWhenItsBuildsTurnComesPausesNobody() throws Exception {
        shop.build("cart", "1.1");
        String before = shop.inProduction("cart");
        DumbSlave agent = jenkins.createOnlineSlave(Label.get("all"));
        Shop.operate("PAUSE", "they gather");
        WorkflowRun build = start(
                "cart", "node('all') { monoRelease(train: 'shop', service: 'cart', image: '1.1') { sh 'true' } }");
        jenkins.waitForMessage("paused: they gather", build);

        agent.toComputer().disconnect(new OfflineCause.ByCLI("gone")).get();
        Shop.operate("RESUME", "");

        jenkins.waitForCompletion(build);
        assertThat(build.getResult()).isNotEqualTo(Result.SUCCESS);
        jenkins.assertLogNotContains("could not be started", build);
        othersGoOn();
        assertThat(shop.inProduction("cart")).isEqualTo(before);
    }

    /** A newer build that needs no release passes the milestone first, and Jenkins stops the older one. */
    @Test
    void I8_aBuildThatAMilestoneStopsWhileItWaitsOrTestsTakesItsChangeOff() throws Exception {
        shop.build("cart", "1.1");
        String before = shop.inProduction("cart");
        String script = """
                milestone 1
                if (env.BUILD_NUMBER == '1') {
                    monoRelease(train: 'shop', service: 'cart', image: '1.1') { gate 'cart' }
                }
                milestone 2
                """;
        WorkflowJob tests = Shop.job(jenkins, "tests", script);
        WorkflowRun testing = Shop.start(tests);
        GateStep.awaitWaiting("cart");
        ended(Result.SUCCESS, Shop.start(tests));
        ended(Result.NOT_BUILT, testing);
        Shop.operate("PAUSE", "they gather");
        WorkflowJob waits = Shop.job(jenkins, "waits", script);
        WorkflowRun waiting = Shop.start(waits);
        jenkins.waitForMessage("paused: they gather", waiting);
        ended(Result.SUCCESS, Shop.start(waits));
        ended(Result.NOT_BUILT, waiting);
        Shop.operate("RESUME", "");

        othersGoOn();
        assertThat(shop.inProduction("cart")).isEqualTo(before);
        assertThat(EveryState.ends("train/shop").values())
                .containsExactlyInAnyOrder(
                        List.of(Event.Outcome.CANCELLED.name()),
                        List.of(Event.Outcome.CANCELLED.name()),
                        List.of(Event.Outcome.RELEASED.name()));
    }

    @Test
    void NEW_1_aStepWithoutABlockIsRefusedAtOnce() throws Exception {
        shop.build("cart", "1.1");
        jenkins.assertLogContains(
                "monoRelease step must be called with a body",
                ended(Result.FAILURE, start("train", "monoRelease(train: 'shop', service: 'cart', image: '1.1')")));
        jenkins.assertLogContains(
                "cdEnvironment step must be called with a body",
                ended(Result.FAILURE, start("environment", "cdEnvironment(name: 'cd')")));
        othersGoOn();
    }

    @Test
    void I8_aTrainsStepWithinTheTrainsOnlyEnvironmentIsRefusedAtOnce() throws Exception {
        shop.build("cart", "1.1");
        everybodyMayUseTheEnvironments();
        jenkins.assertLogContains(
                "needs environment 'staging', which a step around this one holds",
                ended(
                        Result.FAILURE,
                        start(
                                "cart",
                                "cdEnvironment(name: 'staging') {"
                                        + " monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'ok' } }")));
        othersGoOn();
    }

    /** The tests wait for a job, which waits for the train, which waits for the tests. */
    @Test
    void NEW_8_aJobThatATrainsTestsWaitForCannotRideIt() throws Exception {
        shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        String before = shop.inProduction("cart");
        Shop.job(jenkins, "inner", "monoRelease(train: 'shop', service: 'mail', image: '1.1') { echo 'ok' }");
        Shop.job(jenkins, "between", "build 'inner'");

        WorkflowRun outer = ended(
                Result.FAILURE,
                start("cart", "monoRelease(train: 'shop', service: 'cart', image: '1.1') { build 'between' }"));

        String said = "train 'shop' cannot be waited for within the tests of that very train";
        jenkins.assertLogContains(said, outer);
        jenkins.assertLogContains(
                said,
                jenkins.jenkins.getItemByFullName("inner", WorkflowJob.class).getLastBuild());
        assertThat(EveryState.ends("train/shop").values()).containsExactly(List.of(Event.Outcome.CANCELLED.name()));
        assertThat(shop.inProduction("cart")).isEqualTo(before);

        ended(
                Result.SUCCESS,
                start(
                        "once",
                        "monoRelease(train: 'shop', service: 'cart', image: '1.1') { build job: 'inner', wait: false }"));
        jenkins.waitUntilNoActivity();
        assertThat(EveryState.ends("train/shop").values())
                .contains(List.of(Event.Outcome.RELEASED.name()), List.of(Event.Outcome.RELEASED.name()));
        othersGoOn();
    }

    private static String riding(String train, String service, String body) {
        return "monoRelease(train: '" + train + "', service: '" + service + "', image: '1.1') { " + body + " }";
    }

    /** Each one's tests ride the train whose tests the other one's are, one of them in a job of its own. */
    @Test
    void NEW_8_I8_twoBuildsThatRideTwoTrainsCrosswiseDoNotWaitForEachOther() throws Exception {
        Shop.addTrain("other", "cd");
        for (String service : List.of("cart", "mail", "pay")) {
            shop.build(service, "1.1");
        }
        String before = shop.inProduction("pay");
        Shop.job(jenkins, "inner", riding("other", "mail", "echo 'ok'"));
        WorkflowRun first = start("first", riding("shop", "cart", "gate 'first'; build 'inner'"));
        GateStep.awaitWaiting("first");
        WorkflowRun second =
                start("second", riding("other", "pay", "gate 'second'; " + riding("shop", "mail", "echo 'ok'")));
        GateStep.awaitWaiting("second");
        GateStep.open("first");
        Shop.await(
                "the inner build to wait",
                () -> EveryState.build("inner") != null
                        && EveryState.build("inner").isBuilding());
        jenkins.waitForMessage("Queued for train 'other'", EveryState.build("inner"));
        GateStep.open("second");

        jenkins.assertLogContains(
                "train 'shop' is tried by first#1, whose tests wait for train 'other'", ended(Result.FAILURE, second));
        ended(Result.SUCCESS, first);
        assertThat(shop.inProduction("pay")).isEqualTo(before);
        othersGoOn();
    }

    private void everybodyMayUseTheEnvironments() {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        List<EnvironmentConfiguration> environments = configuration.getEnvironments();
        environments.forEach(environment -> environment.setAccess(Shop.EVERYBODY));
        configuration.setEnvironments(environments);
    }

    /** A job that has an environment alone when somebody starts it, and now tests what rides a train, or is within a lane. */
    @Test
    void NEW_8_aJobThatTestsWaitForCannotTakeTheirEnvironmentForItself() throws Exception {
        shop.build("cart", "1.1");
        String before = shop.inProduction("cart");
        everybodyMayUseTheEnvironments();
        Shop.job(jenkins, "load", "cdEnvironment(name: 'staging') { echo 'loaded' }");
        Shop.job(jenkins, "beside", "cdEnvironment(name: 'cd', mode: 'shared') { echo 'loaded' }");
        Shop.job(jenkins, "alone", "cdEnvironment(name: 'cd') { echo 'loaded' }");

        jenkins.assertLogContains(
                "environment 'staging' is held by cart#1, which waits for this build",
                ended(Result.FAILURE, start("cart", riding("shop", "cart", "build 'load'"))));
        assertThat(EveryState.ends("train/shop").values()).containsExactly(List.of(Event.Outcome.CANCELLED.name()));
        assertThat(shop.inProduction("cart")).isEqualTo(before);
        String lane = "microRelease(environment: 'cd', candidates: [cart: '1.1']) { build '%s' }";
        ended(Result.SUCCESS, start("lane", lane.formatted("beside")));
        jenkins.assertLogContains(
                "environment 'cd' is held by lane-alone#1, which waits for this build",
                ended(Result.FAILURE, start("lane-alone", lane.formatted("alone"))));
        othersGoOn();
    }

    @Test
    void NEW_8_aJobThatABodyOfCdEnvironmentWaitsForCannotWaitForThatEnvironment() throws Exception {
        shop.build("cart", "1.1");
        everybodyMayUseTheEnvironments();
        Shop.job(jenkins, "rides", riding("shop", "cart", "echo 'ok'"));
        Shop.job(jenkins, "load", "cdEnvironment(name: 'staging') { echo 'loaded' }");
        Shop.job(jenkins, "elsewhere", "cdEnvironment(name: 'cd') { echo 'loaded' }");
        String holds = "cdEnvironment(name: 'staging') { build '%s' }";

        ended(Result.SUCCESS, start("first", holds.formatted("elsewhere")));
        ended(Result.FAILURE, start("second", holds.formatted("load")));
        ended(Result.FAILURE, start("third", holds.formatted("rides")));
        jenkins.assertLogContains(
                "needs environment 'staging', which a step around this one holds", EveryState.build("rides"));
        ended(Result.SUCCESS, Shop.start(jenkins.jenkins.getItemByFullName("load", WorkflowJob.class)));
        othersGoOn();
    }

    @Test
    void NEW_8_variablesThatAJenkinsfileCallsLikeOursAreNobodysBody() throws Exception {
        String cart = shop.build("cart", "1.1");
        ended(
                Result.SUCCESS,
                start(
                        "cart",
                        "withEnv(['RELEASE_TRAIN=shop', 'RELEASE_ENVIRONMENT=staging']) {"
                                + " monoRelease(train: env.RELEASE_TRAIN, service: 'cart', image: '1.1') { echo 'ok' } }"));
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    /** No build.xml could be made of it, and the build would have had no end on the disk. */
    @Test
    void whatAScriptCallsItsServiceIsKeptInARecordThatCanBeWritten() throws Exception {
        WorkflowRun build =
                start("cart", "trackImage(service: 'ca\\u0000rt', image: 'registry.example/shop/cart:1.1')");
        jenkins.waitForCompletion(build);
        build.save();
        assertThat(build.getParent().getBuildByNumber(1)).isSameAs(build);
        assertThat(new XmlFile(Run.XSTREAM2, new File(build.getRootDir(), "build.xml")).read())
                .isInstanceOf(WorkflowRun.class);
    }
}
