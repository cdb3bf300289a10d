package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.simulation.Line.Attempt;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;

/** Events in the order of a virtual clock, in minutes. The arrivals of one seed are the same for every line. */
final class Simulation {
    /** So many undecided changes are a full queue. */
    private static final int FULL = 128;

    private final Workload workload;
    private final Line line;
    private final Random arrivals;
    private final Random flakes;
    private final Map<String, Item> open = new HashMap<>();
    private final PriorityQueue<Running> running = new PriorityQueue<>(Comparator.comparingDouble(Running::end));
    private final Result.Tally tally = new Result.Tally();
    private double now;
    private int count;

    private record Item(boolean bad, double arrived) {}

    private record Running(Attempt attempt, double end) {}

    private Simulation(Workload workload, Line line) {
        this.workload = workload;
        this.line = line;
        this.arrivals = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 1);
        this.flakes = new Random(workload.seed() * 0x9E3779B97F4A7C15L + 2);
    }

    static Result run(Workload workload, Line line) {
        return new Simulation(workload, line).run();
    }

    private Result run() {
        double nextArrival = workload.arrivalsPerHour() > 0 ? gap() : Double.MAX_VALUE;
        while (true) {
            fill();
            start();
            double nextEnd =
                    running.isEmpty() ? Double.MAX_VALUE : running.peek().end();
            now = Math.min(nextArrival, nextEnd);
            if (now > workload.end()) {
                return Result.of(tally, workload.end() / 60);
            }
            if (nextArrival <= nextEnd) {
                arrive();
                nextArrival += gap();
            } else {
                end(running.remove().attempt());
            }
        }
    }

    private double gap() {
        return -Math.log(1 - arrivals.nextDouble()) * 60 / workload.arrivalsPerHour();
    }

    private void fill() {
        while (workload.arrivalsPerHour() <= 0 && open.size() < FULL) {
            arrive();
        }
    }

    private void arrive() {
        tally.arrived++;
        String id = "c" + count++;
        open.put(id, new Item(arrivals.nextDouble() < workload.failure(), now));
        line.arrived(id);
    }

    private void start() {
        boolean more = true;
        while (more && running.size() < workload.environments()) {
            Optional<Attempt> attempt = line.next();
            settle();
            attempt.ifPresent(a -> running.add(new Running(a, now + workload.trialMinutes())));
            more = attempt.isPresent();
        }
    }

    private void end(Attempt attempt) {
        tally.trials++;
        boolean bad = attempt.changes.stream().map(open::get).anyMatch(item -> item != null && item.bad());
        line.ended(attempt, !bad && flakes.nextDouble() >= workload.flake());
        settle();
    }

    private void settle() {
        for (Line.Decided d : line.decided()) {
            Item item = open.remove(d.change());
            tally.decided(item.bad(), d.released(), now - item.arrived());
        }
    }
}
