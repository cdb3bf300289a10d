package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Two builds run the bodies of two trials of one train at the same time (design §5.7). */
@WithJenkins
class TrainInTwoEnvironmentsTest {
    private JenkinsRule jenkins;
    private Shop shop;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        shop = new Shop();
        shop.configure();
        TrainConfiguration train = new TrainConfiguration(Shop.TRAIN, "shop", "staging");
        train.setMoreEnvironments("cd");
        ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setTrains(List.of(train));
    }

    @AfterEach
    void tearDown() throws Exception {
        GateStep.forgetAll();
        shop.close();
    }

    private WorkflowRun ride(String service, String more, String body) throws Exception {
        WorkflowRun build = Shop.start(Shop.job(jenkins, service, """
                def r = monoRelease(train: 'shop', service: '%s', image: '1.1'%s) {
                    echo "tests $RELEASE_CHANGED in $RELEASE_ENVIRONMENT"
                    %s
                    if (env.RELEASE_CHANGED.split(' ').contains('mail')) { error 'mail answers 500' }
                }
                echo "${r.outcome} as ${r.release}"
                """.formatted(service, more, body)));
        jenkins.waitForMessage("Queued for train 'shop'", build);
        return build;
    }

    private WorkflowRun ended(Result result, WorkflowRun build) throws Exception {
        return jenkins.assertBuildStatus(result, jenkins.waitForCompletion(build));
    }

    @Test
    void twoBuildsTestAtOnceAndBothAreReleased() throws Exception {
        String cart = shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        WorkflowRun first = ride("cart", "", "gate 'cart'");
        GateStep.awaitWaiting("cart");
        WorkflowRun second = ride("pay", "", "gate 'pay'");
        GateStep.awaitWaiting("pay");

        GateStep.open("pay");
        GateStep.open("cart");

        ended(Result.SUCCESS, first);
        ended(Result.SUCCESS, second);
        assertThat(List.of(firstPlace(first), firstPlace(second))).containsExactlyInAnyOrder("staging", "cd");
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        Shop.await(
                "both environments hold what production runs",
                () -> List.of("staging", "cd").stream()
                        .allMatch(place -> cart.equals(shop.installed(place, "cart"))
                                && pay.equals(shop.installed(place, "pay"))));
    }

    /** Where its body ran first. */
    private static String firstPlace(WorkflowRun build) throws Exception {
        Matcher tests = Pattern.compile("tests .* in (\\w+)").matcher(JenkinsRule.getLog(build));
        assertThat(tests.find()).isTrue();
        return tests.group(1);
    }

    @Test
    void aTestReleaseIsProvenWhileATrialRuns() throws Exception {
        shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        WorkflowRun first = ride("cart", "", "gate 'cart'");
        GateStep.awaitWaiting("cart");

        WorkflowRun test = ride("pay", ", promote: false", "");

        jenkins.assertLogContains("proven", ended(Result.SUCCESS, test));
        assertThat(first.isBuilding()).isTrue();
        GateStep.open("cart");
        ended(Result.SUCCESS, first);
    }

    @Test
    void aBuildThatIsAbortedDoesNotDisturbTheOther() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        WorkflowRun first = ride("cart", "", "gate 'cart'");
        GateStep.awaitWaiting("cart");
        WorkflowRun second = ride("pay", "", "gate 'pay'");
        GateStep.awaitWaiting("pay");

        second.doStop();
        ended(Result.ABORTED, second);
        GateStep.open("cart");

        ended(Result.SUCCESS, first);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.production.tags("prod/pay")).doesNotContainKey("1.1");
    }
}
