package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import java.util.Optional;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** What Pipeline Graph View tells of builds that wait. */
class PausedNodesTest extends ShopTest {
    private String state(WorkflowRun build, String stage) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            String tree = client.goTo(build.getUrl() + "pipeline-overview/tree", "application/json")
                    .getWebResponse()
                    .getContentAsString();
            JSONObject found = JSONObject.fromObject(tree);
            JSONObject data = found.has("data") ? found.getJSONObject("data") : found;
            return find(data.getJSONArray("stages"), stage).orElse(tree);
        }
    }

    private static Optional<String> find(JSONArray stages, String name) {
        for (Object one : stages) {
            JSONObject stage = (JSONObject) one;
            if (stage.getString("name").equals(name)) {
                return Optional.of(stage.getString("state"));
            }
            Optional<String> within = find(stage.getJSONArray("children"), name);
            if (within.isPresent()) {
                return within;
            }
        }
        return Optional.empty();
    }

    private void await(WorkflowRun build, String stage, String state) throws Exception {
        for (int i = 0; i < 200; i++) {
            if (state(build, stage).equals(state)) {
                return;
            }
            Thread.sleep(100);
        }
        assertThat(state(build, stage)).isEqualTo(state);
    }

    private WorkflowRun waiting(String name, String script) throws Exception {
        return Shop.start(Shop.job(jenkins, name, "stage('release') {\n" + script + "\n}"));
    }

    @Test
    void aStepIsPausedWhileItWaitsAndRunsWhileItsBodyDoes() throws Exception {
        shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        WorkflowRun cart = waiting("cart", "monoRelease(train: 'shop', service: 'cart', image: '1.1') { gate 'cart' }");
        GateStep.awaitWaiting("cart");
        WorkflowRun pay = waiting(
                "pay", "timeout(9) { monoRelease(train: 'shop', service: 'pay', image: '1.1') { gate 'pay' } }");
        jenkins.waitForMessage("Waiting at position 1", pay);

        await(pay, "release", "paused");
        await(cart, "release", "running");
        GateStep.open("cart");
        ended(Result.SUCCESS, cart);
        await(cart, "release", "success");
        GateStep.awaitWaiting("pay");
        await(pay, "release", "running");
        GateStep.open("pay");
        ended(Result.SUCCESS, pay);
        await(pay, "release", "success");
    }

    @Test
    void whoWaitsForAnEnvironmentIsPausedAndWhoIsStoppedIsNot() throws Exception {
        WorkflowRun first = waiting("first", "cdEnvironment('cd') { gate 'first' }");
        GateStep.awaitWaiting("first");
        WorkflowRun second = waiting("second", "cdEnvironment('cd') { echo 'never' }");
        jenkins.waitForMessage("is held by", second);

        await(second, "release", "paused");
        await(first, "release", "running");
        second.getExecutor().interrupt();
        ended(Result.ABORTED, second);
        await(second, "release", "aborted");
        GateStep.open("first");
        ended(Result.SUCCESS, first);
    }
}
