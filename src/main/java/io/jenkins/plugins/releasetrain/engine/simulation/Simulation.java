package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.simulation.Line.Attempt;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Events in the order of a virtual clock, in minutes. The arrivals are the same for every line. */
final class Simulation {
    /** So many undecided changes are a full queue. */
    private static final int FULL = 128;
    /** No trial takes less than such a part of the usual one. */
    private static final double SHORTEST = 0.2;

    private final Workload workload;
    private final Line line;
    private final Arrivals arrivals;
    private final Random flakes;
    private final Random lengths;
    private final Map<String, Item> open = new HashMap<>();
    private final PriorityQueue<Running> running = new PriorityQueue<>(Comparator.comparingDouble(Running::end));
    private final Result.Tally tally = new Result.Tally();
    private final Map<Integer, Outages.Sequence> outages = new HashMap<>();
    private final TreeSet<Integer> free = new TreeSet<>();
    private final boolean told;
    private double now;
    private int count;
    private boolean stands;

    private record Item(boolean bad, double arrived) {}

    /**
     * A change that asks to be released.
     *
     * @param minutes since the beginning
     */
    record Arrival(double minutes, boolean bad) {}

    /** Who comes, in order. */
    private interface Arrivals {
        /** Empty: nobody comes any more. */
        Optional<Arrival> next();

        /** One more, now, for a queue that is always full. */
        Arrival atOnce(double now);
    }

    private record Running(Attempt attempt, int place, double start, double end) {}

    private Simulation(Workload workload, Arrivals arrivals, Line line, boolean told) {
        this.workload = workload;
        this.told = told;
        this.line = line;
        this.arrivals = arrivals;
        this.flakes = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 2);
        this.lengths = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 4);
        IntStream.range(0, workload.environments()).forEach(free::add);
    }

    static Result run(Workload workload, Line line) {
        return new Simulation(workload, new Poisson(workload), line, false).run();
    }

    /** Where a line is told of each trial that an outage made say nothing, when it ends: no way to find that out does better. */
    static Result told(Workload workload, Line line) {
        return new Simulation(workload, new Poisson(workload), line, true).run();
    }

    /** The same changes come at the same times as they did. */
    static Result replay(Workload workload, List<Arrival> recorded, Line line) {
        Iterator<Arrival> left = recorded.iterator();
        Arrivals arrivals = new Arrivals() {
            @Override
            public Optional<Arrival> next() {
                return left.hasNext() ? Optional.of(left.next()) : Optional.empty();
            }

            @Override
            public Arrival atOnce(double now) {
                throw new IllegalStateException("A recorded queue is not always full");
            }
        };
        return new Simulation(workload, arrivals, line, false).run();
    }

    /** Those of one seed. */
    private static final class Poisson implements Arrivals {
        private final Workload workload;
        private final Random random;
        private double time;

        Poisson(Workload workload) {
            this.workload = workload;
            this.random = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 1);
        }

        @Override
        public Optional<Arrival> next() {
            if (workload.arrivalsPerHour() <= 0) {
                return Optional.empty();
            }
            time += -Math.log(1 - random.nextDouble()) * 60 / workload.arrivalsPerHour();
            return Optional.of(new Arrival(time, isBad()));
        }

        @Override
        public Arrival atOnce(double now) {
            return new Arrival(now, isBad());
        }

        private boolean isBad() {
            return random.nextDouble() < workload.failure();
        }
    }

    private Result run() {
        Optional<Arrival> next = arrivals.next();
        boolean full = next.isEmpty();
        while (true) {
            while (full && open.size() < FULL) {
                arrive(arrivals.atOnce(now));
            }
            start();
            double nextArrival = next.map(Arrival::minutes).orElse(Double.MAX_VALUE);
            double nextEnd =
                    running.isEmpty() ? Double.MAX_VALUE : running.peek().end();
            double wakes = line.wakes();
            stands(wakes == Double.MAX_VALUE);
            now = Math.min(Math.min(nextArrival, nextEnd), Math.max(now, wakes));
            if (now > workload.end()) {
                return Result.of(tally, workload.end() / 60);
            }
            if (nextArrival <= now) {
                arrive(next.orElseThrow());
                next = arrivals.next();
            } else if (nextEnd <= now) {
                end(running.remove());
            }
        }
    }

    /** Changes wait, nothing runs, and the line waits for nothing either: only a person makes it go on. */
    private void stands(boolean waitsForNothing) {
        boolean still = waitsForNothing && running.isEmpty() && !open.isEmpty();
        tally.standstills += still && !stands ? 1 : 0;
        stands = still;
    }

    private void arrive(Arrival arrival) {
        tally.arrived++;
        String id = "c" + count++;
        open.put(id, new Item(arrival.bad(), arrival.minutes()));
        line.arrived(id);
    }

    private void start() {
        for (int place : List.copyOf(free)) {
            Optional<Attempt> attempt = line.next(place, now);
            settle();
            attempt.ifPresent(a -> {
                running.add(new Running(a, place, now, now + length()));
                free.remove(place);
            });
        }
    }

    private double length() {
        double varies = workload.deviation() == 0 ? 0 : workload.deviation() * lengths.nextGaussian();
        return Math.max(SHORTEST * workload.trialMinutes(), workload.trialMinutes() + varies);
    }

    private void end(Running run) {
        tally.trials++;
        free.add(run.place());
        boolean bad = run.attempt().changes.stream().map(open::get).anyMatch(item -> item != null && item.bad());
        boolean passed = !bad && flakes.nextDouble() >= workload.flake();
        boolean broken = outages.computeIfAbsent(
                        line.environment(run.place()),
                        e -> workload.outages().sequence(workload.seed() * 0x9E3779B97F4A7C15L + 3 + e))
                .overlaps(run.start(), run.end());
        if (broken && told) {
            line.lost(run.attempt());
        } else {
            line.ended(run.attempt(), passed && !broken, now);
        }
        settle();
    }

    private void settle() {
        for (Line.Decided d : line.decided()) {
            Item item = open.remove(d.change());
            tally.decided(item.bad(), d.released(), now - item.arrived());
        }
    }
}
