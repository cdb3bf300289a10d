package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class ReleaseManifestStepTest {
    @Test
    void writesAReleaseByDigestAndSaysWhatThereIsNot(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop()) {
            String cart = shop.build("cart", "1.1");
            shop.configure();

            WorkflowRun build = jenkins.buildAndAssertSuccess(Shop.job(jenkins, "cart", """
                def r = monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'tested' }
                echo releaseManifest(release: r.release)
                echo releaseManifest(release: r.release, format: 'kustomize')
                """));
            jenkins.assertLogContains("shop-1", build);
            jenkins.assertLogContains("digest: " + cart, build);

            jenkins.assertLogContains(
                    "There is no release 'shop-9'",
                    jenkins.buildAndAssertStatus(
                            Result.FAILURE, Shop.job(jenkins, "a", "releaseManifest release: 'shop-9'")));
            jenkins.assertLogContains(
                    "Unknown manifest format 'xml'",
                    jenkins.buildAndAssertStatus(
                            Result.FAILURE,
                            Shop.job(jenkins, "b", "releaseManifest release: 'shop-1', format: 'xml'")));
        }
    }

    @Test
    void I1_theBodyInstallsWhatIsToBeTriedAndAVerdictAboutAnythingElseIsVoid(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop()) {
            String cart = shop.build("cart", "1.1");
            String before = shop.installed("staging", "cart");
            shop.configure();
            TrainConfiguration train = new TrainConfiguration(Shop.TRAIN, "shop", "staging");
            train.setAccess(Shop.EVERYBODY);
            train.setInstall(TrainConfiguration.Install.NONE);
            ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setTrains(List.of(train));

            WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", """
                monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                    echo releaseManifest(release: env.RELEASE_ID, format: 'compose')
                    gate env.RELEASE_TRIAL
                }
                """));
            String image = shop.dev.host() + "/shop/cart@" + cart;
            GateStep.open(GateStep.awaitNext());
            jenkins.waitForMessage("image: " + image, build);

            String second = GateStep.awaitNext();
            assertThat(shop.installed("staging", "cart")).isEqualTo(before);
            shop.install("staging", "cart", image);
            GateStep.open(second);

            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
            assertThat(ReleaseService.get().store().events("train/shop", 0, 1000).stream()
                            .map(Store.RecordedEvent::event)
                            .filter(Event.TrialEnded.class::isInstance)
                            .map(e -> ((Event.TrialEnded) e).verdict()))
                    .containsExactly(Verdict.VOID, Verdict.PASSED);
            assertThat(shop.inProduction("cart")).isEqualTo(cart);
        } finally {
            GateStep.forgetAll();
        }
    }
}
