package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Bodies, and what is around them, as people write them: what each says about the image (design §10). */
class BodyNeighboursTest extends ShopTest {
    private static final String RED =
            "<testsuite tests=\"1\" failures=\"1\"><testcase name=\"a\" classname=\"b\"><failure/>"
                    + "</testcase></testsuite>";

    /** Bodies after which the image is what production runs. */
    private static final List<String> PASS = List.of(
            "node { sh 'true' }",
            "try { error 'red' } catch (e) { echo 'caught ' + e.message }",
            "catchError(buildResult: 'SUCCESS', stageResult: 'SUCCESS') { error 'red' }",
            "int n = 0; retry(2) { if (n++ == 0) { error 'not yet' } }",
            "build job: 'red', propagate: false",
            "build job: 'red', wait: false",
            "stage('tests') { echo 'green' }; return",
            "parallel(a: { echo 'a' }, b: { node { sh 'true' } })",
            "currentBuild.result = 'SUCCESS'",
            "currentBuild.description = 'tested'; currentBuild.displayName = '#1 tested'",
            "timeout(time: 1, unit: 'MINUTES') { echo 'in time' }",
            "node { withEnv(['A=b']) { dir('x') { writeFile file: 'y', text: 'z' } } }");

    /** Bodies that say that the image is bad. */
    private static final List<String> FAIL = List.of(
            "node { sh 'exit 3' }",
            "try { error 'red' } finally { echo 'tidy' }",
            "warnError('yellow') { error 'red' }",
            "catchError { node { sh 'exit 1' } }",
            "catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { error 'red' }",
            "stage('tests') { error 'red' }",
            "retry(2) { error 'red' }",
            "parallel(a: { error 'red' }, b: { echo 'b' })",
            "parallel(a: { unstable 'yellow' }, b: { echo 'b' })",
            "parallel(failFast: true, a: { error 'red' }, b: { sleep 300 })",
            "def b = build(job: 'red', propagate: false); if (b.result != 'SUCCESS') { error b.result }",
            "parallel(a: { build 'red' }, b: { build 'yellow' })",
            "node { writeFile file: 't.xml', text: '" + RED + "'; junit 't.xml' }",
            "node { writeFile file: 't.xml', text: '" + RED
                    + "'; step([$class: 'JUnitResultArchiver', testResults: 't.xml']) }",
            "node { writeFile file: 't.xml', text: '" + RED
                    + "'; junit testResults: 't.xml', skipMarkingBuildUnstable: true }",
            "node { writeFile file: 't.xml', text: '" + RED + "'; junit 't.xml' }; currentBuild.result = 'SUCCESS'",
            "throw new Exception('red')",
            "assert env.RELEASE_CHANGED == 'nothing'",
            "def answer = null; answer.total()",
            "node { readFile 'no-such-file' }",
            "currentBuild.result = 'ABORTED'");

    /** Bodies that cannot run as they are written: nothing is said about the image, and the build ends. */
    private static final List<String> MISTAKEN = List.of(
            "build job: 'no-such-job'",
            "build job: 'switched-off'",
            "withCredentials([string(credentialsId: 'no-such', variable: 'X')]) { echo 'never' }",
            "sh 'true'",
            "node { tool 'no-such-tool' }",
            "node { checkout scm }",
            "script { undefinedVariable + 1 }");

    private int version;

    /** Control runs of the baseline are no matter of the body. */
    private WorkflowRun ride(String body) throws Exception {
        version++;
        shop.build("cart", "1." + version);
        return jenkins.waitForCompletion(Shop.start(Shop.job(
                jenkins,
                "cart-" + version,
                "monoRelease(train: 'shop', service: 'cart', image: '1." + version + "') { if (env.RELEASE_CHANGED) { "
                        + body + " } }")));
    }

    private void downstream() throws Exception {
        Shop.job(jenkins, "red", "error 'red'");
        Shop.job(jenkins, "yellow", "unstable 'yellow'");
        WorkflowJob off = Shop.job(jenkins, "switched-off", "echo 'never'");
        off.setDisabled(true);
    }

    private void check(SoftAssertions all, String body, WorkflowRun build, Result result, String line)
            throws Exception {
        String log = JenkinsRule.getLog(build);
        all.assertThat(build.getResult()).as("%s:%n%s", body, log).isEqualTo(result);
        all.assertThat(log).as(body).contains(line);
        all.assertThat(log).as(body).doesNotContain("\tat io.jenkins.plugins.releasetrain");
    }

    @Test
    void whatPassesAndWhatDoesNot() throws Exception {
        downstream();
        SoftAssertions all = new SoftAssertions();
        for (String body : PASS) {
            WorkflowRun build = ride(body);
            check(all, body, build, Result.SUCCESS, "released as");
            all.assertThat(shop.inProduction("cart"))
                    .as(body)
                    .isEqualTo(shop.dev.tags("shop/cart").get("1." + version));
        }
        String before = shop.inProduction("cart");
        for (String body : FAIL) {
            check(all, body, ride(body), Result.FAILURE, "cart was rejected from 'shop': the tests failed");
            all.assertThat(shop.inProduction("cart")).as(body).isEqualTo(before);
        }
        all.assertAll();
    }

    @Test
    void DOC_1_whatCannotRunAsItIsWrittenEndsItsBuildAndJudgesNobody() throws Exception {
        downstream();
        SoftAssertions all = new SoftAssertions();
        String before = shop.inProduction("cart");
        for (String body : MISTAKEN) {
            WorkflowRun build = ride(body);
            all.assertThat(build.getResult())
                    .as("%s:%n%s", body, JenkinsRule.getLog(build))
                    .isEqualTo(Result.FAILURE);
            all.assertThat(JenkinsRule.getLog(build)).as(body).doesNotContain("was rejected");
        }
        all.assertThat(verdicts()).doesNotContain("FAILED");
        all.assertThat(shop.inProduction("cart")).isEqualTo(before);
        check(all, "next", ride("echo 'ok'"), Result.SUCCESS, "released as");
        all.assertAll();
    }

    /** As when Jenkins is restarted and the agent does not come back: an interruption, and none by a person. */
    @Test
    void I4_anAgentThatIsGoneSaysNothingAndTheTestsAreRunAgain() throws Exception {
        Map<String, Throwable> gone = new LinkedHashMap<>();
        gone.put(
                "back",
                new FlowInterruptedException(
                        Result.ABORTED, true, new ExecutorStepExecution.RemovedNodeTimeoutCause()));
        gone.put(
                "removed",
                new FlowInterruptedException(Result.ABORTED, true, new ExecutorStepExecution.RemovedNodeCause()));
        for (Map.Entry<String, Throwable> each : gone.entrySet()) {
            String service = each.getKey().equals("back") ? "cart" : "pay";
            String built = shop.build(service, "2.0");
            WorkflowRun build = Shop.start(Shop.job(jenkins, each.getKey(), """
                int n = 0
                monoRelease(train: 'shop', service: '%s', image: '2.0') { if (n++ == 0) { gate '%s' } }
                """.formatted(service, each.getKey())));
            GateStep.awaitWaiting(each.getKey());
            GateStep.fail(each.getKey(), each.getValue());

            ended(Result.SUCCESS, build);
            jenkins.assertLogContains("the agent of the tests was lost", build);
            assertThat(shop.inProduction(service)).isEqualTo(built);
        }
    }

    @Test
    void whatABuildWasBeforeItsTestsIsItsOwnAndNoVerdict() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        WorkflowRun yellow = Shop.start(Shop.job(jenkins, "yellow", """
            currentBuild.result = 'UNSTABLE'
            monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'green' }
            """));
        ended(Result.UNSTABLE, yellow);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);

        String before = shop.inProduction("mail");
        WorkflowRun worse = Shop.start(Shop.job(jenkins, "worse", """
            currentBuild.result = 'UNSTABLE'
            monoRelease(train: 'shop', service: 'mail', image: '1.1') {
              if (env.RELEASE_CHANGED) { currentBuild.result = 'UNSTABLE' }
            }
            """));
        ended(Result.FAILURE, worse);
        jenkins.assertLogContains("mail was rejected from 'shop'", worse);
        assertThat(shop.inProduction("mail")).isEqualTo(before);
    }

    @Test
    void stepsOfOneBuildBesideEachOtherEachHaveTheirOwnOutcome() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        String mail = shop.inProduction("mail");
        String pay = shop.build("pay", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "all", """
            def r = [:]
            parallel(
              good: { r.good = monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                  if (env.RELEASE_CHANGED.split(' ').contains('mail')) { error 'mail answers 500' } }.outcome },
              bad: { try { monoRelease(train: 'shop', service: 'mail', image: '1.1') {
                  if (env.RELEASE_CHANGED.split(' ').contains('mail')) { unstable 'mail answers 500' } }
                } catch (e) { r.bad = 'thrown' } },
              lane: { r.lane = microRelease(environment: 'cd', candidates: [pay: '1.1']) { echo 'ok' }.outcome })
            echo "good ${r.good}, bad ${r.bad}, lane ${r.lane}"
            """));
        jenkins.waitForCompletion(build);

        jenkins.assertLogContains("good released, bad thrown, lane released", build);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
    }

    private static List<String> verdicts() {
        return ReleaseService.get().store().events("train/shop", 0, 1000).stream()
                .filter(e -> e.event() instanceof Event.TrialEnded)
                .map(e -> ((Event.TrialEnded) e.event()).verdict().name())
                .toList();
    }
}
