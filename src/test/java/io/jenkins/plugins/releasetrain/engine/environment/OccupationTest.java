package io.jenkins.plugins.releasetrain.engine.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesCluster;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.SampleWorkloads;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever else uses an environment stands in one line with trains and lanes. */
class OccupationTest {
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start();
    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T12:00:00Z"));
    private final InMemoryLock lock = new InMemoryLock(clock);
    private Environment environment;

    @BeforeEach
    void start() {
        kubernetes.createNamespace("cd");
        for (String name : List.of("cart", "pay")) {
            kubernetes
                    .client()
                    .resource(SampleWorkloads.deployment("cd", name, "shop/" + name + ":1", 600))
                    .create();
        }
        environment = new Environment(
                "cd",
                "cd",
                "",
                new KubernetesCluster(
                        new KubernetesNamespace(kubernetes.client(), "cd"), Runnable::run, clock, Sleeper.real()),
                lock,
                Duration.ofMinutes(10),
                LEASE);
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private Occupation occupation(String id, Mode mode) {
        return new Occupation(environment, id, "build " + id, mode);
    }

    private static Service service(String name) {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
        return new Service(name, "shop/" + name, "shop/" + name, "production", workload, name, new TreeSet<>());
    }

    private Answer lane(String id, String service) {
        return lock.request(new Request(id, "lane " + id, Mode.SHARED, Set.of(service), LEASE));
    }

    @Test
    void alone_waitsForLanesAndKeepsLaterOnesOut() {
        lane("l1", "cart");
        Occupation load = occupation("load", Mode.EXCLUSIVE);
        assertThat(load.ask(List.of())).isEqualTo(new Answer.Waiting(1, List.of("lane l1")));
        assertThat(lane("l2", "pay")).isInstanceOf(Answer.Waiting.class);
        lock.release("l1");
        assertThat(load.ask(List.of())).isInstanceOf(Answer.Granted.class);
        load.release();
        assertThat(lane("l2", "pay")).isInstanceOf(Answer.Granted.class);
    }

    @Test
    void together_isNoHindranceForLanesButForTrains() {
        Occupation data = occupation("data", Mode.SHARED);
        assertThat(data.ask(List.of())).isInstanceOf(Answer.Granted.class);
        assertThat(lane("l1", "cart")).isInstanceOf(Answer.Granted.class);
        assertThat(lock.request(new Request("t", "train shop", Mode.EXCLUSIVE, Set.of(), LEASE)))
                .isInstanceOf(Answer.Waiting.class);
    }

    @Test
    void I3_whoseLeaseRanOutCanChangeNothingAnyMore() {
        Occupation gone = occupation("gone", Mode.EXCLUSIVE);
        long token = ((Answer.Granted) gone.ask(List.of())).token();
        clock.advance(LEASE.plusSeconds(1));
        Occupation next = occupation("next", Mode.EXCLUSIVE);
        Answer.Granted granted = (Answer.Granted) next.ask(List.of(service("cart"), service("pay")));
        assertThat(granted.takenOver()).isTrue();
        assertThat(kubernetes
                        .client()
                        .apps()
                        .deployments()
                        .inNamespace("cd")
                        .list()
                        .getItems())
                .allSatisfy(d -> assertThat(d.getMetadata().getAnnotations())
                        .containsEntry("release-train.jenkins.io/fence", "" + granted.token()));
        assertThatThrownBy(() -> gone.renew(token)).isInstanceOf(EngineException.class);
        next.renew(granted.token());
    }
}
