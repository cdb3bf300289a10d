package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Restarts of the controller; the registries and the cluster stay. */
class RestartTest {
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

    private static String script(String service, String body) {
        return "def r = monoRelease(train: 'shop', service: '" + service + "', image: '1.1') { " + body
                + " }\necho \"in ${r.release}\"";
    }

    private static WorkflowRun build(JenkinsRule jenkins, String job) {
        return jenkins.jenkins.getItemByFullName(job, WorkflowJob.class).getBuildByNumber(1);
    }

    @Test
    void I8_aTrainGoesOnAfterARestartWhileOneBuildTestsAndAnotherWaits() throws Throwable {
        String cart = shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        session.then(jenkins -> {
            shop.configure();
            Shop.start(Shop.job(jenkins, "cart", script("cart", "gate 'cart'")));
            GateStep.awaitWaiting("cart");
            jenkins.waitForMessage(
                    "Queued for train", Shop.start(Shop.job(jenkins, "pay", script("pay", "echo 'tested'"))));
            GateStep.forgetWaiting();
        });
        session.then(jenkins -> {
            GateStep.awaitWaiting("cart");
            GateStep.open("cart");
            WorkflowRun first = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "cart")));
            WorkflowRun second = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "pay")));
            jenkins.assertLogContains("in shop-1", first);
            jenkins.assertLogContains("in shop-2", second);
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    @Test
    void I8_aLaneGoesOnAfterARestart() throws Throwable {
        String cart = shop.build("cart", "1.1");
        session.then(jenkins -> {
            shop.configure();
            Shop.start(Shop.job(
                    jenkins, "micro", "microRelease(environment: 'cd', candidates: [cart: '1.1']) { gate 'cart' }"));
            GateStep.awaitWaiting("cart");
            GateStep.forgetWaiting();
        });
        session.then(jenkins -> {
            GateStep.awaitWaiting("cart");
            GateStep.open("cart");
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "micro")));
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void I6_I8_restartedInEveryStateEachChangeEndsOnceAndNothingIsHalfPromoted() throws Throwable {
        new EveryState(shop, life -> session.then(r -> life.run(step -> step.run(r))), false).run();
    }
}
