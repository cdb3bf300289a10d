package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.CatalogScm;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** A catalog that is a file in SCM, read without a workspace. */
class CatalogInScmTest {
    private static final String PATH = "deploy/catalog.yaml";
    private static final String WITHOUT_MAIL =
            Shop.CATALOG.replace("  mail:\n", "").replace("    dependsOn: [pay]\n", "");

    @RegisterExtension
    static final BuildWatcherExtension WATCHER = new BuildWatcherExtension();

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
        MemoryScm.forgetAll();
        shop.close();
    }

    private void configure() {
        shop.configure();
        CatalogScm scm = new CatalogScm(new MemoryScm("https://git.example/shop"), "main");
        scm.setPath(PATH);
        scm.setMinutes(0);
        CatalogConfiguration catalog = new CatalogConfiguration("shop", "dev", "production");
        catalog.setScm(scm);
        configuration().setCatalogs(List.of(catalog));
    }

    private static ReleaseTrainConfiguration configuration() {
        return ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
    }

    private static String state() {
        return configuration().catalog("shop").getState();
    }

    /** What the train's page shows beside its history. */
    private static String outlook() {
        return new String(
                ReleaseService.get()
                        .operations()
                        .outlook(() -> new OperationsApi.Asked("", "", Shop.TRAIN, ""))
                        .body(),
                StandardCharsets.UTF_8);
    }

    private static String mono(String service, String body) {
        return "monoRelease(train: 'shop', service: '" + service + "', image: '1.1') { " + body + " }";
    }

    /** As a push's hook would. */
    private static WebResponse read(JenkinsRule jenkins) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        WebRequest request =
                new WebRequest(new URL(jenkins.getURL(), "manage/release-train/read?catalog=shop"), HttpMethod.POST);
        return client.getPage(client.addCrumb(request)).getWebResponse();
    }

    @Test
    void aTrainTakesANewCatalogBetweenBatchesAndNotWithinOne() throws Throwable {
        String cart = shop.build("cart", "1.1");
        shop.build("mail", "1.1");
        session.then(jenkins -> {
            String first = MemoryScm.commit(PATH, Shop.CATALOG);
            configure();
            WorkflowRun conductor = Shop.start(Shop.job(jenkins, "cart", mono("cart", "gate 'cart'")));
            GateStep.awaitWaiting("cart");
            assertThat(state()).startsWith("3 services of revision " + first);

            WorkflowRun waiting = Shop.start(Shop.job(jenkins, "mail", mono("mail", "echo 'tested'")));
            jenkins.waitForMessage("Queued for train 'shop'", waiting);
            String second = MemoryScm.commit(PATH, WITHOUT_MAIL);
            assertThat(read(jenkins).getStatusCode()).isEqualTo(200);
            assertThat(state()).startsWith("2 services of revision " + second);
            jenkins.assertLogContains(
                    "Unknown service 'mail'; the catalog has 2 services: cart, pay",
                    jenkins.buildAndAssertStatus(
                            Result.FAILURE, Shop.job(jenkins, "late", mono("mail", "echo 'tested'"))));
            assertThat(outlook()).contains("A new catalog is taken when the batch has ended");
            GateStep.open("cart");

            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(conductor));
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(waiting));
            jenkins.assertLogContains("the catalog has no service 'mail' any more", waiting);
            assertThat(MemoryScm.threads())
                    .isNotEmpty()
                    .allMatch(name -> name.startsWith("Computer.threadPoolForRemoting"));
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void aBatchGoesOnWithTheCatalogThatItBeganWithAfterARestart() throws Throwable {
        String mail = shop.build("mail", "1.1");
        session.then(jenkins -> {
            MemoryScm.commit(PATH, Shop.CATALOG);
            configure();
            Shop.start(Shop.job(jenkins, "mail", mono("mail", "gate 'mail'")));
            GateStep.awaitWaiting("mail");
            MemoryScm.commit(PATH, WITHOUT_MAIL);
            assertThat(read(jenkins).getStatusCode()).isEqualTo(200);
            GateStep.forgetWaiting();
        });
        session.then(jenkins -> {
            GateStep.awaitWaiting("mail");
            GateStep.open("mail");
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(EveryState.build("mail")));
        });
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
    }

    @Test
    void whatCannotBeReadChangesNothingAndIsTold() throws Throwable {
        String cart = shop.build("cart", "1.1");
        session.then(jenkins -> {
            String good = MemoryScm.commit(PATH, Shop.CATALOG);
            configure();
            Shop.await("the first look", () -> state().contains(good));

            MemoryScm.commit(PATH, Shop.CATALOG + "  cart:\n");
            WebResponse invalid = read(jenkins);
            assertThat(invalid.getStatusCode()).isEqualTo(409);
            assertThat(invalid.getContentAsString()).contains("line 9");
            HtmlPage page = jenkins.createWebClient().goTo("manage/release-train/all");
            assertThat(page.asNormalizedText()).contains("3 services of revision " + good, "line 9");

            assertThat(outlook()).contains("The catalog stays as it is: The catalog has 1 problem");

            MemoryScm.failWith("https://ci:s3cr3t@git.example/shop did not answer");
            assertThat(read(jenkins).getContentAsString())
                    .contains("https://git.example/shop did not answer")
                    .doesNotContain("s3cr3t");
        });
        session.then(jenkins -> {
            Shop.await(
                    "another look, in vain",
                    () -> !configuration().catalog("shop").getProblem().isEmpty());
            jenkins.buildAndAssertSuccess(Shop.job(jenkins, "cart", mono("cart", "echo 'tested'")));
            MemoryScm.failWith("");
            String repaired = MemoryScm.commit(PATH, WITHOUT_MAIL);
            assertThat(read(jenkins).getStatusCode()).isEqualTo(200);
            assertThat(state()).startsWith("2 services of revision " + repaired);
            assertThat(configuration().catalog("shop").getProblem()).isEmpty();
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void aBuildWaitsForACatalogThatWasNeverRead() throws Throwable {
        String cart = shop.build("cart", "1.1");
        session.then(jenkins -> {
            MemoryScm.failWith("no route to host");
            configure();
            WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", mono("cart", "echo 'tested'")));
            jenkins.waitForMessage("was not read from its SCM yet: The SCM did not give", build);
            MemoryScm.failWith("");
            MemoryScm.commit(PATH, Shop.CATALOG);
            assertThat(read(jenkins).getStatusCode()).isEqualTo(200);
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void aLaneGoesOnWithTheCatalogThatHasItsServices() throws Throwable {
        String mail = shop.build("mail", "1.1");
        session.then(jenkins -> {
            MemoryScm.commit(PATH, Shop.CATALOG);
            configure();
            WorkflowRun build = Shop.start(Shop.job(
                    jenkins, "micro", "microRelease(environment: 'cd', candidates: [mail: '1.1']) { gate 'mail' }"));
            GateStep.awaitWaiting("mail");
            MemoryScm.commit(PATH, WITHOUT_MAIL);
            assertThat(read(jenkins).getStatusCode()).isEqualTo(200);
            GateStep.open("mail");
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
            jenkins.assertLogContains(
                    "Unknown service 'mail'",
                    jenkins.buildAndAssertStatus(
                            Result.FAILURE,
                            Shop.job(
                                    jenkins, "late", "microRelease(environment: 'cd', candidates: [mail: '1.1']) {}")));
        });
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
    }
}
