package io.jenkins.plugins.releasetrain.engine.lock;

import static io.jenkins.plugins.releasetrain.engine.cluster.KubernetesFailures.translate;
import static io.jenkins.plugins.releasetrain.engine.cluster.KubernetesFailures.translating;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.cluster.Fences;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The lock as a {@code coordination.k8s.io/v1} Lease in the environment's own namespace, so that it holds between
 * controllers and {@code kubectl get lease} shows its holder. The state is JSON in an annotation; every change is a
 * compare-and-swap by resourceVersion. The Lease is never deleted: it remembers the last fencing token.
 *
 * <p>Clocks are not compared: see {@link Observed}. A Lease that somebody deleted heals itself: tokens go on above the highest
 * one that is on a workload.
 */
public final class LeaseLock implements EnvironmentLock {
    public static final String NAME = Fences.LEASE;
    static final String STATE = "release-train.jenkins.io/lock";
    private static final int ATTEMPTS = 30;

    private final KubernetesClient client;
    private final String namespace;
    private final Duration grace;
    private final Clock clock;
    private final Sleeper sleeper;
    private final KubernetesNamespace environment;
    private final Observed observed = new Observed();

    /** @param grace how much longer than its lease a holder is respected, for requests that take a while */
    public LeaseLock(KubernetesNamespace environment, Duration grace, Clock clock, Sleeper sleeper) {
        this.environment = environment;
        this.client = environment.client();
        this.namespace = environment.name();
        this.grace = grace;
        this.clock = clock;
        this.sleeper = sleeper;
    }

    @Override
    public Answer request(Request asked) {
        Request request =
                new Request(asked.id(), asked.owner(), asked.mode(), asked.claims(), respected(asked.lease()));
        Answer[] answer = new Answer[1];
        change(request.id(), state -> {
            LockState.Answered answered = state.request(request, clock.instant());
            answer[0] = answered.answer();
            return answered.state();
        });
        return answer[0];
    }

    @Override
    public void renew(String id, long token, Duration lease) {
        change(id, state -> state.renew(id, token, respected(lease), clock.instant()));
    }

    @Override
    public void release(String id) {
        change(id, state -> state.release(id, clock.instant()));
    }

    @Override
    public List<Entry> entries() {
        Instant now = clock.instant();
        return observed.local(stateOf(read()), now).expire(now).entries();
    }

    private Duration respected(Duration lease) {
        return lease.isNegative() || lease.isZero() ? lease : lease.plus(grace);
    }

    private void change(String id, UnaryOperator<LockState> step) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Optional<Lease> lease = read();
            LockState before = observed.local(stateOf(lease), clock.instant());
            LockState after = step.apply(before);
            if (after.equals(before)) {
                return;
            }
            LockState toWrite = observed.written(after);
            if (written(lease, toWrite)) {
                observed.local(toWrite, clock.instant());
                return;
            }
            pause(id, attempt);
        }
        throw new EngineException(
                FailureKind.UNAVAILABLE,
                "Cannot change " + where() + ": others changed it first, " + ATTEMPTS + " times in a row. Try again");
    }

    private Optional<Lease> read() {
        return translating(
                "read " + where(),
                () -> Optional.ofNullable(
                        client.leases().inNamespace(namespace).withName(NAME).get()));
    }

    private LockState stateOf(Optional<Lease> lease) {
        return lease.map(l -> l.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(STATE))
                .map(json -> LockStateJson.read(json, where()))
                .orElseGet(this::begin);
    }

    /** Somebody may believe to hold a lock whose Lease was deleted. */
    private LockState begin() {
        long highest = Fences.highest(environment);
        return highest == 0 ? LockState.EMPTY : new LockState(highest + 1, true, List.of());
    }

    /** False where somebody else was faster. */
    private boolean written(Optional<Lease> former, LockState state) {
        Lease lease = describe(former, state);
        try {
            if (former.isEmpty()) {
                client.resource(lease).create();
            } else {
                client.resource(lease)
                        .lockResourceVersion(lease.getMetadata().getResourceVersion())
                        .update();
            }
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == 409) {
                return false;
            }
            throw translate("write " + where(), e);
        }
    }

    private Lease describe(Optional<Lease> former, LockState state) {
        List<Entry> holders = state.entries().stream().filter(Entry::held).toList();
        ZonedDateTime acquired = holders.stream()
                .map(Entry::since)
                .min(Comparator.naturalOrder())
                .map(LeaseLock::micros)
                .orElse(null);
        Instant now = clock.instant();
        long seconds = holders.stream()
                .map(e -> Duration.between(now, e.leaseEnds()).toSeconds())
                .max(Comparator.naturalOrder())
                .orElse(0L);
        return former.map(LeaseBuilder::new)
                .orElseGet(LeaseBuilder::new)
                .editOrNewMetadata()
                .withNamespace(namespace)
                .withName(NAME)
                .addToAnnotations(STATE, LockStateJson.write(state))
                .endMetadata()
                .editOrNewSpec()
                .withHolderIdentity(holders.isEmpty() ? null : summary(holders))
                .withAcquireTime(acquired)
                .withRenewTime(micros(now))
                .withLeaseDurationSeconds(holders.isEmpty() ? null : (int) Math.max(1, seconds))
                .withLeaseTransitions((int) Math.min(Integer.MAX_VALUE, state.nextToken() - 1))
                .endSpec()
                .build();
    }

    private static String summary(List<Entry> holders) {
        return holders.stream()
                .map(e -> e.owner() + " (" + e.mode().name().toLowerCase(Locale.ROOT) + ", token " + e.token() + ")")
                .collect(Collectors.joining("; "));
    }

    private static ZonedDateTime micros(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    }

    /** Longer each time and different for each id, so that those who collided do not collide again. */
    private void pause(String id, int attempt) {
        try {
            sleeper.sleep(Duration.ofMillis((long) Math.min(attempt, 10) * (5 + Math.floorMod(id.hashCode(), 20))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(FailureKind.TIMEOUT, "Interrupted while changing " + where(), e);
        }
    }

    private String where() {
        return "Lease " + NAME + " in namespace " + namespace;
    }
}
