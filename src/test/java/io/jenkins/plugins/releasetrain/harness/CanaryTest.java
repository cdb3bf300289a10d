package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.WebhookConfiguration;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.zip.GZIPInputStream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** A secret is put wherever one can be, and is found nowhere where it does not belong (I9). */
class CanaryTest extends ShopTest {
    private static final String CANARY = "c4n4ry-8f1e-in-the-mine";
    private static final Logger ALL = Logger.getLogger("");

    /** Of the controller, as its log would show it. */
    private static final class Kept extends Handler {
        private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void publish(LogRecord line) {
            lines.add(new SimpleFormatter().format(line));
        }

        @Override
        public void flush() {
            // Kept at once.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Test
    void I9_aSecretOfATestIsInNoFilePageAnswerLogOrStore() throws Exception {
        Kept log = new Kept();
        ALL.addHandler(log);
        try {
            SystemCredentialsProvider.getInstance()
                    .getCredentials()
                    .add(new StringCredentialsImpl(CredentialsScope.GLOBAL, "canary", "", Secret.fromString(CANARY)));
            SystemCredentialsProvider.getInstance().save();
            ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class)
                    .setWebhooks(List.of(new WebhookConfiguration(
                            "chat", Secret.fromString("http://127.0.0.1:1/" + CANARY), "canary")));
            for (String body : List.of(
                    "unstable('https://ci:' + TOK + '@api.example answered 500')",
                    "error('https://ci:' + TOK + '@api.example answered 500')",
                    "throw new IllegalStateException('first line\\nFinished: SUCCESS ' + TOK)",
                    "catchError(stageResult: 'UNSTABLE', buildResult: 'UNSTABLE', message: TOK) { error TOK }")) {
                shop.build("cart", "1." + body.length());
                shop.build("mail", "1." + body.length());
                String step = body.length() % 2 == 0
                        ? "monoRelease(train: 'shop', service: 'cart', image: '1.%d')"
                        : "microRelease(environment: 'cd', candidates: [mail: '1.%d'])";
                WorkflowRun build = jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "job" + body.length(), """
                            withCredentials([string(credentialsId: 'canary', variable: 'TOK')]) {
                              %s { if (env.RELEASE_CHANGED) { %s } }
                            }
                            """.formatted(step.formatted(body.length()), body)));
                assertThat(JenkinsRule.getLog(build)).doesNotContain(CANARY);
                assertThat(build.getLog(Integer.MAX_VALUE)).noneMatch(l -> l.contains(CANARY));
            }
        } finally {
            ALL.removeHandler(log);
        }
        JenkinsRule.WebClient client = jenkins.createWebClient();
        for (String answer : List.of("now", "history", "audit", "history?text=" + CANARY, "metrics", "webhooks")) {
            String json = client.goTo("release-trains/api/" + answer, null)
                    .getWebResponse()
                    .getContentAsString();
            assertThat(json).as(answer).doesNotContain(CANARY);
        }
        assertThat(client.goTo("manage/release-train/all").getWebResponse().getContentAsString())
                .doesNotContain(CANARY);
        assertThat(log.lines).noneMatch(l -> l.contains(CANARY));
        assertThat(files()).isEmpty();
    }

    /**
     * Names of tests and messages of commits are the job's, and are told to whoever may read it; what an image says of itself
     * besides its version and commit is not read at all.
     */
    @Test
    void I9_S3_wordsOfTestsCommitsAndImagesAreToldToNobodyWhoMayNotReadTheirJob() throws Exception {
        Kept log = new Kept();
        ALL.addHandler(log);
        try {
            String image = "label-" + CANARY;
            SampleImages.at(shop.dev.origin())
                    .push(
                            "shop/cart",
                            "1.1",
                            SampleImage.of("cart", "1.1")
                                    .label("com.example.token", image)
                                    .env("TOKEN", image));
            ScriptedScm.commit("shop/cart", "c1", "bob", "commit-" + CANARY);
            WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "cart", """
                node { checkout([$class: 'ScriptedScm', remote: 'shop/cart']) }
                trackImage(service: 'cart', image: '%s/shop/cart:1.1')
                monoRelease(train: 'shop', service: 'cart', image: '1.1') {
                  if (env.RELEASE_CHANGED) { node {
                    writeFile file: 't.xml', text: '<testsuite tests="1" failures="1"><testcase name="%s" classname="b">'
                      + '<failure message="%s"/></testcase></testsuite>'
                    junit 't.xml'
                  } }
                }
                """.formatted(
                            shop.dev.host(), inTwo("test-"), inTwo("failure-"))));
            assertThat(Files.readString(build.getRootDir().toPath().resolve("build.xml")))
                    .doesNotContain("test-" + CANARY, "failure-" + CANARY, "commit-" + CANARY, "label-" + CANARY);
        } finally {
            ALL.removeHandler(log);
            ScriptedScm.forgetAll();
        }
        assertThat(log.lines).noneMatch(l -> l.contains(CANARY));
        assertThat(exported()).doesNotContain("label-" + CANARY, "failure-" + CANARY);

        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, ReleasePermissions.VIEW)
                .everywhere()
                .to("outsider"));
        JenkinsRule.WebClient client = jenkins.createWebClient().login("outsider");
        String change = EveryState.ends("train/shop").keySet().iterator().next();
        for (String answer : List.of(
                "now",
                "overview",
                "trains/shop",
                "history",
                "history?text=" + CANARY,
                "find?text=" + CANARY,
                "audit",
                "metrics",
                "matrix",
                "changes/" + change)) {
            String json = client.withThrowExceptionOnFailingStatusCode(false)
                    .goTo("release-trains/api/" + answer, null)
                    .getWebResponse()
                    .getContentAsString();
            assertThat(json.replace("text=" + CANARY, "")).as(answer).doesNotContain(CANARY);
        }
    }

    /** In quotes of a script, which is kept with its build, so that the word itself is nowhere in it. */
    private static String inTwo(String word) {
        return word + CANARY.replace("-8", "-' + '8");
    }

    /** All that the store holds. */
    private static String exported() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ReleaseService.get().export(out);
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What other plugins keep of a build's steps is theirs. */
    private List<Path> files() throws IOException {
        return HomeFiles.with(
                jenkins.jenkins.getRootDir().toPath(), CANARY, "plugins", "war", "workflow", "workflow-completed");
    }
}
