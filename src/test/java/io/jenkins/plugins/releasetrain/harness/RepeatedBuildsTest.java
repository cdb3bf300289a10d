package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** A build that does an old one again is as old as that one (I13, MQ-1): by replay, or from one of its stages. */
class RepeatedBuildsTest extends ShopTest {
    private String newer;

    /** Its image is the build's number, or that of the build which a replay does again. */
    private WorkflowJob job(String script) throws Exception {
        shop.build("cart", "1.1");
        newer = shop.build("cart", "1.2");
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "cart");
        job.setDefinition(new CpsFlowDefinition(script.formatted("1.1"), true));
        jenkins.buildAndAssertSuccess(job);
        job.setDefinition(new CpsFlowDefinition(script.formatted("1.2"), true));
        jenkins.buildAndAssertSuccess(job);
        assertThat(shop.inProduction("cart")).isEqualTo(newer);
        return job;
    }

    private void isSuperseded(WorkflowRun repeated) throws Exception {
        jenkins.assertBuildStatus(Result.NOT_BUILT, repeated);
        jenkins.assertLogContains("build 1 is done again", repeated);
        assertThat(shop.inProduction("cart")).isEqualTo(newer);
    }

    @Test
    void MQ_1_d_replayOfTheReplayOfAnOldBuildDoesNotBringItsImageBack() throws Exception {
        WorkflowJob job = job("monoRelease(train: 'shop', service: 'cart', image: '%s') { echo 'ok' }");
        WorkflowRun first = job.getBuildByNumber(1);
        String script = first.getAction(ReplayAction.class).getOriginalScript();
        WorkflowRun replay = (WorkflowRun) first.getAction(ReplayAction.class)
                .run(script, java.util.Map.of())
                .get();
        isSuperseded(replay);
        isSuperseded((WorkflowRun) replay.getAction(ReplayAction.class)
                .run(script, java.util.Map.of())
                .get());
    }

    @Test
    void MQ_1_d_laneOfAReplayOfAnOldBuildDoesNotBringItsImageBack() throws Exception {
        WorkflowJob job = job("microRelease(environment: 'cd', candidates: [cart: '%s']) { echo 'ok' }");
        WorkflowRun first = job.getBuildByNumber(1);
        WorkflowRun replay = (WorkflowRun) first.getAction(ReplayAction.class)
                .run(first.getAction(ReplayAction.class).getOriginalScript(), java.util.Map.of())
                .get();
        jenkins.assertBuildStatus(Result.NOT_BUILT, replay);
        assertThat(shop.inProduction("cart")).isEqualTo(newer);
    }

    @Test
    void MQ_1_d_oldBuildThatIsRestartedFromAStageDoesNotBringItsImageBack() throws Exception {
        WorkflowJob job = job("""
            pipeline {
                agent none
                stages {
                    stage('Release') {
                        steps { monoRelease(train: 'shop', service: 'cart', image: '%s') { echo 'ok' } }
                    }
                }
            }
            """);
        isSuperseded((WorkflowRun) job.getBuildByNumber(1)
                .getAction(RestartDeclarativePipelineAction.class)
                .run("Release")
                .getFuture()
                .get());
    }
}
