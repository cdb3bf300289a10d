package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hudson.BulkChange;
import hudson.ExtensionList;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.misc.ConfiguredWithCode;
import io.jenkins.plugins.casc.misc.JenkinsConfiguredWithCodeRule;
import io.jenkins.plugins.casc.misc.junit.jupiter.WithJenkinsConfiguredWithCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.CatalogScm;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.config.WebhookConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

@WithJenkinsConfiguredWithCode
class ConfigurationTest {
    private static final String DESCRIPTORS = "descriptorByName/io.jenkins.plugins.releasetrain.config.";

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
    @ConfiguredWithCode("casc.yaml")
    void isReadFromCodeAndExportedIdentically(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        assertThat(configuration().getRegistries())
                .extracting(RegistryConfiguration::getName)
                .containsExactly("dev", "production");
        assertThat(configuration().train("shop").getLargestBatch()).isEqualTo(16);
        assertThat(configuration().getStore().getHost()).isEqualTo("db.example");
        assertThat(configuration().getStore().getDatabase()).isEqualTo("releases");
        assertThat(configuration().getWebhooks())
                .extracting(WebhookConfiguration::getEvents)
                .containsExactly("released, ejected");
        assertThat(configuration().environment("cd").getLanes()).satisfies(lanes -> {
            assertThat(lanes.getPerEnvironment()).isEqualTo(20);
            assertThat(lanes.getHops()).isEqualTo(2);
            assertThat(lanes.getFreezes()).hasSize(1);
        });
        String first = export();

        try (BulkChange change = new BulkChange(configuration())) {
            configuration().setRegistries(List.of());
            configuration().setCatalogs(List.of());
            configuration().setEnvironments(List.of());
            configuration().setTrains(List.of());
            configuration().setWebhooks(List.of());
            change.commit();
        }
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(first.getBytes(StandardCharsets.UTF_8))));

        assertThat(configuration().getTrains())
                .extracting(TrainConfiguration::getName)
                .containsExactly("shop");
        assertThat(export())
                .isEqualTo(first)
                .contains("largestBatch: 16", "perEnvironment: 20")
                .doesNotContain("s3cr3t");
    }

    /** As versions before the first release had it. */
    @Test
    void codeBelowTheOldRootIsReadAndASecretOfItIsNotExported(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        byte[] old = """
            releases:
              releaseTrain:
                registries:
                  - {name: dev, host: dev.example}
                webhooks:
                  - {name: chat, url: 'https://chat.example/s3cr3t', credentialsId: chat}
                store:
                  jdbcUrl: jdbc:postgresql://db.example:6432/releases?sslmode=require
            """.getBytes(StandardCharsets.UTF_8);

        ConfigurationAsCode.get().configureWith(YamlSource.of(new ByteArrayInputStream(old)));

        assertThat(configuration().getStore().getPort()).isEqualTo(6432);
        assertThat(export()).contains("host: \"dev.example\"", "tls: REQUIRE").doesNotContain("s3cr3t", "jdbcUrl");
    }

    @Test
    void B8_codeThatDoesNotFitIsRefusedWithAllProblemsAndNothingChanges(JenkinsConfiguredWithCodeRule jenkins) {
        byte[] wrong = """
            releaseTrain:
              registries:
                - {name: dev, host: dev.example}
                - {name: dev, host: other.example}
              trains:
                - {name: shop, catalog: nowhere, environment: staging, movingTags: '['}
              store: {host: 'db.example/x?socketFactory=y', database: x}
            """.getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(
                        () -> ConfigurationAsCode.get().configureWith(YamlSource.of(new ByteArrayInputStream(wrong))))
                .hasStackTraceContaining("there are two of registry 'dev'")
                .hasStackTraceContaining("Unknown catalog 'nowhere'")
                .hasStackTraceContaining("movingTags")
                .hasStackTraceContaining("store: ");
        assertThat(configuration().getRegistries()).isEmpty();
        assertThat(configuration().settings().registries()).isEmpty();
    }

    @Test
    @ConfiguredWithCode("casc.yaml")
    void S5_whoMayConfigureButNotAdministerChangesTrainsAndNoHosts(JenkinsConfiguredWithCodeRule jenkins)
            throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Jenkins.SYSTEM_READ, ReleasePermissions.CONFIGURE)
                .everywhere()
                .to("configurer"));
        JenkinsRule.WebClient client =
                jenkins.createWebClient().login("configurer").withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.goTo("manage/release-train/all").getFormByName("config");
        form.getInputByName("_.largestBatch").setValue("7");
        jenkins.submit(form);
        assertThat(configuration().train("shop").getLargestBatch()).isEqualTo(7);

        form = client.goTo("manage/release-train/all").getFormByName("config");
        form.getInputsByName("_.host").get(0).setValue("evil.example");
        Page answer = jenkins.submit(form);

        assertThat(answer.getWebResponse().getContentAsString()).contains("Overall/Administer");
        assertThat(configuration().getRegistries().get(0).getHost()).isEqualTo("registry.example:5000");
    }

    @Test
    @ConfiguredWithCode("casc.yaml")
    void B5_aNumberThatIsNoneChangesNothing(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        String before = export();
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.goTo("manage/release-train/all").getFormByName("config");
        form.getInputByName("_.largestBatch").setValue("99999999999");

        Page answer = jenkins.submit(form);

        assertThat(answer.getWebResponse().getContentAsString()).contains("is not a whole number that fits");
        assertThat(export()).isEqualTo(before);
    }

    /** A full disk, or a JENKINS_HOME that is read only: in force until the next restart, and gone then. */
    @Test
    @ConfiguredWithCode("casc.yaml")
    void J_saving_the_form_whatCannotBeWrittenIsRefused(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        String before = export();
        Path file = jenkins.jenkins.getRootDir().toPath().resolve(ReleaseTrainConfiguration.class.getName() + ".xml");
        Files.delete(file);
        Files.createDirectories(file.resolve("in the way"));
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.goTo("manage/release-train/all").getFormByName("config");
        form.getInputByName("_.largestBatch").setValue("3");

        Page answer = jenkins.submit(form);

        assertThat(answer.getWebResponse().getContentAsString()).contains("The configuration cannot be written");
        assertThat(export()).isEqualTo(before);
    }

    @Test
    @ConfiguredWithCode("casc.yaml")
    void theFormSavesWhatItShows(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        String before = export();

        HtmlPage page = jenkins.createWebClient().goTo("manage/release-train/all");
        HtmlForm form = page.getFormByName("config");
        jenkins.submit(form);

        assertThat(export()).isEqualTo(before);
    }

    @Test
    @ConfiguredWithCode("casc.yaml")
    void theFormRefusesWhatPointsNowhere(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        String before = export();
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.goTo("manage/release-train/all").getFormByName("config");
        form.getInputsByName("_.name").get(0).setValue("renamed");

        Page answer = jenkins.submit(form);

        assertThat(answer.getWebResponse().getContentAsString()).contains("Unknown registry");
        assertThat(export()).isEqualTo(before);
    }

    @Test
    @ConfiguredWithCode("casc-scm.yaml")
    void aCatalogInScmIsReadFromCodeExportedIdenticallyAndSavedByTheFormAsItWas(JenkinsConfiguredWithCodeRule jenkins)
            throws Exception {
        CatalogScm scm = configuration().catalog("shop").getScm();
        assertThat(((MemoryScm) scm.getSource()).getRemote()).isEqualTo("https://git.example/shop/catalog.git");
        assertThat(scm.getPath()).isEqualTo("deploy/catalog.yaml");
        String before = export();
        assertThat(before)
                .contains("path: \"deploy/catalog.yaml\"", "minutes: 0")
                .doesNotContain("yaml: \"");

        HtmlForm form =
                jenkins.createWebClient().goTo("manage/release-train/all").getFormByName("config");
        jenkins.submit(form);
        assertThat(export()).isEqualTo(before);

        configuration().setCatalogs(List.of());
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(before.getBytes(StandardCharsets.UTF_8))));
        assertThat(export()).isEqualTo(before);
    }

    @Test
    @ConfiguredWithCode("casc-scm.yaml")
    void aCatalogIsEitherInTheConfigurationOrInScm(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        String before = export();
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm form = client.goTo("manage/release-train/all").getFormByName("config");
        form.getTextAreaByName("_.yaml").setText("services:\n  cart:\n");

        Page answer = jenkins.submit(form);

        assertThat(answer.getWebResponse().getContentAsString()).contains("both as YAML and in SCM");
        assertThat(export()).isEqualTo(before);
        CatalogScm.DescriptorImpl checks = ExtensionList.lookupSingleton(CatalogScm.DescriptorImpl.class);
        assertThat(checks.doCheckPath("../secrets").getMessage()).contains("../secrets");
        assertThat(checks.doCheckVersion(" ").kind).isEqualTo(hudson.util.FormValidation.Kind.ERROR);
        assertThat(checks.doCheckMinutes("-1").kind).isEqualTo(hudson.util.FormValidation.Kind.ERROR);
    }

    @Test
    void theStoresTablesAreTold(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        StoreConfiguration.DescriptorImpl form = ExtensionList.lookupSingleton(StoreConfiguration.DescriptorImpl.class);
        assertThat(form.doTestConnection("127.0.0.1", 1, "x", "PREFER", "", "", "")
                        .getMessage())
                .contains("is not available", "127.0.0.1:1");
        assertThat(form.doTestConnection("db.example/x?socketFactory=y", 1, "x", "", "", "", "")
                        .getMessage())
                .contains("host");

        Shop.awaitStore();

        assertThat(jenkins.createWebClient().goTo("manage/release-train/all").asNormalizedText())
                .contains("H2 answers; it has tables of version");
    }

    /** As versions before catalogs in SCM saved it. */
    @Test
    void anOlderCatalogIsLoaded(JenkinsConfiguredWithCodeRule jenkins) {
        CatalogConfiguration catalog = (CatalogConfiguration) Jenkins.XSTREAM2.fromXML("""
            <io.jenkins.plugins.releasetrain.config.CatalogConfiguration>
              <name>shop</name>
              <devRegistry>dev</devRegistry>
              <productionRegistry>production</productionRegistry>
              <yaml>services: {cart: }</yaml>
            </io.jenkins.plugins.releasetrain.config.CatalogConfiguration>
            """);

        assertThat(catalog.getYaml()).isEqualTo("services: {cart: }");
        assertThat(catalog.getScm()).isNull();
    }

    @Test
    void I10_onlyWhoMayConfigureSeesTheConfigurationAndItsWebMethods(JenkinsConfiguredWithCodeRule jenkins)
            throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader")
                .grant(Jenkins.READ, Jenkins.SYSTEM_READ, ReleasePermissions.CONFIGURE)
                .everywhere()
                .to("configurer"));
        for (String url : List.of(
                "manage/release-train/",
                DESCRIPTORS + "RegistryConfiguration/testConnection?name=a&host=127.0.0.1:1",
                DESCRIPTORS + "EnvironmentConfiguration/testConnection?name=a&namespace=a",
                DESCRIPTORS + "StoreConfiguration/testConnection?host=127.0.0.1&port=1&database=x",
                DESCRIPTORS + "RegistryConfiguration/fillRoleItems",
                DESCRIPTORS + "EnvironmentConfiguration/fillOnDriftItems")) {
            assertThat(post(jenkins, "reader", url)).as("POST " + url).isEqualTo(HttpURLConnection.HTTP_FORBIDDEN);
        }
        assertThat(post(jenkins, "reader", "manage/release-train/configure"))
                .isEqualTo(HttpURLConnection.HTTP_FORBIDDEN);
        assertThat(post(jenkins, "configurer", DESCRIPTORS + "RegistryConfiguration/fillRoleItems"))
                .isEqualTo(HttpURLConnection.HTTP_OK);
        for (String url : List.of(
                DESCRIPTORS + "RegistryConfiguration/testConnection?name=a&host=127.0.0.1:1",
                DESCRIPTORS + "EnvironmentConfiguration/testConnection?name=a&namespace=a",
                DESCRIPTORS + "StoreConfiguration/testConnection?host=127.0.0.1&port=1&database=x")) {
            assertThat(post(jenkins, "configurer", url)).as("S5 " + url).isEqualTo(HttpURLConnection.HTTP_FORBIDDEN);
        }
        for (String url : List.of(
                "manage/release-train/configure",
                DESCRIPTORS + "RegistryConfiguration/testConnection?name=a&host=127.0.0.1:1",
                DESCRIPTORS + "TrainConfiguration/fillCatalogItems",
                DESCRIPTORS + "StoreConfiguration/checkHost?value=x")) {
            assertThat(get(jenkins, "configurer", url)).as("GET " + url).isIn(404, 405);
        }
    }

    @Test
    void I10_formChecksTellNothingToWhoMayNotConfigure(JenkinsConfiguredWithCodeRule jenkins) throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(
                new MockAuthorizationStrategy().grant(Jenkins.READ).everywhere().to("reader"));
        StoreConfiguration.DescriptorImpl store =
                ExtensionList.lookupSingleton(StoreConfiguration.DescriptorImpl.class);
        try (ACLContext ignored =
                ACL.as2(hudson.model.User.getById("reader", true).impersonate2())) {
            assertThat(store.doCheckHost("non sense").kind).isEqualTo(hudson.util.FormValidation.Kind.OK);
            assertThat(store.doFillCredentialsIdItems("current")).hasSize(1);
        }
        assertThat(store.doCheckHost("non sense").kind).isEqualTo(hudson.util.FormValidation.Kind.ERROR);
        assertThat(store.doCheckProperties("password=s3cr3t").renderHtml())
                .contains("is not one of")
                .doesNotContain("s3cr3t");
    }

    @Test
    void I9_whoChangedWhatOfTheConfigurationIsKeptWithoutValues(JenkinsConfiguredWithCodeRule jenkins)
            throws Exception {
        configureByCode("role: DEV", "largestBatch: 8", "");
        awaitDeeds(1);
        assertThat(deeds().get(0).user()).isEqualTo("SYSTEM");
        assertThat(said(deeds().get(0)))
                .containsExactly(
                        "catalog shop ADDED []",
                        "environment staging ADDED []",
                        "registry dev ADDED []",
                        "registry production ADDED []",
                        "train shop ADDED []");

        configureByCode("role: DEV", "largestBatch: 8", "");
        configureByCode(
                "role: DEV",
                "largestBatch: 9",
                "  webhooks:\n    - name: chat\n      url: https://chat.example/s3cr3t\n"
                        + "      credentialsId: chat\n      events: released\n");
        awaitDeeds(2);
        assertThat(said(deeds().get(0))).containsExactly("train shop CHANGED [largestBatch]", "webhook chat ADDED []");

        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("ada"));
        HtmlForm form = jenkins.createWebClient()
                .login("ada")
                .goTo("manage/release-train/all")
                .getFormByName("config");
        form.getInputsByName("_.url").get(0).setValue("https://chat.example/other");
        jenkins.submit(form);
        awaitDeeds(3);
        assertThat(deeds().get(0).user()).isEqualTo("ada");
        assertThat(said(deeds().get(0))).containsExactly("webhook chat CHANGED [url]");

        String shown = jenkins.createWebClient()
                .login("ada")
                .goTo("release-trains/api/audit", "application/json")
                .getWebResponse()
                .getContentAsString();
        assertThat(shown)
                .contains("\"what\":\"CONFIGURED\"", "webhook chat changed: url", "\"user\":\"SYSTEM\"")
                .doesNotContain("chat.example");
    }

    private static void configureByCode(String role, String batch, String more) throws Exception {
        ConfigurationAsCode.get().configureWith(YamlSource.of(new ByteArrayInputStream("""
            releaseTrain:
              registries:
                - {name: dev, host: 'dev.example', ROLE}
                - {name: production, host: production.example, role: PRODUCTION}
              catalogs:
                - {name: shop, devRegistry: dev, productionRegistry: production, yaml: 'services: {cart: }'}
              environments:
                - {name: staging, namespace: staging}
              trains:
                - {name: shop, catalog: shop, environment: staging, BATCH}
            """.replace("ROLE", role)
                .replace("BATCH", batch)
                .concat(more)
                .getBytes(StandardCharsets.UTF_8))));
    }

    private static List<Event.ConfigurationChanged> deeds() {
        return ReleaseService.get().store().byHand(Long.MAX_VALUE, 10).stream()
                .map(deed -> (Event.ConfigurationChanged) deed.recorded().event())
                .toList();
    }

    private static void awaitDeeds(int count) throws Exception {
        Shop.await(count + " changes to be kept", () -> deeds().size() == count);
    }

    private static List<String> said(Event.ConfigurationChanged deed) {
        return deed.parts().stream()
                .map(p -> p.kind() + " " + p.name() + " " + p.change() + " " + p.fields())
                .toList();
    }

    private static int post(JenkinsRule jenkins, String user, String url) throws Exception {
        return status(jenkins, user, url, HttpMethod.POST);
    }

    private static int get(JenkinsRule jenkins, String user, String url) throws Exception {
        return status(jenkins, user, url, HttpMethod.GET);
    }

    private static int status(JenkinsRule jenkins, String user, String url, HttpMethod method) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient()
                .withThrowExceptionOnFailingStatusCode(false)
                .login(user);
        URL address = new URL(jenkins.getURL(), url);
        WebRequest request = new WebRequest(address, method);
        if (method == HttpMethod.POST) {
            request = client.addCrumb(request);
        }
        return client.getPage(request).getWebResponse().getStatusCode();
    }
}
