package io.jenkins.plugins.releasetrain.engine.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesCluster;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.SampleWorkloads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody else changes is seen, and who only looks is no burden. */
class SightingsTest {
    private final EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start();
    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T12:00:00Z"));
    private final List<Runnable> background = new ArrayList<>();
    private final Sightings sightings = new Sightings(background::add, clock);
    private Environment environment;

    @BeforeEach
    void start() {
        kubernetes.createNamespace("cd");
        kubernetes
                .client()
                .resource(SampleWorkloads.deployment("cd", "cart", "shop/cart:1", 600))
                .create();
        environment = new Environment(
                "cd",
                "cd",
                "",
                new KubernetesCluster(
                        new KubernetesNamespace(kubernetes.client(), "cd"), Runnable::run, clock, Sleeper.real()),
                new InMemoryLock(clock),
                Duration.ofMinutes(10),
                Duration.ofMinutes(5));
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private static Service service(String name) {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
        return new Service(name, "shop/" + name, "shop/" + name, "production", workload, name, new TreeSet<>());
    }

    private String tag(Service... services) {
        return sightings
                .of(environment, List.of(services))
                .map(s -> s.images().get("cart"))
                .flatMap(ImageReference::tag)
                .orElse("");
    }

    private void look() {
        List.copyOf(background).forEach(Runnable::run);
        background.clear();
    }

    private void patched(String image) {
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("cd")
                .withName("cart")
                .edit(d -> {
                    Deployment changed = d;
                    changed.getSpec()
                            .getTemplate()
                            .getSpec()
                            .getContainers()
                            .get(0)
                            .setImage(image);
                    return changed;
                });
    }

    @Test
    void whatSomebodyElsePatchesIsSeenAMinuteLater() {
        assertThat(tag(service("cart"))).as("nobody waits for a cluster").isEmpty();
        look();
        assertThat(tag(service("cart"))).isEqualTo("1");
        patched("elsewhere/cart:9");
        assertThat(tag(service("cart"))).isEqualTo("1");
        assertThat(background).as("it was looked at just now").isEmpty();
        clock.advance(Duration.ofMinutes(1));
        tag(service("cart"));
        tag(service("cart"));
        assertThat(background).as("one look at a time, however many ask").hasSize(1);
        look();
        assertThat(sightings
                        .of(environment, List.of(service("cart")))
                        .orElseThrow()
                        .at())
                .isEqualTo(clock.instant());
        assertThat(tag(service("cart"))).isEqualTo("9");
    }

    @Test
    void whatCannotBeSeenIsNotTold() {
        tag(service("cart"));
        look();
        clock.advance(Duration.ofMinutes(2));
        kubernetes.failNext(1);
        tag(service("cart"));
        look();
        assertThat(tag(service("cart"))).isEmpty();
        clock.advance(Duration.ofMinutes(1));
        tag(service("cart"));
        look();
        assertThat(tag(service("cart"))).isEqualTo("1");
    }

    @Test
    void I14_othersAreSeenBesideOneThatIsGone() {
        tag(service("cart"), service("gone"));
        look();
        assertThat(tag(service("cart"))).isEqualTo("1");
    }
}
