package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Item;
import hudson.model.Result;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.htmlunit.Page;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** From the build of whoever was rejected to the test that failed, in the build that judged. */
class RejectionLinksTest {
    private static final String JUNIT = """
        node {
            def failure = bad ? "<failure message='the total is wrong'/>" : ''
            writeFile file: 't.xml', text: "<testsuite name='shop'><testcase classname='shop.Checkout' name='pays'>$failure</testcase></testsuite>"
            junit testResults: 't.xml', skipMarkingBuildUnstable: true
        }
        """;

    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    private Shop shop;

    @BeforeEach
    void setUp() throws Exception {
        shop = new Shop();
    }

    @AfterEach
    void tearDown() throws Exception {
        GateStep.forgetAll();
        shop.close();
    }

    private static String script(String service, String record) {
        return """
            monoRelease(train: 'shop', service: '%s', image: '1.1') {
                def bad = RELEASE_CHANGED.split(' ').contains('cart')
                %s
                if (bad) { error 'the tests failed' }
            }
            """.formatted(service, record);
    }

    private static WorkflowRun build(JenkinsRule jenkins, String job) {
        return jenkins.jenkins.getItemByFullName(job, WorkflowJob.class).getBuildByNumber(1);
    }

    /** Pay's build judges cart's image, which it rides beside. */
    private void reject(JenkinsRule jenkins, String record) throws Exception {
        for (String service : Shop.SERVICES) {
            shop.build(service, "1.1");
        }
        shop.configure();
        WorkflowRun mail = Shop.start(Shop.job(jenkins, "mail", script("mail", "gate 'mail'")));
        GateStep.awaitWaiting("mail");
        WorkflowRun pay = Shop.start(Shop.job(jenkins, "pay", script("pay", record)));
        jenkins.waitForMessage("Queued for train", pay);
        WorkflowRun cart = Shop.start(Shop.job(jenkins, "cart", script("cart", record)));
        jenkins.waitForMessage("Queued for train", cart);
        GateStep.open("mail");
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(mail));
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(pay));
        jenkins.assertBuildStatus(Result.FAILURE, jenkins.waitForCompletion(cart));
        GateStep.forgetWaiting();
    }

    private static void onlyCartFor(JenkinsRule jenkins, String user) {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin")
                .grant(Jenkins.READ)
                .everywhere()
                .to(user)
                .grant(Item.READ)
                .onItems(jenkins.jenkins.getItemByFullName("cart", WorkflowJob.class))
                .to(user));
    }

    private static Page page(JenkinsRule.WebClient client, String url) throws Exception {
        Page page = url.startsWith("http") ? client.getPage(url) : client.goTo(url, null);
        assertThat(page.getWebResponse().getStatusCode()).as(url).isEqualTo(200);
        return page;
    }

    private static String get(JenkinsRule.WebClient client, String url) throws Exception {
        return page(client, url).getWebResponse().getContentAsString();
    }

    private static String link(String page, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(page);
        assertThat(found.find()).as(pattern + " in " + page).isTrue();
        return found.group(1);
    }

    /** One click from the log to the tests of the build that judged, one more to the test. */
    private static void twoClicks(JenkinsRule jenkins) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withJavaScriptEnabled(false);
        String tests =
                link(get(client, "job/cart/1/logText/progressiveHtml"), "It is rejected: [^\n]*?href='([^']*)'>tests<");
        // Where the report is, is the test report plugin's to say.
        Page report = page(client, tests);
        String failed = report.getWebResponse().getContentAsString();
        assertThat(failed).contains("shop.Checkout");
        String test = link(failed, "href=['\"]([^'\"]*shop/Checkout/pays[^'\"]*)['\"]");
        assertThat(get(
                        client,
                        URI.create(report.getUrl().toString()).resolve(test).toString()))
                .contains("the total is wrong");
    }

    private static String rejection(JenkinsRule jenkins, String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withJavaScriptEnabled(false);
        if (!user.isEmpty()) {
            client.login(user);
        }
        String list = get(client, "release-trains/api/history?state=EJECTED");
        String id = link(list, "\"kind\":\"CHANGE\",\"id\":\"([^\"]+)\"");
        return get(client, "release-trains/api/changes/" + id);
    }

    @Test
    void twoClicksLeadFromARejectionToTheTestThatFailed() throws Throwable {
        session.then(jenkins -> {
            reject(jenkins, JUNIT);
            WorkflowRun cart = build(jenkins, "cart");
            jenkins.assertLogContains("is being tested in staging by", cart);
            jenkins.assertLogContains("pay#1", cart);
            jenkins.assertLogContains("It is rejected: 1 test failed in staging", cart);
            twoClicks(jenkins);
            assertThat(rejection(jenkins, "")).contains("\"tests\":[\"shop.Checkout.pays\"]");
        });
        session.then(jenkins -> {
            Shop.awaitStore();
            twoClicks(jenkins);
            onlyCartFor(jenkins, "author");
            String seen = rejection(jenkins, "author");
            assertThat(seen).doesNotContain("pay#1", "job/pay/").contains("\"by\":null", "its tests failed");
            assertThat(rejection(jenkins, "admin")).contains("shop.Checkout.pays", "pay#1");
            build(jenkins, "pay").delete();
            build(jenkins, "cart").delete();
            assertThat(rejection(jenkins, "admin")).contains("shop.Checkout.pays", "pay#1");
        });
    }

    @Test
    void withoutRecordedTestsThereIsTheLogOfTheBuildThatJudged() throws Throwable {
        session.then(jenkins -> {
            reject(jenkins, "echo 'no report'");
            jenkins.assertLogContains("It is rejected: the tests failed in staging", build(jenkins, "cart"));
            JenkinsRule.WebClient client = jenkins.createWebClient().withJavaScriptEnabled(false);
            String log = link(
                    get(client, "job/cart/1/logText/progressiveHtml"),
                    "It is rejected: [^\n]*?href=['\"]([^'\"]*)['\"][^>]*>log<");
            assertThat(log).containsAnyOf("selected-node=", "console");
            get(client, log);
            assertThat(rejection(jenkins, "")).contains("\"tests\":[]", "\"counts\":null");
        });
    }
}
