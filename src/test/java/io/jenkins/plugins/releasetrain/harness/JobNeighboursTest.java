package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.model.Result;
import hudson.util.Secret;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.casc.yaml.YamlSource;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.sf.json.JSONObject;
import org.htmlunit.html.HtmlForm;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty;
import org.junit.jupiter.api.Test;

/** Jobs as people name, copy, delete and repeat them, and a configuration that is saved meanwhile (I8). */
class JobNeighboursTest extends ShopTest {
    private static final String RIDE = "monoRelease(train: 'shop', service: '%s', image: '%s') { %s }";

    private void theNextOneIsReleased() throws Exception {
        String mail = shop.build("mail", "9.9");
        ended(Result.SUCCESS, Shop.start(Shop.job(jenkins, "next", RIDE.formatted("mail", "9.9", "echo 'ok'"))));
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
    }

    private WorkflowRun waiting(WorkflowJob job) throws Exception {
        WorkflowRun build = Shop.start(job);
        jenkins.waitForMessage("Queued for train 'shop'", build);
        return build;
    }

    @Test
    void I8_aJobThatIsCopiedAndDeletedWhileItWaitsTakesItsOwnChangeOffOnly() throws Exception {
        shop.build("cart", "1.1");
        Shop.operate("PAUSE", "they gather");
        WorkflowJob original = Shop.job(jenkins, "cart", RIDE.formatted("cart", "1.1", "echo 'ok'"));
        waiting(original);
        WorkflowJob copy = (WorkflowJob) jenkins.jenkins.copy((hudson.model.TopLevelItem) original, "copy");
        copy.setDefinition(new CpsFlowDefinition(RIDE.formatted("pay", "1.1", "echo 'ok'"), true));
        String pay = shop.build("pay", "1.1");
        WorkflowRun other = waiting(copy);

        original.delete();
        WorkflowJob again = Shop.job(jenkins, "cart", "gate 'again'");
        Shop.start(again);
        GateStep.awaitWaiting("again");
        Shop.operate("RESUME", "");

        ended(Result.SUCCESS, other);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        theNextOneIsReleased();
        assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
        GateStep.open("again");
    }

    @Test
    void I8_aNewerBuildThatAbortsTheOlderOneRidesAlone() throws Exception {
        shop.build("cart", "1.1");
        String newer = shop.build("cart", "1.2");
        Shop.operate("PAUSE", "they gather");
        WorkflowJob job = Shop.job(
                jenkins,
                "cart",
                RIDE.formatted("cart", "1.${currentBuild.number}", "echo 'ok'").replace('\'', '"'));
        job.addProperty(new DisableConcurrentBuildsJobProperty());
        job.getProperty(DisableConcurrentBuildsJobProperty.class).setAbortPrevious(true);
        WorkflowRun first = waiting(job);
        WorkflowRun second = waiting(job);

        ended(Result.NOT_BUILT, first);
        Shop.operate("RESUME", "");
        ended(Result.SUCCESS, second);
        assertThat(shop.inProduction("cart")).isEqualTo(newer);
        assertThat(EveryState.ends("train/shop").values())
                .containsExactlyInAnyOrder(List.of("CANCELLED"), List.of("RELEASED"));
    }

    @Test
    void aReplayOfWhatWaitsWithAnotherImageSupersedesIt() throws Exception {
        shop.build("cart", "1.1");
        String edited = shop.build("cart", "1.2");
        Shop.operate("PAUSE", "they gather");
        WorkflowRun first = waiting(Shop.job(jenkins, "cart", RIDE.formatted("cart", "1.1", "echo 'ok'")));
        first.getAction(ReplayAction.class).run(RIDE.formatted("cart", "1.2", "echo 'ok'"), Map.of());
        Shop.await("the replay to wait", () -> first.getParent().getBuildByNumber(2) != null);
        WorkflowRun replay = first.getParent().getBuildByNumber(2);
        Shop.await(
                "both to be decided or to wait",
                () -> ReleaseService.get().store().events("train/shop", 0, 100).stream()
                                .filter(e -> e.event() instanceof Event.ChangeQueued)
                                .count()
                        == 2);
        Shop.operate("RESUME", "");

        jenkins.waitForCompletion(first);
        jenkins.waitForCompletion(replay);
        assertThat(EveryState.ends("train/shop")).hasSize(2);
        assertThat(List.of(first.getResult(), replay.getResult()))
                .as("one ships, the other is told that it was superseded")
                .containsExactlyInAnyOrder(Result.SUCCESS, Result.NOT_BUILT);
        assertThat(shop.inProduction("cart"))
                .isIn(edited, shop.dev.tags("shop/cart").get("1.1"));
    }

    @Test
    void namesOfAnyKindAndLengthAreShownAndFoundAsTheyAre() throws Exception {
        String part =
                "Größe ✓ 100 (\"HOME\") 'x' äöü + co, " + "lang ".repeat(12).strip();
        Folder folder = jenkins.createProject(Folder.class, part);
        Folder inner = folder.createProject(Folder.class, part + " 2");
        WorkflowJob job = inner.createProject(WorkflowJob.class, part + " 3");
        String cart = shop.build("cart", "1.1");
        job.setDefinition(new CpsFlowDefinition(RIDE.formatted("cart", "1.1", "echo 'ok'"), true));
        WorkflowRun build = jenkins.buildAndAssertSuccess(job);

        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        String history = jenkins.createWebClient()
                .goTo("release-trains/api/history", "application/json")
                .getWebResponse()
                .getContentAsString(StandardCharsets.UTF_8);
        assertThat(JSONObject.fromObject(history).toString()).contains("lang lang");
        assertThat(history)
                .contains(JSONObject.fromObject(Map.of("a", build.getExternalizableId()))
                        .toString()
                        .replaceAll("^\\{\"a\":\"|\"}$", ""));
        assertThat(jenkins.createWebClient()
                        .goTo(build.getUrl().replace(" ", "%20"))
                        .asNormalizedText())
                .contains("prod/cart:1.1");
        assertThat(jenkins.createWebClient()
                        .goTo("release-trains/api/history?text=gr%C3%B6%C3%9Fe", "application/json")
                        .getWebResponse()
                        .getContentAsString(StandardCharsets.UTF_8))
                .contains("shop-1");
    }

    @Test
    void tagsThatAreNoneAreOneSentence() throws Exception {
        for (String tag : List.of(
                "1.1\\n",
                "1.1 ",
                " ",
                "1.1;x",
                "$(touch x)",
                "\\'1.1\\'",
                "a\\\"b",
                "../x",
                "ü",
                ":",
                "@sha256:1",
                "latest/",
                "a".repeat(300))) {
            WorkflowRun build = Shop.start(
                    Shop.job(jenkins, "tag-" + Math.abs(tag.hashCode()), RIDE.formatted("cart", tag, "echo 'never'")));
            ended(Result.FAILURE, build);
            jenkins.assertLogContains("ERROR: monoRelease: ", build);
            jenkins.assertLogNotContains("\tat ", build);
        }
        theNextOneIsReleased();
    }

    /** As an administrator does while it runs: by code that is right, by code that is wrong, and two by the form. */
    @Test
    void J_saving_B5_whoeverSavesWhateverWhileTheyRideNobodyIsDisturbed() throws Exception {
        String cart = shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        String code = export();
        WorkflowRun mono = Shop.start(Shop.job(jenkins, "cart", RIDE.formatted("cart", "1.1", "gate 'cart'")));
        WorkflowRun lane = Shop.start(
                Shop.job(jenkins, "pay", "microRelease(environment: 'cd', candidates: [pay: '1.1']) { gate 'pay' }"));
        GateStep.awaitWaiting("cart");
        GateStep.awaitWaiting("pay");
        HtmlForm one =
                jenkins.createWebClient().goTo("manage/release-train/all").getFormByName("config");
        HtmlForm other =
                jenkins.createWebClient().goTo("manage/release-train/all").getFormByName("config");

        for (int i = 0; i < 3; i++) {
            configure(code);
            try {
                configure(code.replace("catalog: \"shop\"", "catalog: \"nowhere\""));
                throw new AssertionError("code that points nowhere was taken");
            } catch (Exception e) {
                assertThat(e).hasStackTraceContaining("nowhere");
            }
            assertThat(export()).isEqualTo(code);
        }
        Thread saving = new Thread(() -> submit(one));
        saving.start();
        submit(other);
        saving.join();
        GateStep.open("cart");
        GateStep.open("pay");

        ended(Result.SUCCESS, mono);
        ended(Result.SUCCESS, lane);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
        assertThat(export()).isEqualTo(code);
        jenkins.assertLogNotContains("configured are none", mono);
        jenkins.assertLogNotContains("configured are none", lane);
    }

    /** As where they are deleted and made again: whoever waits goes on, and nobody is blamed. */
    @Test
    void I4_credentialsThatAreNotThereForAWhileEndNobody() throws Exception {
        String pay = shop.build("pay", "1.1");
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        configuration.environment("cd").setCredentialsId("token");
        configuration.environment("staging").setCredentialsId("token");
        configuration.setEnvironments(configuration.getEnvironments());
        String cart = shop.build("cart", "1.1");
        WorkflowRun mono = Shop.start(Shop.job(jenkins, "cart", RIDE.formatted("cart", "1.1", "echo 'ok'")));
        WorkflowRun lane = Shop.start(
                Shop.job(jenkins, "pay", "microRelease(environment: 'cd', candidates: [pay: '1.1']) { echo 'ok' }"));
        jenkins.waitForMessage("Credentials 'token' (kubeconfig file or token as secret text)", mono);
        jenkins.waitForMessage("Credentials 'token' (kubeconfig file or token as secret text)", lane);

        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new StringCredentialsImpl(CredentialsScope.GLOBAL, "token", "", Secret.fromString("x")));

        ended(Result.SUCCESS, mono);
        ended(Result.SUCCESS, lane);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    private void submit(HtmlForm form) {
        try {
            jenkins.submit(form);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void configure(String code) throws Exception {
        ConfigurationAsCode.get()
                .configureWith(YamlSource.of(new ByteArrayInputStream(code.getBytes(StandardCharsets.UTF_8))));
    }

    private static String export() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ConfigurationAsCode.get().export(out);
        String all = out.toString(StandardCharsets.UTF_8);
        int begin = all.indexOf("\nreleaseTrain:") + 1;
        int end = begin;
        do {
            end = all.indexOf('\n', end) + 1;
        } while (end > 0 && end < all.length() && Character.isWhitespace(all.charAt(end)));
        return all.substring(begin, end);
    }
}
