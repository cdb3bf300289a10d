package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LaneOrder;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Obligation;
import io.jenkins.plugins.releasetrain.engine.lane.Phase;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The lanes of one environment under a virtual clock: what is decided is decided by the real {@link LanePolicy} over the
 * real {@link LaneState}. Left out: the time that promotions and installations take, voids, and everything outside.
 */
public final class LaneSimulation {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Digest NO_MATTER = Digest.sha256("no matter");
    private static final Pattern MOVING = Pattern.compile("latest");
    private static final int ATTEMPTS = 5;
    private static final double LATE_MINUTES = 10;
    private static final double MILLIS = 60_000;

    private final LaneWorkload workload;
    private final LanePolicy policy;
    private final Random random;
    private final Outages outages;
    private final LaneResult.Tally tally = new LaneResult.Tally();
    private final PriorityQueue<Happening> ahead = new PriorityQueue<>(Comparator.comparingDouble(Happening::minutes));
    private final Map<String, Change> changes = new HashMap<>();
    private final Map<Integer, Integer> builds = new HashMap<>();
    private final Map<Integer, Integer> newest = new HashMap<>();
    /** Services that each lane in the environment holds. */
    private final Map<String, Set<String>> claims = new HashMap<>();

    private LaneState state = LaneState.empty();
    private double now;
    private double poll = Double.MAX_VALUE;

    private record Change(String lane, int service, int build, boolean bad, double arrived) {}

    /** A change comes, or the tests of a lane's attempt end; neither: something is due. */
    private record Happening(double minutes, Optional<Change> comes, String lane, int attempt, double began) {}

    private LaneSimulation(LaneWorkload workload, LaneSettings.Judging judging) {
        this.workload = workload;
        this.random = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 1);
        this.outages = new Outages(workload);
        this.policy = new LanePolicy(
                new LaneSettings(Isolation.REPLACE, LaneSettings.OnDrift.RERUN, ATTEMPTS, MOVING).with(judging),
                new Ring(workload.services(), workload.connected()));
    }

    /** @param judging what the lanes expect before they have measured anything */
    public static LaneResult run(LaneWorkload workload, LaneSettings.Judging judging) {
        return new LaneSimulation(workload, judging).run();
    }

    /** Every service counts for its neighbours in a ring. */
    private record Ring(int services, int connected) implements LanePolicy.Counting {
        @Override
        public SortedSet<String> of(Collection<String> names) {
            SortedSet<String> all = new TreeSet<>(names);
            for (String name : names) {
                int service = Integer.parseInt(name.substring(1));
                for (int i = 1; i <= connected / 2; i++) {
                    all.add(name((service + i) % services));
                    all.add(name((service + services - i) % services));
                }
                if (connected % 2 != 0) {
                    all.add(name((service + services / 2) % services));
                }
            }
            return all;
        }

        @Override
        public boolean isDeclared() {
            return true;
        }

        static String name(int service) {
            return "s" + service;
        }
    }

    /** When the environment is broken. */
    private static final class Outages {
        private final Random random;
        private final LaneWorkload workload;
        private final List<double[]> broken = new ArrayList<>();
        private double known;

        Outages(LaneWorkload workload) {
            this.workload = workload;
            this.random = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 3);
        }

        boolean overlap(double from, double to) {
            if (workload.worksHours() <= 0) {
                return false;
            }
            while (known <= to) {
                double begin = known + 60 * workload.worksHours() * -Math.log(1 - random.nextDouble());
                known = begin + 60 * workload.brokenHours() * -Math.log(1 - random.nextDouble());
                broken.add(new double[] {begin, known});
            }
            for (int i = broken.size() - 1; i >= 0 && broken.get(i)[1] >= from; i--) {
                if (broken.get(i)[0] <= to) {
                    return true;
                }
            }
            return false;
        }
    }

    private LaneResult run() {
        next(0);
        while (true) {
            double at =
                    Math.min(ahead.isEmpty() ? Double.MAX_VALUE : ahead.peek().minutes(), poll);
            if (at > workload.end()) {
                return tally.result();
            }
            now = at;
            if (at == poll) {
                poll = Double.MAX_VALUE;
            } else {
                Happening happening = ahead.remove();
                happening.comes().ifPresentOrElse(this::arrive, () -> end(happening));
            }
            settle();
        }
    }

    private void next(double from) {
        double at = from + -Math.log(1 - random.nextDouble()) * 60 / workload.arrivalsPerHour();
        int service = random.nextInt(workload.services());
        int build = builds.merge(service, 1, Integer::sum);
        boolean late = random.nextDouble() < workload.late();
        Change change = new Change(
                "l" + changes.size(),
                service,
                build,
                random.nextDouble() < workload.failure(),
                at + (late ? LATE_MINUTES : 0));
        changes.put(change.lane(), change);
        ahead.add(new Happening(change.arrived(), Optional.of(change), "", 0, at));
        if (late) {
            // A newer build of the same service overtakes it.
            Change newer = new Change(
                    "l" + changes.size(),
                    service,
                    builds.merge(service, 1, Integer::sum),
                    random.nextDouble() < workload.failure(),
                    at);
            changes.put(newer.lane(), newer);
            ahead.add(new Happening(at, Optional.of(newer), "", 0, at));
        }
        ahead.add(new Happening(at, Optional.empty(), "", 0, at));
    }

    private void arrive(Change change) {
        String service = Ring.name(change.service());
        TreeMap<String, PinnedImage> candidates =
                new TreeMap<>(Map.of(service, new PinnedImage(service, NO_MATTER, "" + change.build())));
        Origin origin = new Origin(service + "#" + change.build(), change.lane(), "");
        Event.LaneQueued queued = new Event.LaneQueued(change.lane(), "cd", service, candidates, origin);
        LaneOrder.queued(state, queued, lane -> Optional.empty(), at()).forEach(this::apply);
    }

    private Instant at() {
        return BEGIN.plusMillis(Math.round(now * MILLIS));
    }

    private void apply(Event event) {
        state = state.after(event, at());
        if (event instanceof Event.LaneEnded e) {
            ended(e);
        }
        // What is left of an attempt is cleaned up at once here.
        for (Obligation o : state.obligations()) {
            claims.remove(o.lane());
            state = state.after(new Event.LaneCleaned(o.lane(), o.number()), at());
        }
    }

    private void ended(Event.LaneEnded e) {
        Change change = changes.get(e.lane());
        switch (e.outcome()) {
            case RELEASED -> {
                if (newest.merge(change.service(), change.build(), Math::max) > change.build()) {
                    tally.olderOverNewer++;
                }
                if (change.bad()) {
                    tally.badReleased++;
                } else {
                    tally.released(now - change.arrived());
                }
            }
            case SUPERSEDED -> tally.superseded++;
            case EJECTED, NOT_INSTALLABLE -> {
                tally.ejected++;
                tally.wronglyEjected += change.bad() ? 0 : 1;
            }
            default -> tally.undecided += change.bad() ? 0 : 1;
        }
    }

    /** A lane's tests end, or the next change is to be thought of. */
    private void end(Happening happening) {
        if (happening.lane().isEmpty()) {
            next(now);
            return;
        }
        Optional<Lane> lane = state.lane(happening.lane())
                .filter(l -> l.attempts() == happening.attempt() && l.phase() instanceof Phase.Testing);
        lane.ifPresent(l -> {
            boolean control = l.phase().attempt().orElseThrow().control();
            tally.controls += control ? 1 : 0;
            tally.runs += control || changes.get(l.id()).bad() ? 0 : 1;
            boolean fails = (!control && changes.get(l.id()).bad())
                    || besideBad(l)
                    || random.nextDouble() < workload.flake()
                    || outages.overlap(happening.began(), now);
            Verdict verdict = fails ? Verdict.FAILED : Verdict.PASSED;
            apply(policy.tested(l, verdict, "tests", NO_MATTER, List.of(), at()));
        });
    }

    private boolean besideBad(Lane lane) {
        SortedSet<String> counting = policy.counting(lane);
        return lane.phase().seen().of(counting).stream()
                .anyMatch(id -> changes.get(id).bad());
    }

    /** Until nobody has anything to do but to wait. */
    private void settle() {
        boolean more = true;
        while (more) {
            more = false;
            Set<String> inLine = new HashSet<>();
            for (Lane lane : state.lanes()) {
                Optional<Lane> current = state.lane(lane.id());
                more |= current.isPresent() && step(current.get(), inLine);
            }
        }
    }

    /** @return whether it did something */
    private boolean step(Lane lane, Set<String> inLine) {
        if (lane.phase() instanceof Phase.Testing) {
            return false;
        }
        Next next = lane.phase() instanceof Phase.Waiting
                ? policy.entry(state, lane, at())
                : lane.phase() instanceof Phase.Leaving
                        ? policy.left(state, lane, at())
                        : policy.passed(state, lane, List.of(), at());
        if (next instanceof Next.Wait wait) {
            if (wait.again().compareTo(Duration.ofMinutes(1)) >= 0) {
                poll = Math.min(poll, now + wait.again().toMillis() / MILLIS);
            }
            return false;
        } else if (next instanceof Next.Enter enter) {
            return enter(lane, enter, inLine);
        } else if (next instanceof Next.End end) {
            apply(end.of(lane));
        } else if (next instanceof Next.Again again) {
            apply(new Event.LaneRetried(lane.id(), again.reason(), again.apart(), again.stays()));
            if (again.stays()) {
                begin(lane.id());
            }
        } else if (next instanceof Next.Release release) {
            Event.ReleaseMade made = LanePolicy.release(state, release.lanes(), NO_MATTER);
            apply(made);
            apply(new Event.ReleasePromoted(made.id(), ""));
            release.lanes().forEach(l -> apply(new Event.LaneEnded(l.id(), Outcome.RELEASED, "", made.id())));
        }
        return true;
    }

    private boolean enter(Lane lane, Next.Enter enter, Set<String> inLine) {
        Set<String> wanted = enter.control()
                ? policy.counting(lane)
                : enter.apart()
                        ? policy.apart(state, lane, at())
                        : lane.candidates().keySet();
        boolean free = Collections.disjoint(wanted, inLine)
                && claims.values().stream().allMatch(held -> Collections.disjoint(held, wanted));
        if (!free) {
            inLine.addAll(wanted);
            return false;
        }
        claims.put(lane.id(), wanted);
        apply(new Event.LaneStarted(
                lane.id(),
                new TreeMap<>(),
                NO_MATTER,
                List.of(),
                1,
                Optional.of(Isolation.REPLACE),
                enter.control(),
                Optional.empty()));
        begin(lane.id());
        return true;
    }

    private void begin(String lane) {
        apply(new Event.LaneInstalled(lane, NO_MATTER, List.of(), List.of(), 0));
        int attempt = state.lane(lane).orElseThrow().attempts();
        ahead.add(new Happening(now + workload.testMinutes(), Optional.empty(), lane, attempt, now));
    }
}
