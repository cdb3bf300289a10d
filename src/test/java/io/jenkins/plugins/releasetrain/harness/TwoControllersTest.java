package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.ExtensionList;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** Two controllers, each a process of its own, whose builds ride one train over one PostgreSQL. */
class TwoControllersTest {
    private static final int LEASE = 30;
    private static final int USUAL = 300;
    private static final int ROLLOUT = 45;
    private static final Duration PATIENCE = Duration.ofSeconds(20 * LEASE);
    private static final String SCRIPT =
            "monoRelease(train: 'shop', service: '%s', image: '1.1') { input message: 'go on?', id: env.RELEASE_TRIAL"
                    + " }";

    @RegisterExtension
    private final RealJenkinsExtension one =
            new RealJenkinsExtension().withName("one").withTimeout(1800);

    @RegisterExtension
    private final RealJenkinsExtension other =
            new RealJenkinsExtension().withName("other").withTimeout(1800);

    @Test
    void I3_oneTrainIsConductedByTwoControllersInTurn() throws Throwable {
        try (Shop shop = new Shop();
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .start()) {
            String cart = shop.build("cart", "1.1");
            String pay = shop.build("pay", "1.1");
            String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
            Shop.Places places = shop.places();
            one.startJenkins();
            one.runRemotely(r -> {
                begin(r, places, url, "cart", USUAL, USUAL);
            });
            one.runRemotely(r -> {
                EveryState.awaitTests("cart");
            });
            other.startJenkins();
            other.runRemotely(r -> {
                begin(r, places, url, "pay", USUAL, USUAL);
            });
            other.runRemotely(r -> {
                r.waitForMessage("environment is held by", EveryState.build("pay"));
            });

            one.runRemotely(r -> {
                assertThat(EveryState.waiting("cart")).as("its tests go on").isNotEmpty();
                EveryState.goOn("cart");
                assertReleased(r, "cart");
            });
            other.runRemotely(r -> {
                EveryState.awaitTests("pay");
                EveryState.goOn("pay");
                assertReleased(r, "pay");
                assertThat(ReleaseService.get().store().events("train/shop", 0, 1000).stream()
                                .map(Store.RecordedEvent::event)
                                .filter(Event.TrialEnded.class::isInstance)
                                .map(e -> ((Event.TrialEnded) e).verdict()))
                        .as("no trial was taken for one of a dead controller")
                        .containsOnly(Verdict.PASSED);
            });
            assertThat(shop.inProduction("cart")).isEqualTo(cart);
            assertThat(shop.inProduction("pay")).isEqualTo(pay);
        }
    }

    @Test
    void I8_whatAControllerThatIsGoneLeftIsDecidedByTheOther() throws Throwable {
        try (Shop shop = new Shop();
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .start()) {
            String cart = shop.build("cart", "1.1");
            String pay = shop.build("pay", "1.1");
            shop.build("mail", "1.1");
            String mail = shop.inProduction("mail");
            String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
            Shop.Places places = shop.places();
            one.startJenkins();
            one.runRemotely(r -> {
                begin(r, places, url, "cart", LEASE, LEASE);
                Shop.start(Shop.job(
                        r,
                        "mail",
                        "microRelease(environment: 'cd', candidates: [mail: '1.1']) { input message: 'go on?',"
                                + " id: env.RELEASE_TRIAL }"));
            });
            one.runRemotely(r -> {
                EveryState.awaitTests("cart");
                EveryState.awaitTests("mail");
            });
            one.stopJenkinsForcibly();

            other.startJenkins();
            other.runRemotely(r -> {
                begin(r, places, url, "pay", LEASE, LEASE);
            });
            other.runRemotely(r -> {
                try {
                    Shop.await("both changes to be decided", () -> {
                        EveryState.goOn("pay");
                        return EveryState.ends("train/shop").size() == 2;
                    });
                } catch (AssertionError e) {
                    throw new AssertionError(JenkinsRule.getLog(EveryState.build("pay")), e);
                }
                assertThat(EveryState.ends("train/shop").values()).containsOnly(List.of(Event.Outcome.RELEASED.name()));
                assertReleased(r, "pay");
                // A controller that is silent for twelve leases is waited for no more.
                Shop.await(
                        "the lane to end",
                        PATIENCE,
                        () -> !EveryState.ends("lane/cd").isEmpty());
                assertThat(ReleaseService.get().store().events("lane/cd", 0, 100).stream()
                                .map(Store.RecordedEvent::event)
                                .filter(Event.LaneEnded.class::isInstance))
                        .singleElement()
                        .satisfies(e -> assertThat(((Event.LaneEnded) e).reason())
                                .startsWith("given up: the controller of its build mail#1 is silent since "));
            });
            other.stopJenkins();
            assertThat(shop.inProduction("cart")).isEqualTo(cart);
            assertThat(shop.inProduction("pay")).isEqualTo(pay);
            assertThat(shop.inProduction("mail")).isEqualTo(mail);
        }
    }

    private static void lease(String environment, int seconds) {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        configuration.environment(environment).setLeaseSeconds(seconds);
        // It comes on top where a controller goes down right after an installation.
        configuration.environment(environment).setRolloutSeconds(ROLLOUT);
        configuration.setEnvironments(configuration.getEnvironments());
    }

    /** The leases are set before anything holds an environment by a longer one. */
    private static void begin(JenkinsRule r, Shop.Places places, String url, String service, int staging, int cd)
            throws Throwable {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(
                        CredentialsScope.GLOBAL, "database", "", "postgres", "postgres"));
        StoreConfiguration store = new StoreConfiguration(null, null);
        store.setJdbcUrl(url);
        store.setCredentialsId("database");
        ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setStore(store);
        Shop.configure(places);
        lease("staging", staging);
        lease("cd", cd);
        WorkflowRun build = Shop.start(Shop.job(r, service, SCRIPT.formatted(service)));
        r.waitForMessage("Queued for train 'shop'", build);
    }

    private static void assertReleased(JenkinsRule r, String service) throws Exception {
        Shop.await("the build of " + service, () -> !EveryState.build(service).isBuilding());
        r.assertBuildStatusSuccess(EveryState.build(service));
    }
}
