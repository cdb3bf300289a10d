package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.Functions;
import io.jenkins.plugins.casc.misc.ConfiguredWithCode;
import io.jenkins.plugins.casc.misc.JenkinsConfiguredWithCodeRule;
import io.jenkins.plugins.casc.misc.junit.jupiter.WithJenkinsConfiguredWithCode;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.util.NameValuePair;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.localizer.LocaleProvider;

/** How people come to the configuration page, and what it looks like in their language. */
@WithJenkinsConfiguredWithCode
class ConfigurationPageTest {
    private static final String DESCRIPTORS = "descriptorByName/io.jenkins.plugins.releasetrain.";

    /** Whoever may nothing else has no page "Manage Jenkins", so the link is on the plugin's own page. */
    @Test
    @ConfiguredWithCode("casc.yaml")
    void NEW_9_whoMayConfigureAloneFindsThePageAndStaysThere(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, ReleasePermissions.CONFIGURE)
                .everywhere()
                .to("configurer")
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader"));
        assertThat(page(jenkins, "configurer")).contains("href=\"/jenkins/manage/release-train/\"");
        assertThat(page(jenkins, "reader")).doesNotContain("manage/release-train");
        JenkinsRule.WebClient client = jenkins.createWebClient().login("configurer");
        HtmlForm form = client.goTo("manage/release-train/all").getFormByName("config");
        form.getInputByName("_.largestBatch").setValue("7");
        Page saved = jenkins.submit(form);

        assertThat(saved.getUrl().getPath()).isEqualTo("/jenkins/manage/release-train/all");
        assertThat(ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class)
                        .train("shop")
                        .getLargestBatch())
                .isEqualTo(7);
    }

    private static String page(JenkinsRule jenkins, String user) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient();
        client.getOptions().setJavaScriptEnabled(false);
        return client.login(user).goTo("release-trains").getWebResponse().getContentAsString();
    }

    /** As WebAppMain has it, which the test harness does not run. */
    private static final LocaleProvider OF_THE_REQUEST = new LocaleProvider() {
        @Override
        public Locale get() {
            return Functions.getCurrentLocale();
        }
    };

    @Test
    @ConfiguredWithCode("casc.yaml")
    void theFormIsInTheLanguageOfTheBrowser(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        LocaleProvider usual = LocaleProvider.getProvider();
        LocaleProvider.setProvider(OF_THE_REQUEST);
        try {
            germanAndEnglish(jenkins);
        } finally {
            LocaleProvider.setProvider(usual);
        }
    }

    private static void germanAndEnglish(JenkinsRule jenkins) throws Exception {
        JenkinsRule.WebClient german = jenkins.createWebClient();
        german.addRequestHeader("Accept-Language", "de-DE,de;q=0.9");
        HtmlPage page = german.goTo("manage/release-train/all");

        assertThat(page.getWebResponse().getContentAsString(StandardCharsets.UTF_8))
                .contains(
                        "Zug hinzufügen",
                        "Entwicklungs-Registry",
                        "Wer mitfahren darf",
                        "Präfix der Repositories",
                        "Vertraute Zertifikate, als PEM",
                        "Dienste, als YAML")
                .doesNotContain("Add train", "Who may ride", "Repository prefix");
        assertThat(ask(german, "config.TrainConfiguration/help/movingTags", HttpMethod.GET))
                .contains("Regulärer Ausdruck für Tags");
        assertThat(ask(german, "steps.MonoReleaseStep/help/image", HttpMethod.GET))
                .contains("Sein Digest wird sofort festgehalten");
        assertThat(ask(german, "config.EnvironmentConfiguration/fillIsolationItems", HttpMethod.POST))
                .contains("An der Stelle des Grundstands", "REPLACE", "HEADER");
        assertThat(ask(german, "config.StoreConfiguration/fillTlsItems", HttpMethod.POST))
                .contains("Immer, mit einem vertrauten Zertifikat für diesen Host");
        JenkinsRule.WebClient english = jenkins.createWebClient();
        english.addRequestHeader("Accept-Language", "en");
        assertThat(english.goTo("manage/release-train/all").getWebResponse().getContentAsString())
                .contains("Add train", "Trusted certificates, as PEM", "Services, as YAML");
        assertThat(ask(english, "config.PolicyConfiguration/fillWhenBrokenItems", HttpMethod.POST))
                .contains("Pause until somebody resumes");
    }

    /** What a form never sends, and somebody with a script does: nothing of it is taken, and nothing of it runs. */
    @Test
    @ConfiguredWithCode("casc.yaml")
    void B5_S1_whatTheBinderRefusesChangesNothing(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        Settings before = configuration.settings();
        String evil = "jdbc:h2:mem:x;INIT=CREATE ALIAS P FOR "
                + "'java.lang.System.setProperty(java.lang.String,java.lang.String)'\\\\;CALL P('poc','ran')";
        for (String json : List.of(
                "{'registries': [{'name': 'dev', 'host': 'dev.example', 'role': 'NONSENSE'}]}",
                "{'trains': [{'name': 'shop', 'catalog': 'shop', 'environment': 'staging', 'install': 'FOO'}]}",
                "{'trains': [{'name': 'shop'}]}",
                "{'trains': [{'name': 'shop', 'catalog': 'shop', 'environment': 'staging', 'largestBatch': ''}]}",
                "{'environments': 'none'}",
                "{'store': {'jdbcUrl': \"" + evil + "\"}}",
                "{'store': {'host': 'db.example/x?socketFactory=y', 'database': 'x', 'port': '5432'}}",
                "{'history': {'months': '-1'}}")) {
            JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
            WebRequest request =
                    new WebRequest(new URL(jenkins.getURL(), "manage/release-train/configure"), HttpMethod.POST);
            request.setRequestParameters(List.of(new NameValuePair("json", json)));
            WebResponse answer = client.getPage(client.addCrumb(request)).getWebResponse();

            assertThat(answer.getContentAsString()).as(json).doesNotContain("Oops", "INIT=");
            assertThat(configuration.settings()).as(json).isSameAs(before);
            assertThat(configuration.getTrains()).as(json).isNotEmpty();
        }
        assertThat(System.getProperty("poc")).isNull();
    }

    private static String ask(JenkinsRule.WebClient client, String path, HttpMethod method) throws Exception {
        WebRequest request = new WebRequest(new URL(client.getContextPath() + DESCRIPTORS + path), method);
        return client.getPage(client.addCrumb(request)).getWebResponse().getContentAsString(StandardCharsets.UTF_8);
    }
}
