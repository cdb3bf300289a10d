package io.jenkins.plugins.releasetrain.harness;

import hudson.model.Result;
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
}
