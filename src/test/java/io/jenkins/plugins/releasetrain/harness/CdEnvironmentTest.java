package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** {@code cdEnvironment}: whatever else uses an environment stands in one line with trains and lanes. */
class CdEnvironmentTest extends ShopTest {
    private WorkflowRun start(String name, String script) throws Exception {
        return Shop.start(Shop.job(jenkins, name, script));
    }

    @Test
    void theNextWaitsUntilTheBodyHasEndedAndIsToldWhoHoldsIt() throws Exception {
        WorkflowRun first = start("load", "cdEnvironment(name: 'cd') { echo \"in $RELEASE_NAMESPACE\"\n gate 'load' }");
        GateStep.awaitWaiting("load");
        jenkins.assertLogContains("in cd", first);
        assertThat(shop.holder("cd")).contains("cdEnvironment by load#1", "exclusive");
        WorkflowRun second = start("data", "cdEnvironment(name: 'cd', mode: 'shared') { echo 'loaded' }");
        jenkins.waitForMessage("is held by cdEnvironment by load#1; position 1", second);
        GateStep.open("load");
        ended(Result.SUCCESS, first);
        ended(Result.SUCCESS, second);
        assertThat(shop.holder("cd")).isNull();
    }

    @Test
    void aBodyThatFailsGivesItBack() throws Exception {
        ended(Result.FAILURE, start("fails", "cdEnvironment(name: 'cd') { error 'no data' }"));
        ended(Result.SUCCESS, start("next", "cdEnvironment(name: 'cd') { echo 'free' }"));
    }

    @Test
    void badInputIsToldAtOnce() throws Exception {
        jenkins.assertLogContains(
                "mode is 'alone', but must be 'exclusive' (alone) or 'shared'",
                ended(Result.FAILURE, start("mode", "cdEnvironment(name: 'cd', mode: 'alone') { }")));
        jenkins.assertLogContains("'moon'", ended(Result.FAILURE, start("moon", "cdEnvironment(name: 'moon') { }")));
        jenkins.assertLogContains(
                "cannot be waited for within a step that holds it",
                ended(Result.FAILURE, start("nested", "cdEnvironment(name: 'cd') { cdEnvironment(name: 'cd') { } }")));
    }
}
