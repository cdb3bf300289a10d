package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.BulkChange;
import hudson.ExtensionList;
import hudson.util.FormValidation;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.misc.ConfiguredWithCode;
import io.jenkins.plugins.casc.misc.JenkinsConfiguredWithCodeRule;
import io.jenkins.plugins.casc.misc.junit.jupiter.WithJenkinsConfiguredWithCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.releasetrain.config.AccessConfiguration;
import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;

/** What clusters and evidence need of the configuration: as code, in the form, and the button that drafts a catalog. */
@WithJenkinsConfiguredWithCode
class ClusterFormsTest {
    private static ReleaseTrainConfiguration configuration() {
        return ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
    }

    private static String export() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ConfigurationAsCode.get().export(out);
        String all = out.toString(StandardCharsets.UTF_8);
        int begin = all.indexOf("\nreleaseTrain:");
        int end = all.indexOf("\n", begin + 1);
        while (end + 1 < all.length() && Character.isWhitespace(all.charAt(end + 1))) {
            end = all.indexOf("\n", end + 1);
        }
        return all.substring(begin, end);
    }

    @Test
    @ConfiguredWithCode("casc-cluster.yaml")
    void probeProgramsAndEvidenceAreReadFromCodeExportedIdenticallyAndSavedByTheFormAsTheyWere(
            JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        EnvironmentConfiguration cd = configuration().environment("cd");
        assertThat(cd.isProgramsAllowed()).isTrue();
        assertThat(cd.getProbe().getPath()).isEqualTo("/whoami");
        assertThat(configuration().environment("staging").getProbe()).isNull();
        assertThat(configuration().environment("staging").isProgramsAllowed()).isFalse();
        assertThat(configuration().catalog("shop").getEvidence().getCredentialsId())
                .isEqualTo("signing-key");
        assertThat(configuration().catalog("unsigned").getEvidence().getCredentialsId())
                .isNull();
        String before = export();
        assertThat(before).contains("probe:", "programsAllowed: true", "credentialsId: \"signing-key\"");

        HtmlForm form =
                jenkins.createWebClient().goTo("manage/release-train/all").getFormByName("config");
        jenkins.submit(form);
        assertThat(export()).isEqualTo(before);

        try (BulkChange change = new BulkChange(configuration())) {
            configuration().setEnvironments(List.of());
            configuration().setCatalogs(List.of());
            change.commit();
        }
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(before.getBytes(StandardCharsets.UTF_8))));
        assertThat(export()).isEqualTo(before);
    }

    /** A host that takes connections and says nothing would hold a thread of the web server for minutes. */
    @Test
    void testsOfConnectionsEndWhereNobodyAnswers(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int port = silent.getLocalPort();
            String host = "127.0.0.1:" + port;
            FormValidation registry = ExtensionList.lookupSingleton(RegistryConfiguration.DescriptorImpl.class)
                    .doTestConnection("dev", host, "", "", true, "", "shop/cart");
            FormValidation cluster = ExtensionList.lookupSingleton(EnvironmentConfiguration.DescriptorImpl.class)
                    .doTestConnection("cd", "cd", "http://" + host, "", "", false, "REPLACE");
            FormValidation draft = ExtensionList.lookupSingleton(EnvironmentConfiguration.DescriptorImpl.class)
                    .doDraftCatalog("cd", "http://" + host, "", "", false);
            FormValidation store = ExtensionList.lookupSingleton(StoreConfiguration.DescriptorImpl.class)
                    .doTestConnection("127.0.0.1", port, "releases", "DISABLE", "", "", "");

            assertThat(List.of(registry.kind, cluster.kind, draft.kind, store.kind))
                    .containsOnly(FormValidation.Kind.ERROR);
            assertThat(cluster.getMessage()).contains("No answer within 20 seconds");
            assertThat(store.getMessage()).contains("No answer within 20 seconds");
        }
    }

    @Test
    @ConfiguredWithCode("casc-cluster.yaml")
    void aPatternThatMatchesNothingIsToldByThePageAndTheFields(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        for (String address : List.of("", "all")) {
            String page = jenkins.createWebClient()
                    .goTo("manage/release-train/" + address)
                    .asNormalizedText();
            assertThat(page)
                    .contains("This is said in vain")
                    .contains("no service of catalog 'shop' is called 'crat'")
                    .contains("line 1, column 9, $.kinds.CloneSet: no workload is of the kind CloneSet");
        }
        AccessConfiguration.DescriptorImpl access =
                ExtensionList.lookupSingleton(AccessConfiguration.DescriptorImpl.class);
        assertThat(access.doCheckServices("cart, crat", "shop").kind).isEqualTo(FormValidation.Kind.WARNING);
        assertThat(access.doCheckServices("cart, p*", "shop").kind).isEqualTo(FormValidation.Kind.OK);
        assertThat(access.doCheckServices("any/thing", null).kind)
                .as("a registry has repositories")
                .isEqualTo(FormValidation.Kind.OK);
        CatalogConfiguration.DescriptorImpl catalog =
                ExtensionList.lookupSingleton(CatalogConfiguration.DescriptorImpl.class);
        assertThat(catalog.doCheckYaml("kinds: {A: {apiVersion: e.org/v1}}\nservices: {a: }").kind)
                .isEqualTo(FormValidation.Kind.WARNING);
        assertThat(catalog.doCheckYaml("services: {a: {workload: A/a}}").kind).isEqualTo(FormValidation.Kind.ERROR);
    }

    @Test
    void theButtonDraftsACatalogOfTheNamespace(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        try (Shop shop = new Shop()) {
            shop.configure();
            JenkinsRule.WebClient client = jenkins.createWebClient();
            HtmlPage page = client.goTo("manage/release-train/all");
            DomElement button = page.getElementsByTagName("button").stream()
                    .filter(b -> b.getTextContent().strip().equals("Draft a catalog"))
                    .findFirst()
                    .orElseThrow();

            button.click();
            client.waitForBackgroundJavaScript(10_000);

            assertThat(page.asNormalizedText())
                    .contains("# A draft, made of 3 workloads", "services:", "mail:", "production: \"prod/{service}\"");
        }
    }
}
