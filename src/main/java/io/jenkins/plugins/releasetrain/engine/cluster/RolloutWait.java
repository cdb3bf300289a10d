package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One wait for many rollouts, by asking again and again: nothing to lose when the API server restarts. */
final class RolloutWait {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final NamespaceReader reader;
    private final Clock clock;
    private final Sleeper sleeper;
    private final Blockers blockers;
    private final StuckPods stuckPods;
    private final Wanted wanted;
    /** What is waited for; the others are looked at. */
    private final Set<String> awaited = new TreeSet<>();

    private final Map<String, Service> services = new HashMap<>();
    private final SortedMap<String, Standing> standings = new TreeMap<>();
    /** The ones that were not as they are to be when last seen. */
    private final Set<String> open = new TreeSet<>();
    /** Given up: what does not start there is not to be proven. */
    private final Set<String> hopeless = new HashSet<>();

    /** Since when all that is open asks for other images than were installed, which waiting does not change. */
    private Optional<Instant> takenBack = Optional.empty();

    /** Since when all of it runs. */
    private Optional<Steady> steady = Optional.empty();

    /** So often processes of what is to be proven ended in the pods of this start that are there. */
    private int ends;

    private Optional<Blocker> worst = Optional.empty();
    private int told = -1;

    private record Steady(Instant since, int ends) {}

    RolloutWait(
            NamespaceReader reader,
            Blockers blockers,
            StuckPods stuckPods,
            Wanted wanted,
            Clock clock,
            Sleeper sleeper) {
        this.reader = reader;
        this.blockers = blockers;
        this.stuckPods = stuckPods;
        this.wanted = wanted;
        this.clock = clock;
        this.sleeper = sleeper;
        wanted.images().keySet().forEach(s -> services.put(s.name(), s));
    }

    /** @throws EngineException also where the API server did not answer up to the deadline */
    Rollout await(Set<String> patched, Duration deadline, Progress progress) throws InterruptedException {
        awaited.addAll(wanted.changed());
        awaited.addAll(patched);
        awaited.retainAll(services.keySet());
        open.addAll(awaited);
        Instant end = clock.instant().plus(deadline);
        Duration pause = FIRST_PAUSE;
        while (true) {
            Instant latest = clock.instant().plus(deadline);
            end = latest.isBefore(end) ? latest : end;
            boolean over = !clock.instant().isBefore(end) || isTakenBack();
            try {
                Optional<Rollout> rollout = look(over, progress);
                if (rollout.isPresent()) {
                    return rollout.get();
                }
            } catch (EngineException e) {
                if (!e.kind().retryable() || over) {
                    throw e;
                }
            }
            Duration left = Duration.between(clock.instant(), end);
            if (left.compareTo(Duration.ZERO) > 0) {
                sleeper.sleep(pause.compareTo(left) < 0 ? pause : left);
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private boolean isTakenBack() {
        return takenBack
                .filter(since -> Duration.between(since, clock.instant()).compareTo(Blockers.PATIENCE) >= 0)
                .isPresent();
    }

    private Optional<Rollout> look(boolean over, Progress progress) {
        boolean all = open.isEmpty();
        Optional<Blocker> blocked = look(all ? services.keySet() : Set.copyOf(open), over);
        int ready = (int) awaited.stream().filter(name -> !open.contains(name)).count();
        if (ready != told) {
            told = ready;
            progress.ready(ready, awaited.size());
        }
        if (blocked.isPresent()) {
            return Optional.of(new Rollout(Outcome.BLOCKED, blocked, standings));
        } else if (open.isEmpty()) {
            // What was complete before may not be by now.
            return all ? ready(over) : look(over, progress);
        }
        worst.ifPresent(progress::waitingFor);
        return over
                ? Optional.of(new Rollout(Outcome.TIMED_OUT, worst.map(this::explained), standings))
                : Optional.empty();
    }

    /** What the cluster warned of last of its pod, where nobody knows whose fault it is. */
    private Blocker explained(Blocker blocker) {
        boolean unclear = blocker.fault() == Fault.UNKNOWN || blocker.reason().equals(Obstacle.NOT_READY_TO_START);
        return unclear && !blocker.pod().isEmpty()
                ? reader.warning(blocker.pod()).map(blocker::saying).orElse(blocker)
                : blocker;
    }

    private Optional<Rollout> ready(boolean over) {
        if (steady.isEmpty() || steady.get().ends() != ends) {
            steady = Optional.of(new Steady(clock.instant(), ends));
        }
        boolean enough = Duration.between(steady.get().since(), clock.instant()).compareTo(wanted.steady()) >= 0;
        if (enough) {
            return Optional.of(new Rollout(Outcome.READY, Optional.empty(), standings));
        }
        return over ? Optional.of(new Rollout(Outcome.TIMED_OUT, worst, standings)) : Optional.empty();
    }

    /** @return the image that cannot start, of those that are to be proven */
    private Optional<Blocker> look(Set<String> names, boolean over) {
        Present present =
                reader.present(names.stream().map(services::get).toList()).needing(wanted.needed());
        present.absent().keySet().forEach(name -> standings.put(name, present.standing(name)));
        SortedMap<String, List<Part>> parts = present.parts();
        Map<String, List<Pod>> pods =
                reader.pods(parts.values().stream().flatMap(List::stream).toList());
        List<Blockers.Found> found = new ArrayList<>();
        open.clear();
        parts.forEach((name, own) -> {
            Standing standing = started(own, start(name), Standings.of(own, digest(name), pods));
            standings.put(name, standing);
            if (isOpen(name, standing)) {
                open.add(name);
            }
        });
        count(parts, pods);
        List<Part> late =
                open.stream().flatMap(name -> parts.get(name).stream()).toList();
        Map<String, List<Event>> refusals = refusals(late);
        late.forEach(part -> {
            stuckPods.repair(part.workload(), pods.get(part.key()));
            found.addAll(
                    blockers.of(part, ofThisStart(part, pods), refusals.getOrDefault(part.key(), List.of()), over));
            String name = part.service().name();
            Blockers.overwritten(part, digest(name), start(name)).ifPresent(found::add);
        });
        found.replaceAll(f -> f.isProcessToBlame()
                ? lacked(services.get(f.blocker().service())).map(f::excusedBy).orElse(f)
                : f);
        found.stream()
                .filter(f -> f.sure() && !wanted.changed().contains(f.blocker().service()))
                .forEach(f -> hopeless.add(f.blocker().service()));
        open.removeIf(name -> !isOpen(name, standings.get(name)));
        worst = worst(found);
        takenBack = areTakenBack(found) ? takenBack.or(() -> Optional.of(clock.instant())) : Optional.empty();
        return blockers.guilty(found, wanted.changed());
    }

    private String start(String service) {
        return wanted.changed().contains(service) ? wanted.start() : "";
    }

    /** What runs may be from before, where the start that is asked for was taken back. */
    private static Standing started(List<Part> parts, String start, Standing standing) {
        return parts.stream()
                .flatMap(part -> part.workload().tookBack(start).stream())
                .findFirst()
                .map(why -> new Standing(State.NOT_READY, standing.running(), why))
                .orElse(standing);
    }

    private void count(SortedMap<String, List<Part>> parts, Map<String, List<Pod>> pods) {
        steady = open.isEmpty() ? steady : Optional.empty();
        ends = wanted.changed().stream()
                .flatMap(name -> parts.getOrDefault(name, List.of()).stream())
                .mapToInt(part -> Standings.ends(part, ofThisStart(part, pods)))
                .sum();
    }

    private static List<Pod> ofThisStart(Part part, Map<String, List<Pod>> pods) {
        return part.workload().ofThisStart(pods.get(part.key()));
    }

    /** Candidates stand aside then, ever longer; what is only put back would be fought for without a pause. */
    private boolean areTakenBack(List<Blockers.Found> found) {
        Set<String> overwritten = found.stream()
                .map(Blockers.Found::blocker)
                .filter(Blocker::isOverwritten)
                .map(Blocker::service)
                .collect(Collectors.toSet());
        return open.stream().anyMatch(wanted.changed()::contains) && overwritten.containsAll(open);
    }

    /**
     * What a service calls and does not run, changed or not: to end until that answers is a normal way to start. Not where
     * both call each other, since then it may be the other one that waits.
     */
    private Optional<String> lacked(Service caller) {
        List<Service> called = caller.dependsOn().stream()
                .map(services::get)
                .filter(s -> s != null && !s.dependsOn().contains(caller.name()))
                .toList();
        SortedMap<String, List<Part>> parts = reader.present(called).parts();
        Map<String, List<Pod>> pods =
                reader.pods(parts.values().stream().flatMap(List::stream).toList());
        for (Map.Entry<String, List<Part>> e : parts.entrySet()) {
            Standing standing = Standings.of(e.getValue(), digest(e.getKey()), pods);
            if (standing.state() == State.NOT_READY || standing.state() == State.OTHER_DIGEST) {
                return Optional.of("it calls " + e.getKey() + ", which does not run: " + standing.why());
            }
        }
        return Optional.empty();
    }

    private Digest digest(String service) {
        return wanted.images().get(services.get(service)).digest().orElseThrow();
    }

    /** Others than Deployments tell only by events why they have no pods. */
    private Map<String, List<Event>> refusals(List<Part> parts) {
        return reader.refusals(parts.stream()
                .filter(part -> !part.workload().kind().equals(Workload.Kind.DEPLOYMENT))
                .filter(part -> part.workload().pending().isPresent())
                .toList());
    }

    private boolean isOpen(String name, Standing standing) {
        if (wanted.changed().contains(name)) {
            return standing.state() != State.RUNS;
        }
        return standing.state() == State.OTHER_DIGEST
                || standing.state() == State.NOT_READY && awaited.contains(name) && !hopeless.contains(name);
    }

    /** What is to be proven first; where nothing keeps it, what is still to come. */
    private Optional<Blocker> worst(List<Blockers.Found> found) {
        return open.stream()
                .sorted((a, b) -> Boolean.compare(
                        wanted.changed().contains(b), wanted.changed().contains(a)))
                .findFirst()
                .map(name -> blockers.worst(name, found, standings.get(name)));
    }
}
