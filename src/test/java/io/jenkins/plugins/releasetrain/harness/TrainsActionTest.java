package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.net.URL;
import java.util.List;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class TrainsActionTest {
    private static final List<String> OPERATIONS =
            List.of("PAUSE", "RESUME", "CANCEL", "PRIORITISE", "FORCE", "ROLL_BACK", "MARK_BAD", "UNBLOCK");

    private JenkinsRule jenkins;

    @BeforeEach
    void secure(JenkinsRule rule) {
        jenkins = rule;
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("viewer")
                .grant(Jenkins.READ, ReleasePermissions.MANAGE, ReleasePermissions.PROMOTE, ReleasePermissions.ROLLBACK)
                .everywhere()
                .to("captain"));
    }

    @Test
    void I10_operationsAreDoneByWhoMayAndByPostWithACrumbOnly() throws Exception {
        for (String operation : OPERATIONS) {
            String query = "perform?operation=" + operation + "&train=shop&subject=x&reason=y";
            WebResponse refused = ask("viewer", query, HttpMethod.POST);
            assertThat(refused.getStatusCode()).as(operation).isEqualTo(403);
            assertThat(refused.getContentAsString()).contains("takes the permission Release/");
            assertThat(ask("viewer", query.replace("perform", "plan"), HttpMethod.GET)
                            .getStatusCode())
                    .isEqualTo(403);
            assertThat(ask("captain", query, HttpMethod.GET).getStatusCode()).isEqualTo(405);
        }
        WebRequest withoutCrumb = new WebRequest(
                new URL(jenkins.getURL(), "release-trains/perform?operation=PAUSE&train=shop&reason=y"),
                HttpMethod.POST);
        assertThat(client("captain").getPage(withoutCrumb).getWebResponse().getStatusCode())
                .isEqualTo(403);
    }

    /** Release/View is implied by Overall/Read. */
    @Test
    void I10_pagesAndTheirApiAreForWhoMaySeeThem() throws Exception {
        for (String url : List.of("", "releases/shop-1", "api/now", "context", "sentences", "blocked", "plan")) {
            assertThat(ask("stranger", url, HttpMethod.GET).getStatusCode())
                    .as(url)
                    .isEqualTo(403);
        }
        assertThat(client("viewer").goTo("").getWebResponse().getContentAsString())
                .contains("/jenkins/release-trains", "Release trains");
        assertThat(ask("viewer", "api/now", HttpMethod.POST).getStatusCode()).isEqualTo(404);
        assertThat(ask("viewer", "nothing/here", HttpMethod.GET).getStatusCode())
                .isEqualTo(404);
        Shop.awaitStore();
        WebResponse now = ask("viewer", "api/now", HttpMethod.GET);
        assertThat(now.getContentType()).isEqualTo("application/json");
        WebRequest again = new WebRequest(new URL(jenkins.getURL(), "release-trains/api/now"));
        again.setAdditionalHeader("If-None-Match", now.getResponseHeaderValue("ETag"));
        assertThat(client("viewer").getPage(again).getWebResponse().getStatusCode())
                .isEqualTo(304);
    }

    /** Every page is the same hollow view in Jenkins' own layout, without any inline script. */
    @Test
    void pagesAreInsideJenkinsLayout() throws Exception {
        for (String url : List.of("", "now", "history?state=EJECTED", "releases/shop-1", "services/cart", "trends")) {
            String page = ask("viewer", url, HttpMethod.GET).getContentAsString();
            assertThat(page)
                    .contains(
                            "id=\"rt-app\"",
                            "data-base=\"/jenkins/release-trains/\"",
                            "jenkins-header",
                            "start.js",
                            "start.css");
        }
    }

    @Test
    void textsAreInTheLanguageOfTheBrowser() throws Exception {
        JenkinsRule.WebClient german = client("captain");
        german.addRequestHeader("Accept-Language", "de-CH,de;q=0.9");
        JSONObject context = JSONObject.fromObject(german.goTo("release-trains/context", "application/json")
                .getWebResponse()
                .getContentAsString());
        assertThat(context.getJSONObject("texts").getString("do.PAUSE")).isEqualTo("Anhalten");
        assertThat(german.goTo("release-trains/sentences", "application/json")
                        .getWebResponse()
                        .getContentAsString())
                .contains("Versuch {0}");
        assertThat(context.getString("may")).isEqualTo("[\"MANAGE\",\"PROMOTE\",\"ROLLBACK\"]");
        assertThat(ask("viewer", "context", HttpMethod.GET).getContentAsString())
                .contains("\"may\":[]");
    }

    @Test
    void trainsArePausedResumedAndRolledBack() throws Exception {
        try (Shop shop = new Shop()) {
            String before = shop.inProduction("cart");
            shop.build("cart", "1.1");
            String second = shop.build("cart", "1.2");
            shop.configure();
            assertThat(perform("PAUSE", "&reason=").getStatusCode()).isEqualTo(400);
            assertThat(perform("PAUSE", "&reason=freeze").getStatusCode()).isEqualTo(200);
            WorkflowRun build = Shop.start(Shop.job(
                    jenkins, "cart", "monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'tested' }"));
            jenkins.waitForMessage("paused: freeze", build);
            assertThat(shop.inProduction("cart")).isEqualTo(before);

            assertThat(perform("RESUME", "").getStatusCode()).isEqualTo(200);
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
            String first = shop.inProduction("cart");
            jenkins.buildAndAssertSuccess(Shop.job(
                    jenkins, "again", "monoRelease(train: 'shop', service: 'cart', image: '1.2') { echo 'tested' }"));
            assertThat(shop.inProduction("cart")).isEqualTo(second);

            String plan = ask("captain", "plan?operation=ROLL_BACK&train=shop&subject=shop-1", HttpMethod.GET)
                    .getContentAsString();
            assertThat(plan).contains(first, second, "\"total\":1");
            assertThat(perform("ROLL_BACK", "&subject=shop-1&reason=cart+fails").getContentAsString())
                    .contains("shop-3");
            Shop.await("the rollback", () -> shop.inProduction("cart").equals(first));
            assertThat(ask("viewer", "api/releases/shop-1", HttpMethod.GET).getContentAsString())
                    .as("a job that the viewer may not see")
                    .contains("a build")
                    .doesNotContain("job/cart/1/");
        }
    }

    private WebResponse perform(String operation, String more) throws Exception {
        return ask("captain", "perform?train=shop&operation=" + operation + more, HttpMethod.POST);
    }

    private JenkinsRule.WebClient client(String user) throws Exception {
        return jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .withJavaScriptEnabled(false)
                .login(user);
    }

    private WebResponse ask(String user, String url, HttpMethod method) throws Exception {
        JenkinsRule.WebClient client = client(user);
        WebRequest request = new WebRequest(new URL(jenkins.getURL(), "release-trains/" + url), method);
        return client.getPage(method == HttpMethod.POST ? client.addCrumb(request) : request)
                .getWebResponse();
    }
}
