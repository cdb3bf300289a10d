package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The lanes of one environment under a virtual clock ({@link SimulatedLanes}), with services that count for each other, bad
 * neighbours, late builds and outages.
 */
public final class LaneSimulation {
    private static final double LATE_MINUTES = 10;

    private final LaneWorkload workload;
    private final SimulatedLanes lanes;
    private final Random random;
    private final Outages outages;
    private final LaneResult.Tally tally = new LaneResult.Tally();
    private final PriorityQueue<Happening> ahead = new PriorityQueue<>(Comparator.comparingDouble(Happening::minutes));
    private final Map<String, Change> changes = new HashMap<>();
    private final Map<Integer, Integer> builds = new HashMap<>();
    private final Map<Integer, Integer> newest = new HashMap<>();
    private double now;

    private record Change(String lane, int service, int build, boolean bad, double arrived) {}

    /** A change comes, or the tests of a lane's attempt end; neither: the next change is to be thought of. */
    private record Happening(double minutes, Optional<Change> comes, String lane, int attempt, double began) {}

    private LaneSimulation(LaneWorkload workload, LaneSettings.Judging judging) {
        this.workload = workload;
        this.random = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 1);
        this.outages = new Outages(workload);
        this.lanes = new SimulatedLanes(judging, new Ring(workload.services(), workload.connected()), new World());
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
                    Math.min(ahead.isEmpty() ? Double.MAX_VALUE : ahead.peek().minutes(), lanes.due());
            if (at > workload.end()) {
                return tally.result();
            }
            boolean due = at == lanes.due();
            now = at;
            lanes.now(now);
            if (!due) {
                Happening happening = ahead.remove();
                if (happening.comes().isEmpty() && happening.lane().isEmpty()) {
                    next(now);
                    continue;
                }
                happening.comes().ifPresentOrElse(this::arrive, () -> end(happening));
            }
            lanes.settle();
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
        lanes.open(change.lane(), Ring.name(change.service()), change.build());
    }

    /** The tests of every lane begin at once. */
    private final class World implements SimulatedLanes.World {
        @Override
        public void begins(Lane lane) {
            ahead.add(new Happening(now + workload.testMinutes(), Optional.empty(), lane.id(), lane.attempts(), now));
        }

        @Override
        public void ended(Event.LaneEnded e) {
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
    }

    /** A lane's tests end. */
    private void end(Happening happening) {
        Optional<Lane> lane = lanes.testing(happening.lane(), happening.attempt());
        lane.ifPresent(l -> {
            boolean control = l.phase().attempt().orElseThrow().control();
            tally.controls += control ? 1 : 0;
            tally.runs += control || changes.get(l.id()).bad() ? 0 : 1;
            boolean fails = (!control && changes.get(l.id()).bad())
                    || besideBad(l)
                    || random.nextDouble() < workload.flake()
                    || outages.overlap(happening.began(), now);
            lanes.tested(l, fails ? Verdict.FAILED : Verdict.PASSED);
        });
    }

    private boolean besideBad(Lane lane) {
        return lanes.beside(lane).stream().anyMatch(id -> changes.get(id).bad());
    }
}
