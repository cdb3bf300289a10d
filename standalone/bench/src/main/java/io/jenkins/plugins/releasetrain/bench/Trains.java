package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics.Prior;
import io.jenkins.plugins.releasetrain.engine.simulation.Outages;
import io.jenkins.plugins.releasetrain.engine.simulation.Policy;
import io.jenkins.plugins.releasetrain.engine.simulation.Result;
import io.jenkins.plugins.releasetrain.engine.simulation.Workload;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Capacity and lead times of trains under a virtual clock, ours and what others do, at the same arrivals. */
final class Trains implements Benchmark {
    private static final int SEEDS = Integer.getInteger("trains.seeds", 20);
    private static final double DAYS = Integer.getInteger("trains.days", 60);
    /** What to measure: capacity, learning, outages, environments, leads, engine; all where it is empty. */
    private static final List<String> ONLY = Stream.of(
                    System.getProperty("only", "").split(","))
            .filter(name -> !name.isEmpty())
            .toList();

    private static final double MINUTES = 30;
    private static final double TRIALS_PER_HOUR = 60 / MINUTES;
    private static final double PERCENT = 100;
    private static final List<Policy> COMPARED =
            List.of(Policy.SERIAL, Policy.BATCH_4, Policy.BORS, Policy.PREFIX_MEMO, Policy.TRAIN);
    private static final Prior USUAL_PRIOR = new Prior(0.05, 40, 0.002, 100, 1.0 / 720, 200, 1);

    private static final Prior TOLD_PRIOR = new Prior(0.05, 40, 0.002, 100);

    private final SortedMap<String, Double> figures = new TreeMap<>();

    @Override
    public SortedMap<String, Double> run(PrintStream out) {
        out.printf("%d seeds, %.0f days, trials of %.0f minutes%n%n", SEEDS, DAYS, MINUTES);
        Map<String, Consumer<PrintStream>> sections = new LinkedHashMap<>();
        sections.put("capacity", this::capacities);
        sections.put("learning", this::usualPrior);
        sections.put("outages", this::outages);
        sections.put("environments", this::environments);
        sections.put("leads", this::leadTimes);
        sections.put("engine", this::engine);
        sections.forEach((name, section) -> {
            if (ONLY.isEmpty() || ONLY.contains(name)) {
                section.accept(out);
            }
        });
        return figures;
    }

    private void engine(PrintStream out) {
        double planning = Planning.milliseconds();
        out.printf(Locale.ROOT, "Planning a trial, 1,000 waiting, 5,000 services: %.1f ms (median)%n%n", planning);
        figures.put("trains.planning_ms", planning);
        try {
            EngineCost.Figures cost = new EngineCost().measure();
            out.printf(
                    Locale.ROOT,
                    "The same, the whole train on H2 in memory: %.0f bytes per waiting change; %.1f store writes and"
                            + " %.0f ms per trial%n%n",
                    cost.bytesPerWaitingChange(),
                    cost.storeWritesPerTrial(),
                    cost.millisecondsPerTrial());
            figures.put("trains.bytes_per_waiting_change", cost.bytesPerWaitingChange());
            figures.put("trains.store_writes_per_trial", cost.storeWritesPerTrial());
            figures.put("trains.engine_ms_per_trial", cost.millisecondsPerTrial());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The benchmark was interrupted", e);
        }
    }

    private void capacities(PrintStream out) {
        out.println("Capacity, changes/h (queue always full)");
        out.printf("%-16s%8s%8s", "p bad, flake", "bound", "");
        COMPARED.forEach(policy -> out.printf("%13s", policy.title()));
        out.printf("%13s%16s%12s%n", "trials/change", "its bound", "wrong ej. %");
        capacity(out, 0.05, 0, "p05_f0");
        capacity(out, 0.10, 0, "p10_f0");
        capacity(out, 0.02, 0, "p02_f0");
        capacity(out, 0.05, 0.03, "p05_f03");
        capacity(out, 0.05, 0.05, "p05_f05");
        capacity(out, 0.10, 0.03, "p10_f03");
        out.println();
    }

    private void capacity(PrintStream out, double failure, double flake, String name) {
        out.printf(
                Locale.ROOT,
                "%.2f, %.2f%6s%8.2f%8s",
                failure,
                flake,
                "",
                TRIALS_PER_HOUR / new Rates(failure, flake).fewestTrialsPerChange(),
                "");
        for (Policy policy : COMPARED) {
            List<Result> results = seeds(seed -> policy.run(full(failure, flake, 1, seed)));
            out.printf(Locale.ROOT, "%13.2f", mean(results));
            if (policy == Policy.TRAIN) {
                double trials = results.stream()
                        .mapToDouble(Result::trialsPerChange)
                        .average()
                        .orElseThrow();
                double wrong = wrongEjections(results);
                out.printf(
                        Locale.ROOT,
                        "%13.4f%16.4f%12.4f%n",
                        trials,
                        new Rates(failure, flake).fewestTrialsPerChange(),
                        wrong);
                figures.put("trains.capacity." + name, mean(results));
                figures.put("trains.trials_per_change." + name, trials);
                figures.put("trains.wrong_ejections." + name, wrong);
            }
        }
    }

    /** Percent of the good changes. */
    private static double wrongEjections(List<Result> results) {
        double wrong = results.stream().mapToInt(Result::wronglyEjected).sum();
        return PERCENT * wrong / results.stream().mapToInt(Result::good).sum();
    }

    private void usualPrior(PrintStream out) {
        out.println(
                "Ours when it expects 5 % bad, 0.2 % flakes and an outage a month (the defaults) and has to learn the"
                        + " truth");
        for (double[] rates : new double[][] {{0.05, 0}, {0.10, 0}, {0.02, 0}, {0.05, 0.03}}) {
            List<Result> results = seeds(seed -> Policy.TRAIN.run(full(rates[0], rates[1], 1, seed), USUAL_PRIOR));
            out.printf(Locale.ROOT, "%.2f, %.2f%35.2f%n", rates[0], rates[1], mean(results));
            if (rates[0] == 0.05 && rates[1] == 0) {
                figures.put("trains.capacity.p05_f0_learning", mean(results));
            }
        }
        out.println();
    }

    /** Environments that break; the train begins with the defaults and has to learn how often. */
    private void outages(PrintStream out) {
        double without = mean(seeds(seed -> Policy.TRAIN.run(full(0.05, 0.03, 1, seed), USUAL_PRIOR)));
        for (int percent : new int[] {2, 5}) {
            Outages outages = new Outages(percent == 2 ? 48 : 18, 1);
            List<Result> results = seeds(seed ->
                    Policy.TRAIN.run(new Workload(0, 0.05, 0.03, MINUTES, 1, DAYS, seed, outages), USUAL_PRIOR));
            double ratio = mean(results) / without;
            if (percent == 2) {
                // Of a simulation: void trials, of which three in a row count as an outage, do not come there.
                double still = results.stream().mapToInt(Result::standstills).sum();
                figures.put("trains.outage2.human_actions", still / SEEDS);
            }
            out.printf(
                    Locale.ROOT,
                    "Environment broken %d %% of the time, p 0.05, flake 0.03: %.2f changes/h = %.3f of what it is"
                            + " without; %.4f %% of the good changes ejected%n",
                    percent,
                    mean(results),
                    ratio,
                    wrongEjections(results));
            figures.put("trains.outage" + percent + ".capacity_ratio.p05_f03", ratio);
            double told = mean(seeds(seed -> Policy.trainToldOfOutages(
                            new Workload(0, 0.05, 0.03, MINUTES, 1, DAYS, seed, outages), TOLD_PRIOR)))
                    / without;
            out.printf(Locale.ROOT, "  told of each trial that overlapped an outage, when it ended: %.3f%n", told);
            figures.put("trains.outage" + percent + ".oracle_ratio.p05_f03", told);
            figures.put("trains.outage" + percent + ".wrong_ejections_percent.p05_f03", wrongEjections(results));
        }
        out.println();
    }

    private void environments(PrintStream out) {
        environments(out, 0.05, 0, "");
        environments(out, 0.05, 0.03, ".p05_f03");
        environments(out, 0.10, 0.03, ".p10_f03");
        environments(out, 0.30, 0.03, ".p30_f03");
        out.println();
    }

    private void environments(PrintStream out, double failure, double flake, String name) {
        double one = mean(seeds(seed -> Policy.TRAIN.run(full(failure, flake, 1, seed))));
        for (int environments = 2; environments <= 3; environments++) {
            int count = environments;
            double capacity = mean(seeds(seed -> Policy.TRAIN.run(full(failure, flake, count, seed))));
            out.printf(
                    Locale.ROOT,
                    "%d environments, p %.2f, flake %.2f: %.2f changes/h = %.2f x one%n",
                    count,
                    failure,
                    flake,
                    capacity,
                    capacity / one);
            figures.put("trains.speedup_" + count + "env" + name, capacity / one);
        }
    }

    private void leadTimes(PrintStream out) {
        leadTimes(out, 0.05, 0);
        leadTimes(out, 0.05, 0.03);
        leadTimes(out, 0.10, 0);
    }

    private void leadTimes(PrintStream out, double failure, double flake) {
        out.printf(Locale.ROOT, "Lead time p50/p95 in minutes, p %.2f, flake %.2f; > : never steady%n", failure, flake);
        for (double arrivals : new double[] {1, 2, 3, 4, 5}) {
            out.printf(Locale.ROOT, "%4.0f changes/h%18s", arrivals, "");
            for (Policy policy : COMPARED) {
                List<Result> results =
                        seeds(seed -> policy.run(new Workload(arrivals, failure, flake, MINUTES, 1, DAYS, seed)));
                double p95 = median(results, 0.95);
                out.printf(
                        "%13s",
                        (results.stream().allMatch(Result::steady) ? "" : ">") + Math.round(median(results, 0.5)) + "/"
                                + Math.round(p95));
                if (policy == Policy.TRAIN && failure == 0.05) {
                    figures.put(
                            String.format(Locale.ROOT, "trains.p95_minutes.a%.0f_f%02.0f", arrivals, flake * PERCENT),
                            p95);
                }
            }
            out.println();
        }
        out.println();
    }

    private static Workload full(double failure, double flake, int environments, long seed) {
        return new Workload(0, failure, flake, MINUTES, environments, DAYS, seed);
    }

    private static List<Result> seeds(LongFunction<Result> run) {
        return LongStream.rangeClosed(1, SEEDS).parallel().mapToObj(run).toList();
    }

    private static double mean(List<Result> results) {
        return results.stream().mapToDouble(Result::capacity).average().orElseThrow();
    }

    private static double median(List<Result> results, double share) {
        double[] leads =
                results.stream().mapToDouble(r -> r.lead(share)).sorted().toArray();
        return Arrays.stream(leads).skip(leads.length / 2).findFirst().orElseThrow();
    }
}
