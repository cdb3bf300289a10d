package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.ExtensionList;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Restarts of the controller; the registries and the cluster stay. */
class RestartTest {
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
        shop.close();
    }

    private static String script(String service, String body) {
        return "def r = monoRelease(train: 'shop', service: '" + service + "', image: '1.1') { " + body
                + " }\necho \"in ${r.release}\"";
    }

    private static WorkflowRun build(JenkinsRule jenkins, String job) {
        return jenkins.jenkins.getItemByFullName(job, WorkflowJob.class).getBuildByNumber(1);
    }

    @Test
    void I8_aTrainGoesOnAfterARestartWhileOneBuildTestsAndAnotherWaits() throws Throwable {
        String cart = shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        session.then(jenkins -> {
            shop.configure();
            Shop.start(Shop.job(jenkins, "cart", script("cart", "gate 'cart'")));
            GateStep.awaitWaiting("cart");
            jenkins.waitForMessage(
                    "Queued for train", Shop.start(Shop.job(jenkins, "pay", script("pay", "echo 'tested'"))));
            GateStep.forgetWaiting();
        });
        session.then(jenkins -> {
            GateStep.awaitWaiting("cart");
            GateStep.open("cart");
            WorkflowRun first = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "cart")));
            WorkflowRun second = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "pay")));
            jenkins.assertLogContains("in shop-1", first);
            jenkins.assertLogContains("in shop-2", second);
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    @Test
    void I8_aLaneGoesOnAfterARestart() throws Throwable {
        String cart = shop.build("cart", "1.1");
        session.then(jenkins -> {
            shop.configure();
            Shop.start(Shop.job(
                    jenkins, "micro", "microRelease(environment: 'cd', candidates: [cart: '1.1']) { gate 'cart' }"));
            GateStep.awaitWaiting("cart");
            GateStep.forgetWaiting();
        });
        session.then(jenkins -> {
            GateStep.awaitWaiting("cart");
            GateStep.open("cart");
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "micro")));
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    private static EmbeddedPostgres database(Path data, int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("listen_addresses", "127.0.0.1");
        return port == 0 ? builder.start() : builder.setPort(port).start();
    }

    private static void useDatabase(int port) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.GLOBAL, "database", "", "postgres", "postgres"));
        StoreConfiguration store = new StoreConfiguration("127.0.0.1", "postgres");
        store.setPort(port);
        store.setTls(PostgresqlServer.Tls.DISABLE);
        store.setCredentialsId("database");
        ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setStore(store);
    }

    @Test
    void B6_I8_aDatabaseThatIsDownAtTheStartAndComesLaterLosesNobody(@TempDir Path data) throws Throwable {
        String cart = shop.build("cart", "1.1");
        String pay = shop.build("pay", "1.1");
        EmbeddedPostgres first = database(data, 0);
        int port = first.getPort();
        session.then(jenkins -> {
            useDatabase(port);
            shop.configure();
            Shop.start(Shop.job(jenkins, "cart", script("cart", "gate 'cart'")));
            GateStep.awaitWaiting("cart");
            jenkins.waitForMessage("Queued for train", Shop.start(Shop.job(jenkins, "pay", script("pay", "echo 'x'"))));
            SystemCredentialsProvider.getInstance().save();
            GateStep.forgetWaiting();
        });
        first.close();
        session.then(jenkins -> {
            GateStep.awaitWaiting("cart");
            jenkins.waitForMessage("The store cannot be opened", build(jenkins, "pay"));
            JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
            // the first request of a Jenkins that was just started takes long by itself
            client.goTo("release-trains/api/now", "application/json");
            long begin = System.nanoTime();
            assertThat(client.goTo("release-trains/api/now", "application/json")
                            .getWebResponse()
                            .getStatusCode())
                    .isEqualTo(503);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            List<WorkflowRun> others = everyStep(jenkins);
            try (EmbeddedPostgres again = database(data, port)) {
                for (WorkflowRun other : others) {
                    jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(other));
                }
                GateStep.open("cart");
                jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "cart")));
                jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build(jenkins, "pay")));
            }
        });
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("pay")).isEqualTo(pay);
    }

    /** Builds that come while the store is away, each of which waits for it. */
    private List<WorkflowRun> everyStep(JenkinsRule jenkins) throws Exception {
        shop.build("mail", "1.1");
        Shop.push(shop.dev, "shop/mail", "other", "other");
        List<WorkflowRun> builds = new ArrayList<>();
        for (String step : List.of(
                "node { writeFile file: 'a.avsc', text: '{\"type\": \"record\", \"name\": \"Order\", \"fields\": []}'\n"
                        + "trackImage(service: 'mail', image: '" + shop.dev.host()
                        + "/shop/mail:1.1', contracts: [avro: 'a.avsc']) }",
                "releaseInfo(train: 'shop')",
                "releaseAction(train: 'shop', action: 'pause', reason: 'x', plan: true)",
                "promoteImage(from: 'dev', to: 'production', images: ['shop/mail:other'])",
                "microRelease(environment: 'cd', candidates: [mail: '1.1']) { echo 'tested' }",
                "node { contractGate(service: 'mail', image: '1.1') { echo 'compared' } }")) {
            WorkflowRun build = Shop.start(Shop.job(jenkins, "away-" + builds.size(), step));
            jenkins.waitForMessage("The store ", build);
            builds.add(build);
        }
        return builds;
    }

    @Test
    void I6_I8_restartedInEveryStateEachChangeEndsOnceAndNothingIsHalfPromoted() throws Throwable {
        new EveryState(shop, life -> session.then(r -> life.run(step -> step.run(r))), false).run();
    }
}
