package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.steps.ReleaseActionStep;
import io.jenkins.plugins.releasetrain.steps.ReleaseInfoStep;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.Snippetizer;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** {@code releaseInfo} and {@code releaseAction} in sandboxed pipelines. */
class ReleaseStepsTest extends ShopTest {
    private static String audit() {
        return new String(ReleaseService.get().history().get("audit", "", "").body(), StandardCharsets.UTF_8);
    }

    @Test
    void aSandboxedPipelineAsksAndActs() throws Exception {
        shop.build("cart", "1.1");
        ended(Result.SUCCESS, ride("cart", "1.1", ""));

        WorkflowRun build = jenkins.buildAndAssertSuccess(Shop.job(jenkins, "asks", """
            def r = releaseInfo(release: 'shop-1')
            echo "release ${r.release} is ${r.state} with ${r.services.join(',')}"
            echo r.notes
            def s = releaseInfo(service: 'cart')
            echo "cart is ${s.version} by ${s.release}"
            def t = releaseInfo(train: 'shop')
            echo "train ${t.state}, ${t.waiting} wait, newest ${t.release}"
            def p = releaseAction(train: 'shop', action: 'pause', reason: 'the database moves', plan: true)
            echo "would touch ${p.changes.size()} ${p.refused}."
            releaseAction(train: 'shop', action: 'pause', reason: 'the database moves')
            echo "then ${releaseInfo(train: 'shop').state}: ${releaseInfo(train: 'shop').reason}"
            releaseAction(train: 'shop', action: 'resume')
            releaseAction(train: 'shop', action: 'note', subject: 'shop-1', reason: 'fast', good: true)
            """));
        jenkins.assertLogContains("release shop-1 is PROMOTED with cart", build);
        jenkins.assertLogContains("# shop\\-1", build);
        jenkins.assertLogContains("cart is 1.1 by shop-1", build);
        jenkins.assertLogContains("train IDLE, 0 wait, newest shop-1", build);
        jenkins.assertLogContains("would touch 0 .", build);
        jenkins.assertLogContains("then PAUSED: the database moves", build);
        assertThat(audit()).contains("\"PAUSED\"", "\"asks#1\"", "\"MARKED_GOOD\"");
    }

    @Test
    void whatIsNotThereOrMayNotBeDoneFailsWithNames() throws Exception {
        for (List<String> wrong : List.of(
                List.of("releaseInfo(train: 'bus')", "There is no train 'bus'; there are shop"),
                List.of("releaseInfo(release: 'shop-9')", "There is no release 'shop-9'"),
                List.of("releaseInfo(service: 'tax')", "Nothing is known of a service 'tax'"),
                List.of("releaseInfo(change: 'x')", "There is no change or lane 'x'"),
                List.of("releaseInfo(train: 'shop', service: 'cart')", "say one of train, release, service and change"),
                List.of("releaseInfo(train: 'shop', minutes: 5)", "releases and changes can be waited for"),
                List.of("releaseInfo(bus: 'shop')", "there is no parameter 'bus'"),
                List.of("releaseAction(action: 'fly', train: 'shop')", "there is no action 'fly', but pause"),
                List.of("releaseAction(action: 'pause')", "say the train, or the environment"),
                List.of("releaseAction(action: 'pause', train: 'shop')", "This needs a reason"),
                List.of("releaseAction(action: 'pause', train: 'bus', reason: 'x')", "'bus'"))) {
            WorkflowRun build = jenkins.buildAndAssertStatus(
                    Result.FAILURE,
                    Shop.job(jenkins, "wrong-" + Math.abs(wrong.get(0).hashCode()), wrong.get(0)));
            jenkins.assertLogContains(wrong.get(1), build);
            jenkins.assertLogNotContains("\tat ", build);
        }
    }

    @Test
    void aDeclarativePipelineWaitsForAReleaseWithoutAnExecutor() throws Exception {
        shop.build("cart", "1.1");
        shop.refuseProductionTags(true);
        WorkflowRun cart = ride("cart", "1.1", "");
        Shop.await(
                "the release",
                () -> ReleaseService.get().store().release("shop-1").isPresent());
        WorkflowRun waits = Shop.start(Shop.job(jenkins, "waits", """
            pipeline {
                agent none
                stages {
                    stage('Wait') {
                        steps {
                            script { echo "it is ${releaseInfo(release: 'shop-1', minutes: 10).state}" }
                            releaseAction(train: 'shop', action: 'note', subject: 'shop-1', reason: 'seen')
                        }
                    }
                }
            }
            """));
        shop.refuseProductionTags(false);
        jenkins.waitForCompletion(cart);
        ended(Result.SUCCESS, waits);
        assertThat(waits.getLog(100).toString()).containsAnyOf("it is PROMOTED", "it is REFUSED");
    }

    @Test
    void theSnippetGeneratorWritesWhatIsFilledIn() throws Exception {
        ReleaseInfoStep info = new ReleaseInfoStep();
        info.setRelease("shop-17");
        info.setMinutes(5);
        assertThat(Snippetizer.object2Groovy(info)).isEqualTo("releaseInfo minutes: 5, release: 'shop-17'");
        ReleaseActionStep action = new ReleaseActionStep("pause");
        action.setTrain("shop");
        action.setReason("the database moves");
        action.setPlan(true);
        assertThat(Snippetizer.object2Groovy(action))
                .isEqualTo("releaseAction action: 'pause', plan: true, reason: 'the database moves', train: 'shop'");
    }
}
