package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.ParametersDefinitionProperty;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a body's end says about the images, in each of the ways in which pipelines fail (design §10). */
class BodyVerdictTest extends ShopTest {
    /** Tests that are only run where something is tried: control runs of the baseline pass. */
    private WorkflowRun mono(String service, String image, String body) throws Exception {
        return whatever(service, image, "if (env.RELEASE_CHANGED) { " + body + " }");
    }

    private WorkflowRun whatever(String service, String image, String body) throws Exception {
        return Shop.start(Shop.job(
                jenkins,
                service + "-" + image.replace('.', '-'),
                "monoRelease(train: 'shop', service: '" + service + "', image: '" + image + "') { " + body + " }"));
    }

    private WorkflowRun micro(String service, String image, String body) throws Exception {
        return Shop.start(Shop.job(
                jenkins,
                "micro-" + service,
                "microRelease(environment: 'cd', candidates: [" + service + ": '" + image
                        + "']) { if (env.RELEASE_CHANGED) { " + body + " } }"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "error 'red'",
                "currentBuild.result = 'UNSTABLE'",
                "currentBuild.result = 'FAILURE'",
                "catchError(buildResult: 'FAILURE') { error 'red' }",
                "unstable 'yellow'"
            })
    void JP_2_testsThatMakeTheBuildWorseRejectTheImage(String body) throws Exception {
        shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        String before = shop.inProduction("cart");
        String payBefore = shop.inProduction("pay");

        WorkflowRun mono = mono("cart", "1.1", body);
        WorkflowRun micro = micro("pay", "1.1", body);

        ended(Result.FAILURE, mono);
        jenkins.assertLogContains("cart was rejected from 'shop': the tests failed", mono);
        ended(Result.FAILURE, micro);
        jenkins.assertLogContains("pay was rejected from 'cd': the tests failed", micro);
        assertThat(shop.inProduction("cart")).isEqualTo(before);
        assertThat(shop.inProduction("pay")).isEqualTo(payBefore);
    }

    @ParameterizedTest
    @ValueSource(strings = {"error 'red'", "unstable 'yellow'"})
    void JP_1_aDownstreamBuildThatFailsIsAFailedTest(String tests) throws Exception {
        shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        Shop.job(jenkins, "system-tests", tests);

        WorkflowRun bad = mono("cart", "1.1", "build job: 'system-tests'");

        ended(Result.FAILURE, bad);
        jenkins.assertLogContains("cart was rejected from 'shop': the tests failed: a build that they started", bad);
        ended(Result.SUCCESS, mono("pay", "1.1", "echo 'green'"));
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    /** A job of its own tests the batch, and a lane; one that was aborted says nothing. */
    @Test
    void JP_1_aDownstreamBuildFindsTheCulpritOfABatchAndOneThatIsAbortedSaysNothing() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        String mail = shop.build("mail", "1.1");
        String before = shop.inProduction("pay");
        WorkflowJob tests = Shop.job(jenkins, "system-tests", "if (params.CHANGED.contains('pay')) { error 'red' }");
        tests.addProperty(new ParametersDefinitionProperty(new StringParameterDefinition("CHANGED", "")));
        Shop.job(jenkins, "hangs", "timeout(time: 1, unit: 'SECONDS') { gate 'never' }");
        String body = "build job: 'system-tests', parameters: [string(name: 'CHANGED', value: env.RELEASE_CHANGED)]";

        Shop.operate("PAUSE", "they gather");
        WorkflowRun first = mono("cart", "1.1", body);
        WorkflowRun bad = mono("pay", "1.1", body);
        WorkflowRun last = mono("mail", "1.1", body);
        for (WorkflowRun build : List.of(first, bad, last)) {
            jenkins.waitForMessage("Queued for train 'shop'", build);
        }
        Shop.operate("RESUME", "");
        ended(Result.SUCCESS, first);
        ended(Result.FAILURE, bad);
        ended(Result.SUCCESS, last);
        jenkins.assertLogContains("pay was rejected from 'shop': the tests failed: a build that they started", bad);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("mail")).isEqualTo(mail);

        ended(Result.FAILURE, micro("pay", "1.1", body));
        assertThat(shop.inProduction("pay")).isEqualTo(before);
        String next = shop.build("cart", "1.2");
        WorkflowRun again = Shop.start(Shop.job(jenkins, "again", """
            int n = 0
            microRelease(environment: 'cd', candidates: [cart: '1.2']) { if (n++ == 0) { build 'hangs' } }
            """));
        ended(Result.SUCCESS, again);
        assertThat(shop.inProduction("cart")).isEqualTo(next);
    }

    @Test
    void NEW_2_whoConductsDoesNotPayForSomebodyElsesImage() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        Shop.operate("PAUSE", "they gather");
        String body = "if (env.RELEASE_CHANGED.contains('mail')) { currentBuild.result = 'UNSTABLE'; unstable 'mail' }";
        WorkflowRun conductor = ride("cart", "1.1", body);
        WorkflowRun other = ride("mail", "1.1", body);
        Shop.operate("RESUME", "");

        ended(Result.SUCCESS, conductor);
        ended(Result.FAILURE, other);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    /** A build's result becomes worse only once, so that its second body could not be seen to fail. */
    @Test
    void JP_2_theSecondBodyOfABuildFailsAsTheFirstDid() throws Exception {
        shop.build("cart", "1.1");
        String before = shop.inProduction("cart");
        WorkflowRun build = whatever("cart", "1.1", "currentBuild.result = 'UNSTABLE'");

        jenkins.waitForMessage("(control run of what production runs)", build);
        Shop.await("the control run's verdict", () -> verdicts().size() > 1);

        assertThat(verdicts()).containsOnly("FAILED");
        build.doStop();
        jenkins.waitForCompletion(build);
        assertThat(shop.inProduction("cart")).isEqualTo(before);
    }

    /** What no image can help ends its build, and the train is free for the next. */
    @Test
    void DOC_1_NEW_1_aMistakeOfThePipelineEndsItsBuildAndJudgesNobody() throws Exception {
        shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        for (String body : List.of("checkout scm", "echo RELEASE_TRIAN", "junti 't.xml'", "System.exit(1)")) {
            WorkflowRun build = jenkins.buildAndAssertStatus(
                    Result.FAILURE,
                    Shop.job(
                            jenkins,
                            "mistaken-" + Math.abs(body.hashCode()),
                            "monoRelease(train: 'shop', service: 'cart', image: '1.1') { " + body + " }"));
            jenkins.assertLogNotContains("was rejected", build);
        }
        assertThat(verdicts()).doesNotContain("FAILED");
        jenkins.buildAndAssertSuccess(
                Shop.job(jenkins, "next", "monoRelease(train: 'shop', service: 'pay', image: '1.1') { echo 'ok' }"));
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    @Test
    void timeoutsFailWhereTheScriptSaysSo() throws Exception {
        shop.build("cart", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", """
            monoRelease(train: 'shop', service: 'cart', image: '1.1', timeout: 'fails') {
                if (env.RELEASE_CHANGED) { timeout(time: 1, unit: 'SECONDS') { gate 'hangs' } }
            }
            """));

        ended(Result.FAILURE, build);
        jenkins.assertLogContains(
                "cart was rejected from 'shop': the tests failed: they took longer than their timeout", build);
    }

    @Test
    void JP_4_I12_whatAPersonDeclinesEndsCancelledWithTheNameAndIsNotReleasedAfterwards() throws Exception {
        shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        String before = shop.inProduction("pay");
        Shop.operate("PAUSE", "they gather");
        WorkflowRun conductor = ride("cart", "1.1", "input 'QA ok?'");
        WorkflowRun other = ride("pay", "1.1", "echo 'ok'");
        Shop.operate("RESUME", "");
        jenkins.waitForMessage("QA ok?", conductor);

        conductor.getAction(InputAction.class).getExecutions().get(0).doAbort();

        ended(Result.ABORTED, conductor);
        jenkins.assertLogContains("cart was taken off: declined: Rejected by", conductor);
        ended(Result.ABORTED, other);
        jenkins.assertLogContains("pay was taken off: declined: Rejected by", other);
        assertThat(shop.inProduction("pay")).isEqualTo(before);
        assertThat(verdicts()).containsOnly("VOID");
    }

    @Test
    void JP_3_supersededIsFinalUnderRetry() throws Exception {
        shop.build("cart", "1.1");
        String newer = shop.build("cart", "1.2");
        Shop.operate("PAUSE", "they gather");
        WorkflowRun first = Shop.start(Shop.job(
                jenkins,
                "first",
                "retry(3) { monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'ok' } }"));
        jenkins.waitForMessage("Queued for train 'shop'", first);
        WorkflowRun second = mono("cart", "1.2", "echo 'ok'");
        jenkins.waitForMessage("Queued for train 'shop'", second);

        ended(Result.NOT_BUILT, first);
        jenkins.assertLogNotContains("Retrying", first);
        Shop.operate("RESUME", "");
        ended(Result.SUCCESS, second);
        assertThat(shop.inProduction("cart")).isEqualTo(newer);
    }

    /** A person's decision is not undone by a {@code retry}, in however many builds there is one. */
    @Test
    void JP_3_takenOffIsFinalUnderRetryAndTheNewerOfTwoIsReleased() throws Exception {
        shop.build("cart", "1.1");
        String newer = shop.build("cart", "1.2");
        shop.build("pay", "1.1");
        Shop.operate("PAUSE", "they gather");
        String script = "retry(5) { monoRelease(train: 'shop', service: '%s', image: '%s') { echo 'ok' } }";
        WorkflowRun older = Shop.start(Shop.job(jenkins, "older", script.formatted("cart", "1.1")));
        jenkins.waitForMessage("Queued for train 'shop'", older);
        WorkflowRun newest = Shop.start(Shop.job(jenkins, "newest", script.formatted("cart", "1.2")));
        jenkins.waitForMessage("Queued for train 'shop'", newest);
        WorkflowRun off = Shop.start(Shop.job(jenkins, "off", script.formatted("pay", "1.1")));
        jenkins.waitForMessage("Queued for train 'shop'", off);
        String change = ReleaseService.get().store().events("train/shop", 0, 1000).stream()
                .filter(e -> e.event() instanceof Event.ChangeQueued)
                .map(e -> ((Event.ChangeQueued) e.event()).change().id())
                .reduce((a, b) -> b)
                .orElseThrow();
        ReleaseService.get()
                .operations()
                .perform(
                        () -> new OperationsApi.Asked("CANCEL", change, Shop.TRAIN, "not today"),
                        new OperationsApi.Caller("ada", right -> true));

        ended(Result.ABORTED, off);
        ended(Result.NOT_BUILT, older);
        Shop.operate("RESUME", "");
        ended(Result.SUCCESS, newest);
        for (WorkflowRun build : List.of(older, newest, off)) {
            jenkins.assertLogNotContains("Retrying", build);
        }
        assertThat(shop.inProduction("cart")).isEqualTo(newer);
    }

    @Test
    void JP_3_rejectedIsFinalUnderRetryInParallelToo() throws Exception {
        shop.build("cart", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", """
            parallel(a: {
                retry(3) {
                    monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                        if (env.RELEASE_CHANGED) { error 'red' }
                    }
                }
            }, b: { echo 'beside' })
            """));

        ended(Result.FAILURE, build);
        jenkins.assertLogNotContains("Retrying", build);
    }

    @Test
    void NEW_8_aStepWithinItsOwnTrainsBodyIsRefusedAtOnce() throws Exception {
        shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        WorkflowRun build =
                mono("cart", "1.1", "monoRelease(train: 'shop', service: 'pay', image: '1.1') { echo 'inner' }");

        ended(Result.FAILURE, build);
        jenkins.assertLogContains("cannot be waited for within the tests of that very train", build);
        assertThat(verdicts()).doesNotContain("FAILED");
    }

    private static final List<String> WRONG = List.of(
            "microRelease(environment: 'cd', candidates: [cart: 1.10]) { }",
            "microRelease(environment: 'cd', candidates: [cart: 1.10, pay: '1.2']) { }",
            "microRelease(environment: 'cd', candidates: [cart: currentBuild.number]) { }",
            "microReleaseLanes(environment: 'cd', candidates: [cart: 1.2])",
            "microRelease(environment: 'cd', candidates: [cart: env.UNSET]) { }",
            "microRelease(environment: 'cd', candidates: []) { }",
            "microRelease(enviroment: 'cd', candidates: [cart: '1.1']) { }",
            "monoRelease(train: 'shop', images: [cart: 17]) { }",
            "monoRelease(train: 'shop', images: [cart: env.UNSET]) { }",
            "monoRelease(train: 'shop', service: 'cart', image: 1.10) { }",
            "promoteImage(from: 'dev', to: 'production', images: [17])",
            "promoteImage(from: 'dev', to: 'production', images: 'shop/cart:1.4.2')",
            "trackImage(service: 'cart', image: 17)",
            "trackImage(image: 'shop/cart:1')",
            "trackImage(service: 'cart', image: 'x', contracts: 'api.yaml')",
            "monoRelease(train: 'shop', service: 'cart', image: '1.1', priority: 'high') { }",
            "monoRelease(train: 'shop', service: 'cart', image: '1.1', promote: 'perhaps') { }",
            "monoRelease(train: 'shop', images: ['cart']) { }",
            "monoRelease(train: env.UNSET, service: 'cart', image: '1.1') { }",
            "monoRelease(train: 'shop', service: 'cart', image: '1.1', timeout: 5) { }",
            "microRelease(environment: 'cd', candidates: [cart: '1.1'])",
            "microRelease { }",
            "microRelease('cd') { }",
            "microRelease(environment: 'cd', candidates: [[cart: '1.1']]) { }",
            "microRelease(environment: 'cd', candidates: [cart: ['1.1']]) { }",
            "microRelease(environment: 'cd', candidates: [cart: '1.1'], failFast: 'perhaps') { }",
            "cdEnvironment(name: 3) { }",
            "releaseManifest(release: 5)",
            "releaseManifest(release: env.UNSET)",
            "promoteImage(from: 'dev', to: 'production', images: [env.UNSET])",
            "promoteImage(from: 'dev', to: 'production', images: [:])");

    @Test
    void JP_6_B4_aWrongTypeIsOneSentenceAndTheBuildEnds() throws Exception {
        for (String script : WRONG) {
            WorkflowRun build = Shop.start(Shop.job(jenkins, "wrong-" + WRONG.indexOf(script), script));

            ended(Result.FAILURE, build);
            jenkins.assertLogContains("ERROR: " + script.replaceAll("\\W.*", "").replace("Lanes", "") + ": ", build);
            jenkins.assertLogNotContains("\tat ", build);
        }
    }

    private static List<String> verdicts() {
        return ReleaseService.get().store().events("train/shop", 0, 1000).stream()
                .filter(e -> e.event() instanceof Event.TrialEnded)
                .map(e -> ((Event.TrialEnded) e.event()).verdict().name())
                .toList();
    }
}
