package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import java.io.ByteArrayInputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import jenkins.model.Jenkins;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.htmlunit.HttpMethod;
import org.htmlunit.Page;
import org.htmlunit.WebRequest;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The configuration of a site with 10 environments and 20 trains, entry by entry. */
@WithJenkins
class ConfigurationPagesTest {
    private static final String PAGE = "manage/release-train/";

    private static String yaml() {
        StringBuilder yaml = new StringBuilder("""
            releaseTrain:
              registries:
                - {name: dev, host: dev.example}
                - {name: production, host: production.example, role: PRODUCTION}
              catalogs:
                - {name: shop, devRegistry: dev, productionRegistry: production, yaml: 'services: {cart: }'}
              environments:
            """);
        for (int i = 0; i < 30; i++) {
            yaml.append("    - {name: env-")
                    .append(i)
                    .append(", namespace: env-")
                    .append(i)
                    .append("}\n");
        }
        yaml.append("  trains:\n");
        for (int i = 0; i < 20; i++) {
            yaml.append("    - {name: train-")
                    .append(i)
                    .append(", catalog: shop, environment: env-")
                    .append(i);
            yaml.append(", largestBatch: ").append(i + 1).append("}\n");
        }
        return yaml.toString();
    }

    private static void configure(String yaml) throws Exception {
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))));
    }

    private static ReleaseTrainConfiguration configuration() {
        return ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
    }

    /** All entries as they are saved, by kind and name. */
    private static TreeMap<String, String> saved() {
        TreeMap<String, String> all = new TreeMap<>();
        Settings now = configuration().settings();
        now.trains().forEach(t -> all.put("train " + t.getName(), Jenkins.XSTREAM2.toXML(t)));
        now.environments().forEach(e -> all.put("environment " + e.getName(), Jenkins.XSTREAM2.toXML(e)));
        now.registries().forEach(r -> all.put("registry " + r.getName(), Jenkins.XSTREAM2.toXML(r)));
        now.catalogs().forEach(c -> all.put("catalog " + c.getName(), Jenkins.XSTREAM2.toXML(c)));
        return all;
    }

    private static HtmlForm form(JenkinsRule.WebClient client, String page) throws Exception {
        return client.goTo(PAGE + page).getFormByName("config");
    }

    @Test
    void savingOneEntryChangesNoOtherAndNobodySeesAMomentWithoutThem(JenkinsRule jenkins) throws Exception {
        configure(yaml());
        JenkinsRule.WebClient client = jenkins.createWebClient();
        assertThat(client.goTo(PAGE + "trains/").asNormalizedText()).contains("train-0", "train-19", "env-7");
        TreeMap<String, String> before = saved();
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Thread lane = new Thread(() -> {
            while (!over.get()) {
                try {
                    configuration().settings().environment("env-29");
                    assertThat(configuration().settings().trains()).hasSize(20);
                } catch (Throwable t) {
                    seen.set(t);
                    return;
                }
            }
        });
        lane.start();
        HtmlForm form = form(client, "trains/train-7/");
        form.getInputByName("_.largestBatch").setValue("5");
        jenkins.submit(form);
        over.set(true);
        lane.join();

        assertThat(seen.get()).as("B5").isNull();
        assertThat(configuration().train("train-7").getLargestBatch()).isEqualTo(5);
        TreeMap<String, String> after = saved();
        assertThat(after).hasSameSizeAs(before).hasSize(53);
        before.remove("train train-7");
        after.remove("train train-7");
        assertThat(after).isEqualTo(before);
        HtmlForm unchanged = form(client, "environments/env-3/");
        jenkins.submit(unchanged);
        assertThat(saved()).containsAllEntriesOf(before);
    }

    @Test
    void ofTwoAdministratorsTheSecondIsToldThatSomebodyWasFirst(JenkinsRule jenkins) throws Exception {
        configure(yaml());
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm ada = form(client, "trains/train-1/");
        HtmlForm bob = form(jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false), "trains/train-1/");
        HtmlForm other = form(jenkins.createWebClient(), "trains/train-2/");
        ada.getInputByName("_.largestBatch").setValue("11");
        bob.getInputByName("_.largestBatch").setValue("12");
        other.getInputByName("_.largestBatch").setValue("13");

        jenkins.submit(ada);
        Page refused = jenkins.submit(bob);
        jenkins.submit(other);

        assertThat(refused.getWebResponse().getStatusCode()).isEqualTo(409);
        assertThat(configuration().train("train-1").getLargestBatch()).isEqualTo(11);
        assertThat(configuration().train("train-2").getLargestBatch())
                .as("another entry is nobody's concern")
                .isEqualTo(13);
    }

    @Test
    void entriesAreCopiedTriedAndDeletedUnlessTheyAreUsed(JenkinsRule jenkins) throws Exception {
        configure(yaml());
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        HtmlForm copy = form(client, "trains/_new/?from=train-4");
        copy.getInputByName("_.name").setValue("copied");
        copy.getSelectByName("_.environment").setSelectedAttribute("env-25", true);
        HtmlPage tried = (HtmlPage) copy.getButtonByName("try").click();
        assertThat(tried.asNormalizedText()).contains("train copied: would be new");
        assertThat(configuration().settings().trains()).hasSize(20);
        copy = form(client, "trains/_new/?from=train-4");
        copy.getInputByName("_.name").setValue("copied");
        copy.getSelectByName("_.environment").setSelectedAttribute("env-25", true);
        jenkins.submit(copy);
        assertThat(configuration().train("copied").getLargestBatch()).isEqualTo(5);

        HtmlPage used = client.goTo(PAGE + "environments/env-4/");
        assertThat(used.asNormalizedText()).contains("train 'train-4'");
        assertThat(post(jenkins, client, "environments/env-4/delete?readVersion=x", "")
                        .getWebResponse()
                        .getStatusCode())
                .isEqualTo(409);
        HtmlForm delete = client.goTo(PAGE + "trains/copied/").getFormByName("delete");
        jenkins.submit(delete);

        assertThat(configuration().settings().trains()).hasSize(20);
        assertThat(client.goTo(PAGE + "trains/copied/").getWebResponse().getStatusCode())
                .isEqualTo(404);
        assertThat(client.goTo(PAGE + "trains/train-4/")
                        .getElementsByTagName("pre")
                        .get(0)
                        .getTextContent())
                .contains("largestBatch: 5", "environment: env-4");
    }

    @Test
    void whatIsNextIsSaidWhereNothingIsConfigured(JenkinsRule jenkins) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient();
        client.getOptions().setJavaScriptEnabled(false);
        HtmlPage first = client.goTo(PAGE);
        assertThat(first.asNormalizedText())
                .contains("First steps", "The registry that builds push to", "A test release");
        assertThat(first.getAnchors())
                .extracting(a -> a.getHrefAttribute())
                .anyMatch(href -> href.endsWith("/registries/_new/"));

        configure(yaml());
        Shop.awaitStore();
        HtmlPage last = client.goTo(PAGE + "trains/");
        assertThat(last.asNormalizedText()).contains("monoRelease(train: 'train-0'", "promote: false");
    }

    @Test
    void tablesTellHowEntriesAnsweredWhenTheyWereAskedLast(JenkinsRule jenkins) throws Exception {
        configure(yaml().replace("host: dev.example", "host: 'localhost:1'")
                .replace("host: production.example", "host: 'localhost:2'"));
        JenkinsRule.WebClient client = jenkins.createWebClient();
        HtmlPage before = client.goTo(PAGE + "registries/");
        assertThat(before.asNormalizedText()).contains("not asked yet").doesNotContain("✕");
        assertThat(before.getElementById("rt-entries").getElementsByTagName("tr"))
                .hasSize(3);
        assertThat(before.<HtmlInput>getFirstByXPath("//input[@data-entries='rt-entries']"))
                .isNotNull();

        jenkins.submit(before.getFormByName("check"));

        HtmlPage after = client.goTo(PAGE + "registries/");
        assertThat(after.asNormalizedText()).contains("✕").doesNotContain("not asked yet");
        configure(yaml());
        assertThat(client.goTo(PAGE + "registries/").asNormalizedText())
                .as("another host has not been asked")
                .contains("not asked yet");
    }

    @Test
    void whatDiffersFromTheDefaultIsSaid(JenkinsRule jenkins) throws Exception {
        configure(yaml());
        JenkinsRule.WebClient client = jenkins.createWebClient();
        client.getOptions().setJavaScriptEnabled(false);
        assertThat(client.goTo(PAGE + "trains/train-3/").asNormalizedText())
                .contains("Differs from the default: largestBatch");
        assertThat(client.goTo(PAGE + "trains/_new/").asNormalizedText()).doesNotContain("Differs");
        assertThat(client.goTo(PAGE + "environments/env-3/").asNormalizedText()).doesNotContain("Differs");
    }

    private static Page post(JenkinsRule jenkins, JenkinsRule.WebClient client, String address, String body)
            throws Exception {
        WebRequest request = new WebRequest(new URL(jenkins.getURL(), PAGE + address), HttpMethod.POST);
        request.setAdditionalHeader("Content-Type", "text/yaml");
        request.setRequestBody(body);
        request.setAdditionalHeader(
                jenkins.jenkins.getCrumbIssuer().getCrumbRequestField(),
                jenkins.jenkins.getCrumbIssuer().getCrumb((jakarta.servlet.ServletRequest) null));
        return client.getPage(request);
    }

    /** For each rule: what the check says is what Configuration as Code says then. */
    @Test
    void theCheckOfCodeSaysWhatConfigurationAsCodeWouldAndChangesNothing(JenkinsRule jenkins) throws Exception {
        configure(yaml());
        TreeMap<String, String> before = saved();
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        assertThat(check(jenkins, client, yaml())).isEmpty();
        String base = yaml();
        for (String[] wrong : List.of(
                new String[] {"environment: env-3,", "environment: nowhere,"},
                new String[] {"catalog: shop, environment: env-3,", "catalog: moon, environment: env-3,"},
                new String[] {"largestBatch: 4}", "largestBatch: 0}"},
                new String[] {"name: train-3,", "name: train-4,"},
                new String[] {"name: train-3,", "name: 'Train 3',"},
                new String[] {"environment: env-3,", "environment: env-4,"},
                new String[] {"largestBatch: 4}", "movingTags: '('}"},
                new String[] {"largestBatch: 4}", "memoHours: -1}"},
                new String[] {"largestBatch: 4}", "policy: {innocencePercent: 100}}"},
                new String[] {"largestBatch: 4}", "policy: {departures: [{at: '0 0 30 2 *'}]}}"},
                new String[] {"namespace: env-3}", "namespace: env-3, leaseSeconds: 5}"},
                new String[] {"namespace: env-3}", "namespace: env-3, serverUrl: 'http://evil.example'}"},
                new String[] {"namespace: env-3}", "namespace: env-3, catalog: moon}"},
                new String[] {"role: PRODUCTION", "role: DEV"},
                new String[] {"services: {cart: }", "services: ["},
                new String[] {"  trains:", "  history: {months: 0}\n  trains:"},
                new String[] {"  trains:", "  store: {host: 'db.example/x?y=z', database: x}\n  trains:"})) {
            String yaml = base.replace(wrong[0], wrong[1]);
            assertThat(yaml).isNotEqualTo(base);
            List<Object> found = check(jenkins, client, yaml);
            String said = refusal(yaml);

            assertThat(found).as(wrong[1]).isNotEmpty();
            for (Object one : found) {
                JSONObject problem = (JSONObject) one;
                assertThat(said).as(wrong[1]).contains(problem.getString("problem"));
                assertThat(yaml.split("\n")[problem.getInt("line") - 1])
                        .as(problem.toString())
                        .containsAnyOf(wrong[1].split("\n")[0].strip(), "train-4", "catalogs", "shop", "env-4");
            }
            assertThat(saved()).isEqualTo(before);
        }
        assertThat(check(jenkins, client, base.replace("largestBatch: 4}", "largestBtach: 4}"))
                        .toString())
                .contains("largestBtach");
        assertThat(refusal(base.replace("largestBatch: 4}", "largestBtach: 4}")))
                .contains("largestBtach");
    }

    @SuppressWarnings("unchecked")
    private static List<Object> check(JenkinsRule jenkins, JenkinsRule.WebClient client, String yaml) throws Exception {
        Page answer = post(jenkins, client, "check", yaml);
        assertThat(answer.getWebResponse().getStatusCode()).isEqualTo(200);
        return (List<Object>) JSONArray.fromObject(answer.getWebResponse().getContentAsString());
    }

    private static String refusal(String yaml) {
        try {
            configure(yaml);
            return "taken";
        } catch (Exception e) {
            StringBuilder all = new StringBuilder();
            for (Throwable t = e; t != null; t = t.getCause()) {
                all.append(t.getMessage()).append('\n');
            }
            return all.toString();
        }
    }
}
