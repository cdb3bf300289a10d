package io.jenkins.plugins.releasetrain.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Granted;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a Lease adds to the contract of every lock. */
abstract class LeaseLockContract extends EnvironmentLockContract {
    static final Duration GRACE = Duration.ofSeconds(10);

    KubernetesNamespace environment;

    abstract KubernetesNamespace openNamespace();

    @Override
    EnvironmentLock open(Clock clock) {
        environment = openNamespace();
        return controller(clock);
    }

    /** As another controller would have it. */
    private LeaseLock controller(Clock clock) {
        return new LeaseLock(environment, GRACE, clock, Sleeper.real());
    }

    private Lease lease() {
        return environment
                .client()
                .leases()
                .inNamespace(environment.name())
                .withName(LeaseLock.NAME)
                .get();
    }

    private static Request exclusive(String id) {
        return new Request(id, "train " + id, Mode.EXCLUSIVE, Set.of("cart"), LEASE);
    }

    @Test
    void shouldShowTheHolderInTheLease() {
        lock.request(exclusive("a"));
        assertThat(lease().getSpec()).satisfies(s -> {
            assertThat(s.getHolderIdentity()).isEqualTo("train a (exclusive, token 1)");
            assertThat(s.getLeaseDurationSeconds()).isEqualTo(40);
            assertThat(s.getLeaseTransitions()).isEqualTo(1);
            assertThat(s.getAcquireTime().toInstant()).isEqualTo(clock.instant());
            assertThat(s.getRenewTime()).isEqualTo(clock.instant().atZone(ZoneOffset.UTC));
        });
        lock.release("a");
        assertThat(lease().getSpec()).satisfies(s -> {
            assertThat(s.getHolderIdentity()).isNull();
            assertThat(s.getLeaseTransitions()).isEqualTo(1);
        });
    }

    @Test
    void I3_shouldHoldBetweenControllersAndAcrossRestarts() {
        LeaseLock other = controller(clock);
        assertThat(lock.request(exclusive("a"))).isEqualTo(new Granted(1, false));
        assertThat(other.request(exclusive("b"))).isNotInstanceOf(Granted.class);
        assertThat(controller(clock).entries()).isEqualTo(lock.entries()).hasSize(2);
        controller(clock).release("a");
        assertThat(other.request(exclusive("b"))).isEqualTo(new Granted(2, false));
    }

    @Test
    void I3_shouldRespectAHolderUntilTheGraceIsOver() {
        lock.request(exclusive("a"));
        clock.advance(LEASE.plusSeconds(9));
        assertThat(lock.request(exclusive("b"))).isNotInstanceOf(Granted.class);
        clock.advance(Duration.ofSeconds(1));
        assertThat(lock.request(exclusive("b"))).isEqualTo(new Granted(2, true));
    }

    @Test
    void shouldTellWhatToDoAboutAStateThatIsNotReadable() {
        lock.request(exclusive("a"));
        Lease broken = lease();
        broken.getMetadata().setAnnotations(Map.of(LeaseLock.STATE, "{broken"));
        environment.client().resource(broken).update();
        assertThatThrownBy(() -> lock.request(exclusive("b")))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.UNSUPPORTED))
                .hasMessageContaining("Lease release-train in namespace " + environment.name())
                .hasMessageContaining("delete the Lease");
    }

    @Test
    void shouldTellThatTheNamespaceIsMissing() {
        KubernetesNamespace absent = new KubernetesNamespace(environment.client(), environment.name() + "-absent");
        assertThatThrownBy(() -> new LeaseLock(absent, GRACE, clock, Sleeper.real()).request(exclusive("a")))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.NOT_FOUND))
                .hasMessageContaining(absent.name());
    }

    @Test
    void B43_shouldNeitherTakeOverNorStarveWhereClocksDifferByMinutes() {
        ManualClock ahead = new ManualClock(clock.instant().plus(Duration.ofMinutes(10)));
        LeaseLock other = controller(ahead);
        long token = ((Granted) lock.request(exclusive("a"))).token();
        for (int i = 0; i < 20; i++) {
            assertThat(other.request(exclusive("b"))).as("it is renewed").isNotInstanceOf(Granted.class);
            clock.advance(Duration.ofSeconds(15));
            ahead.advance(Duration.ofSeconds(15));
            lock.renew("a", token, LEASE);
            assertThat(lock.entries()).extracting(EnvironmentLock.Entry::id).containsExactly("a", "b");
        }
        assertThat(other.entries()).as("it sees the last renewal").hasSize(2);
        ahead.advance(LEASE.plus(GRACE));
        assertThat(other.request(exclusive("b")))
                .as("by its own clock nothing was renewed for a whole lease")
                .isEqualTo(new Granted(token + 1, true));
    }

    @Test
    void S1_shouldNotWriteWheneverAWaitingRequestAsks() {
        lock.request(exclusive("a"));
        lock.request(exclusive("b"));
        String version = lease().getMetadata().getResourceVersion();
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofSeconds(2));
            lock.request(exclusive("b"));
        }
        assertThat(lease().getMetadata().getResourceVersion()).isEqualTo(version);
        clock.advance(Duration.ofSeconds(5));
        lock.request(exclusive("b"));
        assertThat(lease().getMetadata().getResourceVersion()).isNotEqualTo(version);
    }

    @Test
    void I3_shouldGoOnAboveTheTokensOnWorkloadsWhereSomebodyDeletedTheLease() {
        lock.request(exclusive("a"));
        environment
                .client()
                .resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withNamespace(environment.name())
                        .withName("cart")
                        .addToAnnotations("release-train.jenkins.io/fence", "41")
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(0)
                        .withNewSelector()
                        .addToMatchLabels("app", "cart")
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels("app", "cart")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .withImage("cart:1")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
        environment.client().resource(lease()).delete();
        assertThat(lock.request(exclusive("b"))).isEqualTo(new Granted(42, true));
    }
}
