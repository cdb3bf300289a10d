package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.simulation.Line.Attempt;
import io.jenkins.plugins.releasetrain.engine.train.Evidence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * When those that wait are decided: the train's own policy, many times over, from where the train stands now, with who is
 * bad, what flakes and who comes drawn at the measured rates. Pure, and always the same for a seed.
 */
public final class Estimates {
    /** So many runs. */
    static final int RUNS = 50;

    /** With such a chance a change is decided within what is told. */
    static final double HELD = 0.9;

    /** A run that takes more trials than that is not over: what it did not decide is later than everything. */
    private static final int TRIALS = 300;
    /** Trials of all runs, so that it stays cheap; runs beyond that are left out. */
    private static final int BUDGET = 3_000;

    private static final int DRAWS = 500;
    private static final double MILLIS_PER_MINUTE = 60_000;
    /** What runs longer than usual goes on for such a part of a trial. */
    private static final double LATE = 0.1;

    private static final double SHORTEST = 0.2;

    private final TrainLine.Present present;
    private final Setting setting;
    private final double now;
    private final Random random;
    private final Rates rates;
    private final Set<String> waiting;
    private int trials;

    /**
     * How the train works.
     *
     * @param trialMinutes how long a trial takes, installation included; {@code deviation}: the standard deviation of that
     * @param arrivalsPerHour how many come meanwhile
     * @param later who is not looked at before then
     */
    public record Setting(
            TrainLine.Settings train,
            List<String> environments,
            double trialMinutes,
            double deviation,
            double arrivalsPerHour,
            Later later) {}

    /** Those that wait for a scheduled departure. */
    public record Later(Instant at, List<String> changes) {
        public static final Later NONE = new Later(Instant.EPOCH, List.of());
    }

    /** In nine of ten runs a change was decided within this time. */
    public record Range(Instant from, Instant to) {}

    private record Running(Attempt attempt, int place, double end) {}

    private Estimates(TrainLine.Present present, Setting setting, Instant now, long seed) {
        this.present = present;
        this.setting = setting;
        this.now = now.toEpochMilli() / MILLIS_PER_MINUTE;
        this.random = new Random(seed);
        this.waiting = new HashSet<>(all());
        this.rates = present.statistics().rates(setting.train().prior());
    }

    /** @return by change; those that most runs do not come to are left out */
    public static Map<String, Range> of(TrainLine.Present present, Setting setting, Instant now, long seed) {
        return new Estimates(present, setting, now, seed).ranges();
    }

    private Map<String, Range> ranges() {
        Map<String, List<Double>> ends = new LinkedHashMap<>();
        all().forEach(change -> ends.put(change, new ArrayList<>()));
        int runs = 0;
        while (runs < RUNS && trials < BUDGET) {
            Map<String, Double> decided = run();
            ends.forEach((change, all) -> all.add(decided.getOrDefault(change, Double.MAX_VALUE)));
            runs++;
        }
        Map<String, Range> ranges = new LinkedHashMap<>();
        ends.forEach((change, all) -> {
            double[] sorted =
                    all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            shortest(sorted, HELD).ifPresent(s -> ranges.put(change, new Range(at(s.from()), at(s.to()))));
        });
        return ranges;
    }

    /** From one value to another one, both included. */
    record Stretch(double from, double to) {}

    /**
     * The shortest stretch between two values that holds one more of their kind with at least this chance, of several the
     * first; empty where those are not decided. One more is between the first and the k-th of n in a row with the chance of
     * (k - 1) / (n + 1), whatever its distribution. Trials end at few moments, of which each is all or nothing: what is cut off
     * at both sides, as quantiles are, then holds a moment more than it has to at either side.
     *
     * @param sorted {@code Double.MAX_VALUE}: never decided
     */
    static Optional<Stretch> shortest(double[] sorted, double share) {
        int held = Math.min(sorted.length, 1 + (int) Math.ceil(share * (sorted.length + 1)));
        Stretch best = null;
        for (int first = 0; held > 0 && first + held <= sorted.length; first++) {
            Stretch stretch = new Stretch(sorted[first], sorted[first + held - 1]);
            boolean shorter = best == null || stretch.to() - stretch.from() < best.to() - best.from();
            if (stretch.to() < Double.MAX_VALUE && shorter) {
                best = stretch;
            }
        }
        return Optional.ofNullable(best);
    }

    private List<String> all() {
        return Stream.concat(present.queue().stream(), setting.later().changes().stream())
                .toList();
    }

    private static Instant at(double minutes) {
        return Instant.ofEpochMilli(Math.round(minutes * MILLIS_PER_MINUTE));
    }

    /** One run. @return when each change was decided, in minutes */
    private Map<String, Double> run() {
        return new Course().run();
    }

    /** What happens in one run. */
    private final class Course {
        private final TrainLine line = new TrainLine(setting.train(), present, setting.environments());
        private final Set<String> bad = culprits();
        private final PriorityQueue<Running> running = new PriorityQueue<>(Comparator.comparingDouble(Running::end));
        private final TreeSet<Integer> free = new TreeSet<>();
        private final Map<String, Double> decided = new HashMap<>();
        private double time = now;
        private double arrival = now + pause();
        private double departure = minutes(setting.later());
        private int newcomers;
        private int tried;

        Map<String, Double> run() {
            IntStream.range(0, setting.environments().size()).forEach(free::add);
            present.trials().forEach(this::goOn);
            boolean goesOn = true;
            while (goesOn && tried < TRIALS && decided.size() < waiting.size()) {
                start();
                note();
                goesOn = happens();
            }
            return decided;
        }

        private void goOn(TrainLine.Trial trial) {
            int place = setting.environments().indexOf(trial.environment());
            if (free.remove(place)) {
                double since = trial.since().toEpochMilli() / MILLIS_PER_MINUTE;
                running.add(new Running(line.goOn(trial), place, Math.max(since + length(), now + late())));
            }
        }

        private void start() {
            for (int place : List.copyOf(free)) {
                line.next(place, time).ifPresent(attempt -> {
                    running.add(new Running(attempt, place, time + length()));
                    free.remove(place);
                });
            }
        }

        private void note() {
            line.decided().stream()
                    .filter(d -> waiting.contains(d.change()))
                    .forEach(d -> decided.put(d.change(), time));
        }

        /** The next thing. @return whether there is one */
        private boolean happens() {
            double end = running.isEmpty() ? Double.MAX_VALUE : running.peek().end();
            double wakes = free.isEmpty() ? Double.MAX_VALUE : Math.max(time, line.wakes());
            time = Math.min(Math.min(end, Math.min(arrival, departure)), wakes);
            if (time == Double.MAX_VALUE) {
                return false;
            } else if (departure <= time) {
                departure = Double.MAX_VALUE;
                setting.later().changes().forEach(line::arrived);
            } else if (arrival <= time) {
                String change = "newcomer " + newcomers++;
                arrival += pause();
                draw(change, bad);
                line.arrived(change);
            } else if (end <= time) {
                Running over = running.remove();
                free.add(over.place());
                tried++;
                trials++;
                line.ended(over.attempt(), passes(over.attempt(), bad), time);
                note();
            }
            return true;
        }
    }

    private boolean passes(Attempt attempt, Set<String> bad) {
        return attempt.changes.stream().noneMatch(bad::contains) && random.nextDouble() >= rates.flake();
    }

    private double minutes(Later later) {
        return later.changes().isEmpty()
                ? Double.MAX_VALUE
                : Math.max(now, later.at().toEpochMilli() / MILLIS_PER_MINUTE);
    }

    private double length() {
        double drawn = setting.trialMinutes() + setting.deviation() * random.nextGaussian();
        return Math.max(SHORTEST * setting.trialMinutes(), drawn);
    }

    private double late() {
        return -Math.log(1 - random.nextDouble()) * LATE * setting.trialMinutes();
    }

    private double pause() {
        return setting.arrivalsPerHour() <= 0
                ? Double.MAX_VALUE
                : -Math.log(1 - random.nextDouble()) * 60 / setting.arrivalsPerHour();
    }

    private void draw(String change, Set<String> bad) {
        if (random.nextDouble() < rates.failure()) {
            bad.add(change);
        }
    }

    /** Who is bad: drawn at the measured rate until it explains what failed and what passed. */
    private Set<String> culprits() {
        Evidence evidence = present.evidence();
        Set<String> innocent = new HashSet<>();
        evidence.passes().forEach(p -> innocent.addAll(p.changes()));
        Set<String> bad = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            bad.clear();
            waiting.stream().sorted().filter(c -> !innocent.contains(c)).forEach(c -> draw(c, bad));
            if (explains(evidence, bad)) {
                return bad;
            }
        }
        evidence.failures().stream()
                .map(Evidence.Tried::changes)
                .filter(failed -> failed.stream().noneMatch(bad::contains))
                .flatMap(failed ->
                        failed.stream().filter(c -> !innocent.contains(c)).limit(1))
                .forEach(bad::add);
        return bad;
    }

    private boolean explains(Evidence evidence, Set<String> bad) {
        return evidence.failures().stream()
                .allMatch(f -> f.changes().stream().anyMatch(bad::contains) || random.nextDouble() < rates.flake());
    }
}
