package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Moment;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the obstacles of one wait mean, by the {@link FaultRules} and by how long they were seen. */
final class Blockers {
    /** How long a sign that may pass by itself must stay to be believed. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final String PENDING = "Pending";
    static final String OVERWRITTEN = "Overwritten";

    private final FaultRules rules;
    private final Clock clock;
    private final Map<String, Instant> firstSeen = new HashMap<>();
    /** The newest pulls that failed, by pod and whether they are of the service's image. */
    private final Map<String, Obstacle> pulls = new HashMap<>();

    Blockers(FaultRules rules, Clock clock) {
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * One obstacle and its meaning.
     *
     * @param sure whether the image cannot start, whatever is waited for
     * @param process whether it is the process that ends
     */
    record Found(Blocker blocker, boolean sure, boolean process) {
        boolean isProcessToBlame() {
            return process && blocker.fault() == Fault.IMAGE;
        }

        /** It may have ended for that: whose fault it is nobody knows. */
        Found excusedBy(String why) {
            return new Found(
                    new Blocker(
                            blocker.service(),
                            blocker.pod(),
                            blocker.reason(),
                            blocker.message() + "; " + why,
                            Fault.UNKNOWN),
                    false,
                    true);
        }
    }

    /**
     * @param refusals events of pods that were not created for the part's workload
     * @param over whether the deadline of the wait is over
     */
    List<Found> of(Part part, List<Pod> pods, List<Event> refusals, boolean over) {
        String service = part.service().name();
        List<Found> found = new ArrayList<>();
        List<Obstacle> obstacles = Obstacle.of(part.workload(), part.names(), pods, refusals);
        for (Obstacle seen : obstacles.isEmpty()
                ? Unready.of(part.workload(), part.names(), pods).stream().toList()
                : obstacles) {
            Obstacle obstacle = withReason(seen);
            FaultRules.Judged judged = rules.judge(obstacle.sign(), over);
            Fault fault = obstacle.own() || judged.fault() != Fault.IMAGE ? judged.fault() : Fault.UNKNOWN;
            boolean sure = fault == Fault.IMAGE && lasted(service, obstacle, judged.when());
            found.add(new Found(
                    new Blocker(
                            service,
                            obstacle.pod(),
                            obstacle.sign().reason(),
                            obstacle.sign().message(),
                            sure || over || fault != Fault.IMAGE ? fault : Fault.UNKNOWN),
                    sure,
                    judged.process()));
        }
        return found;
    }

    private Obstacle withReason(Obstacle obstacle) {
        String pull = obstacle.pod() + " " + obstacle.own();
        if (obstacle.tellsWhyAPullFailed()) {
            pulls.put(pull, obstacle);
        }
        return obstacle.isPullWithoutReason() && pulls.containsKey(pull) ? obstacle.after(pulls.get(pull)) : obstacle;
    }

    /** Somebody else deploys there, and took back what was installed: that says nothing about the image. */
    static Optional<Found> overwritten(Part part, Digest wanted, String start) {
        return Standings.stranger(part.workload(), part.names(), wanted)
                .or(() -> part.workload().tookBack(start))
                .map(why -> new Found(
                        new Blocker(part.service().name(), "", OVERWRITTEN, why, Fault.ENVIRONMENT), false, false));
    }

    private boolean lasted(String service, Obstacle obstacle, Moment when) {
        Instant now = clock.instant();
        String key = String.join(
                " ", service, obstacle.pod(), obstacle.sign().condition().name(), when.name());
        Instant since = firstSeen.merge(key, now, (before, ignored) -> before);
        return when != Moment.LASTING || Duration.between(since, now).compareTo(PATIENCE) >= 0;
    }

    /**
     * The first image that cannot start, of these services. A process may also end because something that the environment
     * keeps from starting is missing to it.
     */
    Optional<Blocker> guilty(List<Found> found, Set<String> changed) {
        boolean disturbed = found.stream().anyMatch(f -> f.blocker().fault() == Fault.ENVIRONMENT);
        return found.stream()
                .filter(f -> f.sure() && changed.contains(f.blocker().service()))
                .filter(f -> !f.process() || !disturbed)
                .map(Found::blocker)
                .findFirst();
    }

    /** What is told of a service, and what is held against it. */
    Blocker worst(String service, List<Found> found, Standing standing) {
        Optional<Blocker> disturbance = found.stream()
                .map(Found::blocker)
                .filter(b -> b.fault() == Fault.ENVIRONMENT)
                .findFirst();
        Optional<Blocker> own = found.stream()
                .map(Found::blocker)
                .filter(b -> b.service().equals(service))
                .min(Comparator.comparing(Blocker::fault));
        return own.map(b -> b.fault() == Fault.IMAGE && disturbance.isPresent() ? disturbance.get() : b)
                .orElse(new Blocker(service, "", PENDING, standing.why(), Fault.UNKNOWN));
    }
}
