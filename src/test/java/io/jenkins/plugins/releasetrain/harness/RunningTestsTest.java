package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** What the JUnit plugin's step records within a body is told while the body runs. */
class RunningTestsTest extends ShopTest {
    private static final String REPORTS = """
        def report(String suite, int failed, int skipped) {
            def cases = "<testcase classname='shop' name='a $suite'/>"
            for (int i = 0; i < failed; i++) { cases += "<testcase classname='shop' name='f $i'><failure/></testcase>" }
            for (int i = 0; i < skipped; i++) { cases += "<testcase classname='shop' name='s $i'><skipped/></testcase>" }
            node {
                writeFile file: "${suite}.xml", text: "<testsuite name='$suite'>$cases</testsuite>"
                junit testResults: "${suite}.xml", skipMarkingBuildUnstable: true
            }
        }
        """;

    private static JsonNode now() {
        try {
            return new ObjectMapper()
                    .readTree(ReleaseService.get().history().get("now", "", "").body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitTests(int passed, int failed, int skipped) throws InterruptedException {
        Shop.await(
                "the recorded tests",
                () -> now().findValues("progress").stream()
                        .map(p -> p.get("tests"))
                        .anyMatch(t -> t.path("passed").asInt() == passed
                                && t.path("failed").asInt() == failed
                                && t.path("skipped").asInt() == skipped));
    }

    @Test
    void whatTheBodyRecordsIsCountedAndNothingElse() throws Exception {
        shop.build("cart", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", REPORTS + """
            report('before', 1, 0)
            monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                report('first', 0, 1)
                gate 'first'
                report('second', 2, 0)
                gate 'second'
            }
            """));
        GateStep.awaitWaiting("first");
        awaitTests(1, 0, 1);
        assertThat(now().at("/trains/0/trial/progress/phase").asText()).isEqualTo("TEST");
        GateStep.open("first");
        GateStep.awaitWaiting("second");
        awaitTests(2, 2, 1);
        build.doStop();
        jenkins.waitForCompletion(build);
    }

    @Test
    void eachLaneOfABuildIsCountedByItself() throws Exception {
        shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "micro", REPORTS + """
            microRelease(environment: 'cd', candidates: [cart: '1.1', mail: '1.1']) {
                report(RELEASE_SERVICE, 0, RELEASE_SERVICE == 'cart' ? 1 : 3)
                gate RELEASE_SERVICE
            }
            """));
        GateStep.awaitWaiting("cart");
        GateStep.awaitWaiting("mail");
        awaitTests(1, 0, 1);
        awaitTests(1, 0, 3);
        GateStep.open("cart");
        GateStep.open("mail");
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        assertThat(now().findValues("trials")).allSatisfy(t -> assertThat(t).isEmpty());
    }

    @Test
    void I4_testsThatMarkTheBuildAsUnstableAreAVerdictWhoeverElseDid() throws Exception {
        shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        String reports = REPORTS.replace(", skipMarkingBuildUnstable: true", "");
        WorkflowRun good = Shop.start(Shop.job(jenkins, "pay", reports + """
            report('before', 1, 0)
            monoRelease(train: 'shop', service: 'pay', image: '1.1') { report('within', 0, 1) }
            """));
        jenkins.assertBuildStatus(Result.UNSTABLE, jenkins.waitForCompletion(good));
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        WorkflowRun bad = Shop.start(Shop.job(jenkins, "cart", reports + """
            monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                report(RELEASE_TRIAL, RELEASE_CHANGED == 'cart' ? 1 : 0, 0)
            }
            """));
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(bad));
        jenkins.assertLogContains("cart was rejected from 'shop': the tests failed", bad);
    }
}
