package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.Result;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.testkit.cluster.SampleWorkloads;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** Lanes side by side with the baseline, as configured by code and saved by the form. */
class IsolationTest extends ShopTest {
    private static final String SCRIPT = """
        microRelease(environment: 'cd', candidates: [cart: '%s']) {
            echo "cart is at [$RELEASE_CANDIDATE_HOST] with [$RELEASE_BAGGAGE]"
            gate '%s'
        }
        """;

    @BeforeEach
    void configureSideBySide() throws Exception {
        for (String service : Shop.SERVICES) {
            shop.kubernetes
                    .client()
                    .resource(SampleWorkloads.service("cd", service))
                    .create();
        }
        String code = """
            releaseTrain:
              environments:
                - name: staging
                  namespace: staging
                  serverUrl: %1$s
                - name: cd
                  namespace: cd
                  serverUrl: %1$s
                  catalog: shop
                  isolation: SIDE_BY_SIDE
                  access: [{jobs: '**'}]
            """.formatted(shop.kubernetes.url());
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(code.getBytes(StandardCharsets.UTF_8))));
        HtmlPage page = jenkins.createWebClient().goTo("manage/release-train/all");
        jenkins.submit(page.getFormByName("config"));
        assertThat(ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class)
                        .environment("cd")
                        .getIsolation())
                .as("after a round trip through the form")
                .isEqualTo(Isolation.SIDE_BY_SIDE);
    }

    private <T extends HasMetadata> List<T> beside(Class<T> type) {
        return shop.kubernetes
                .client()
                .resources(type)
                .inNamespace("cd")
                .withLabel("release-train.jenkins.io/lane")
                .list()
                .getItems();
    }

    private void assertNothingBeside() throws InterruptedException {
        Shop.await(
                "nothing of the candidates to be left",
                () -> beside(Deployment.class).isEmpty()
                        && beside(Service.class).isEmpty());
    }

    @Test
    void twoCandidatesOfOneServiceAreTestedAtOnceAndNothingOfThemIsLeft() throws Exception {
        String before = shop.installed("cd", "cart");
        shop.build("cart", "1.1");
        String second = shop.build("cart", "1.2");
        WorkflowRun bad = Shop.start(Shop.job(
                jenkins,
                "bad",
                SCRIPT.formatted("1.1", "bad")
                        .replace("gate 'bad'", "gate 'bad'\n if (env.RELEASE_CHANGED) { error 'answers 500' }")));
        // The newer one would take its place while it waits; one that is tested goes on.
        GateStep.awaitWaiting("bad");
        WorkflowRun good = Shop.start(Shop.job(jenkins, "good", SCRIPT.formatted("1.2", "good")));
        GateStep.awaitWaiting("good");

        assertThat(beside(Deployment.class)).hasSize(2);
        String logs = JenkinsRule.getLog(bad) + JenkinsRule.getLog(good);
        assertThat(beside(Service.class))
                .hasSize(2)
                .allSatisfy(s -> assertThat(logs)
                        .contains("cart is at [" + s.getMetadata().getName() + ".cd.svc] with [release-tenant="));
        assertThat(shop.installed("cd", "cart")).isEqualTo(before);
        GateStep.open("bad");
        GateStep.open("good");

        // It failed beside the newer one, which is decided first and takes its place.
        jenkins.assertBuildStatus(Result.NOT_BUILT, jenkins.waitForCompletion(bad));
        jenkins.assertLogContains("a newer image of 'cart' was released meanwhile", bad);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(good));
        assertThat(shop.inProduction("cart")).isEqualTo(second);
        assertThat(shop.installed("cd", "cart")).isEqualTo(second);
        assertNothingBeside();
    }

    @Test
    void I8_anAbortedLaneLeavesNothingBehind() throws Exception {
        String before = shop.installed("cd", "cart");
        shop.build("cart", "1.1");
        WorkflowRun build = Shop.start(Shop.job(jenkins, "micro", SCRIPT.formatted("1.1", "cart")));
        GateStep.awaitWaiting("cart");
        assertThat(beside(Deployment.class)).hasSize(1);

        build.getExecutor().interrupt();

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        assertNothingBeside();
        assertThat(shop.installed("cd", "cart")).isEqualTo(before);
    }

    @Test
    void saysAtOnceWhyACandidateCannotBeBeside() throws Exception {
        shop.build("cart", "1.1");
        shop.kubernetes.client().services().inNamespace("cd").withName("cart").delete();
        jenkins.assertLogContains(
                "No Service selects the pods of Deployment cart in namespace cd",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE, Shop.job(jenkins, "micro", SCRIPT.formatted("1.1", "cart"))));
        assertNothingBeside();
    }
}
