package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.net.URL;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class TrainsActionTest {
    @Test
    void I10_trainsArePausedResumedAndRolledBackByWhoMayAndByPostOnly(JenkinsRule jenkins) throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader")
                .grant(Jenkins.READ, ReleasePermissions.RUN, ReleasePermissions.ROLLBACK)
                .everywhere()
                .to("captain"));
        try (Shop shop = new Shop()) {
            String before = shop.inProduction("cart");
            shop.build("cart", "1.1");
            String second = shop.build("cart", "1.2");
            shop.configure();
            for (String url : new String[] {"pause?train=shop&reason=x", "resume?train=shop", "rollback?train=shop"}) {
                assertThat(status(jenkins, "reader", url, HttpMethod.POST)).isEqualTo(403);
                assertThat(status(jenkins, "captain", url, HttpMethod.GET)).isEqualTo(405);
            }
            assertThat(status(jenkins, "captain", "pause?train=shop&reason=", HttpMethod.POST))
                    .isEqualTo(400);
            assertThat(status(jenkins, "captain", "pause?train=shop&reason=freeze", HttpMethod.POST))
                    .isEqualTo(200);
            WorkflowRun build = Shop.start(Shop.job(
                    jenkins, "cart", "monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'tested' }"));
            jenkins.waitForMessage("paused: freeze", build);
            assertThat(shop.inProduction("cart")).isEqualTo(before);

            assertThat(status(jenkins, "captain", "resume?train=shop", HttpMethod.POST))
                    .isEqualTo(200);
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
            String first = shop.inProduction("cart");
            jenkins.buildAndAssertSuccess(Shop.job(
                    jenkins, "again", "monoRelease(train: 'shop', service: 'cart', image: '1.2') { echo 'tested' }"));
            assertThat(shop.inProduction("cart")).isEqualTo(second);

            assertThat(status(jenkins, "captain", "rollback?train=shop&release=shop-1", HttpMethod.POST))
                    .isEqualTo(200);
            Shop.await("the rollback", () -> shop.inProduction("cart").equals(first));
        }
    }

    private static int status(JenkinsRule jenkins, String user, String url, HttpMethod method) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .login(user);
        WebRequest request = new WebRequest(new URL(jenkins.getURL(), "release-trains/" + url), method);
        return client.getPage(method == HttpMethod.POST ? client.addCrumb(request) : request)
                .getWebResponse()
                .getStatusCode();
    }
}
