package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** One wait for many rollouts, by asking again and again: nothing to lose when the API server restarts. */
final class RolloutWait {
    private static final String PENDING = "Pending";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /** How long an obstacle that may pass by itself must stay to be believed. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final NamespaceReader reader;
    private final Clock clock;
    private final Sleeper sleeper;
    private final SortedMap<String, Service> services = new TreeMap<>();
    private final Map<String, Instant> firstSeen = new HashMap<>();
    /** Of those that are asked for: the ones that were not complete when last seen. */
    private SortedMap<String, Service> open;

    private Optional<Blocker> hint = Optional.empty();
    private int told = -1;

    RolloutWait(NamespaceReader reader, Collection<Service> services, Clock clock, Sleeper sleeper) {
        this.reader = reader;
        this.clock = clock;
        this.sleeper = sleeper;
        services.forEach(s -> this.services.put(s.name(), s));
        this.open = this.services;
    }

    /** @throws EngineException also where the API server did not answer up to the deadline */
    Rollout await(Duration deadline, Progress progress) throws InterruptedException {
        Instant end = clock.instant().plus(deadline);
        Duration pause = FIRST_PAUSE;
        while (true) {
            Optional<EngineException> unanswered = Optional.empty();
            try {
                Optional<Rollout> rollout = look(progress);
                if (rollout.isPresent()) {
                    return rollout.get();
                }
            } catch (EngineException e) {
                if (!e.kind().retryable()) {
                    throw e;
                }
                unanswered = Optional.of(e);
            }
            Duration left = Duration.between(clock.instant(), end);
            if (left.isNegative() || left.isZero()) {
                if (unanswered.isPresent()) {
                    throw unanswered.get();
                }
                return new Rollout(Rollout.Outcome.TIMED_OUT, hint);
            }
            sleeper.sleep(pause.compareTo(left) < 0 ? pause : left);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private Optional<Rollout> look(Progress progress) {
        Pending pending = pending(open);
        if (pending.texts().isEmpty() && open.size() < services.size()) {
            // What was complete before may not be by now.
            pending = pending(services);
        }
        int ready = services.size() - pending.texts().size();
        if (ready != told) {
            told = ready;
            progress.ready(ready, services.size());
        }
        if (pending.texts().isEmpty()) {
            return Optional.of(Rollout.READY);
        }
        open = new TreeMap<>(services);
        open.keySet().retainAll(pending.texts().keySet());
        String first = pending.texts().firstKey();
        hint = Optional.of(new Blocker(first, "", PENDING, pending.texts().get(first)));
        Optional<Blocker> blocker = blocker(pending.workloads(), reader.pods(pending.workloads()));
        blocker.or(() -> hint).ifPresent(progress::waitingFor);
        return blocker.map(b -> new Rollout(Rollout.Outcome.BLOCKED, Optional.of(b)));
    }

    private Pending pending(Map<String, Service> asked) {
        SortedMap<String, DeployedWorkload> workloads = reader.workloads(asked.values());
        SortedMap<String, String> texts = new TreeMap<>();
        workloads.forEach((service, w) -> RolloutRules.pending(w).ifPresent(p -> texts.put(service, p)));
        workloads.keySet().retainAll(texts.keySet());
        return new Pending(workloads, texts);
    }

    /** What is not complete, with the reason for people, by service. */
    private record Pending(SortedMap<String, DeployedWorkload> workloads, SortedMap<String, String> texts) {}

    private Optional<Blocker> blocker(SortedMap<String, DeployedWorkload> open, Map<String, List<Pod>> pods) {
        for (Map.Entry<String, DeployedWorkload> e : open.entrySet()) {
            String service = e.getKey();
            DeployedWorkload workload = e.getValue();
            String container =
                    workload.container(services.get(service).workload()).getName();
            for (Obstacle obstacle : Obstacle.of(workload, container, pods.get(service))) {
                Blocker blocker = new Blocker(service, obstacle.pod(), obstacle.reason(), obstacle.message());
                if (believed(service, obstacle)) {
                    return Optional.of(blocker);
                }
                if (hint.isEmpty() || hint.get().reason().equals(PENDING)) {
                    hint = Optional.of(blocker);
                }
            }
        }
        return Optional.empty();
    }

    private boolean believed(String service, Obstacle obstacle) {
        return switch (obstacle.certainty()) {
            case DEFINITE -> true;
            case HINT -> false;
            case IF_LASTING -> {
                Instant now = clock.instant();
                String key = service + " " + obstacle.pod() + " " + obstacle.reason();
                Instant since = firstSeen.merge(key, now, (before, ignored) -> before);
                yield Duration.between(since, now).compareTo(PATIENCE) >= 0;
            }
        };
    }
}
