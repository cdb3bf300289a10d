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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Two builds run the bodies of two trials of one train at the same time (design §5.7). */
class TrainInTwoEnvironmentsTest extends ShopTest {
    @BeforeEach
    void inTwoEnvironments() {
        TrainConfiguration train = new TrainConfiguration(Shop.TRAIN, "shop", "staging");
        train.setAccess(Shop.EVERYBODY);
        train.setMoreEnvironments("cd");
        ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setTrains(List.of(train));
    }

    @Test
    void twoBuildsTestAtOnceAndBothAreReleased() throws Exception {
        String cart = shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        WorkflowRun first = ride("cart", "1.1", "gate 'cart'");
        GateStep.awaitWaiting("cart");
        WorkflowRun second = ride("pay", "1.1", "gate 'pay'");
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
        WorkflowRun first = ride("cart", "1.1", "gate 'cart'");
        GateStep.awaitWaiting("cart");

        WorkflowRun test = ride("pay", "1.1", ", promote: false", "");

        jenkins.assertLogContains("proven", ended(Result.SUCCESS, test));
        assertThat(first.isBuilding()).isTrue();
        GateStep.open("cart");
        ended(Result.SUCCESS, first);
    }

    @Test
    void aBuildThatIsAbortedDoesNotDisturbTheOther() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        WorkflowRun first = ride("cart", "1.1", "gate 'cart'");
        GateStep.awaitWaiting("cart");
        WorkflowRun second = ride("pay", "1.1", "gate 'pay'");
        GateStep.awaitWaiting("pay");

        second.doStop();
        ended(Result.ABORTED, second);
        GateStep.open("cart");

        ended(Result.SUCCESS, first);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.production.tags("prod/pay")).doesNotContainKey("1.1");
    }

    /** NEW-4: who rides in several trials at once is told of each of them once. */
    @Test
    void NEW_4_aBuildThatIsInTwoTrialsIsToldOfEachOnceAndOfItsEnd() throws Exception {
        shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        shop.build("mail", "1.1");
        Shop.operate("PAUSE", "until all are there");
        WorkflowRun cart = ride("cart", "1.1", "gate 'cart ' + env.RELEASE_ENVIRONMENT");
        WorkflowRun pay = ride("pay", "1.1", "gate 'pay ' + env.RELEASE_ENVIRONMENT");
        WorkflowRun mail = ride("mail", "1.1", "gate 'mail ' + env.RELEASE_ENVIRONMENT");
        Shop.operate("RESUME", "");
        for (String service : List.of("cart", "pay", "mail")) {
            GateStep.open(service + " staging");
            GateStep.open(service + " cd");
        }
        for (WorkflowRun build : List.of(cart, pay, mail)) {
            jenkins.waitForCompletion(build);
            List<String> told = JenkinsRule.getLog(build)
                    .lines()
                    .filter(l -> l.contains(" is being tested in ") || l.contains("Its trial in "))
                    .toList();
            List<String> begun = told.stream()
                    .filter(l -> l.contains(" is being tested in "))
                    .toList();
            assertThat(begun).doesNotHaveDuplicates().isNotEmpty();
            assertThat(told)
                    .as(
                            "a trial has one end, and two may end with the same words; who is decided is told of none later")
                    .hasSizeBetween(begun.size() + 1, 2 * begun.size());
        }
    }
}
