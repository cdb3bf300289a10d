package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics.Prior;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Judging;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.WhenBroken;
import io.jenkins.plugins.releasetrain.engine.simulation.LaneResult;
import io.jenkins.plugins.releasetrain.engine.simulation.LaneSimulation;
import io.jenkins.plugins.releasetrain.engine.simulation.LaneWorkload;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Lanes under a virtual clock, by their real policy: 500 services, 60 changes an hour, tests of 20 minutes, 5 % bad changes,
 * 2 % flakes, one change in fifty overtaken by a newer build of its service. {@code -Dlanes.seeds} and {@code -Dlanes.days} say how
 * much of it.
 */
final class Lanes implements Benchmark {
    private static final int SERVICES = 500;
    private static final double LATE = 0.02;
    private static final double INNOCENCE = 0.0002;
    private static final double P95 = 0.95;

    private final int seeds = Integer.getInteger("lanes.seeds", 20);
    private final double days = Integer.getInteger("lanes.days", 2);
    private final SortedMap<String, Double> figures = new TreeMap<>();
    private int olderOverNewer;

    @Override
    public SortedMap<String, Double> run(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%d seeds, %.0f days, %d services, 60 changes/h, tests of 20 minutes%n%n",
                seeds,
                days,
                SERVICES);
        out.printf(
                "%-34s%12s%12s%10s%10s%12s%12s%12s%n",
                "", "runs/good", "p50/p95 min", "wrong %", "bad rel.", "undecided", "superseded", "controls");
        List<LaneResult> d0 = measure(out, "0 connected", 0, 0);
        figures.put("lanes.runs_per_good_change.d0", runs(d0));
        figures.put("lanes.wrong_ejections_percent.f02", wrong(d0));
        List<LaneResult> d3 = measure(out, "3 connected", 3, 0);
        figures.put("lanes.runs_per_good_change.d3", runs(d3));
        figures.put(
                "lanes.p95_minutes.d3",
                d3.stream().mapToDouble(r -> r.lead(P95)).average().orElseThrow());
        List<LaneResult> d10 = measure(out, "10 connected", 10, 0);
        figures.put("lanes.runs_per_good_change.d10", runs(d10));
        List<LaneResult> outages = measure(out, "3 connected, broken 2 % of the time", 3, 48);
        figures.put("lanes.outage2.wrong_ejections_percent", wrong(outages));
        figures.put(
                "lanes.outage2.p95_minutes",
                outages.stream().mapToDouble(r -> r.lead(P95)).average().orElseThrow());
        figures.put("lanes.older_over_newer", (double) olderOverNewer);
        return figures;
    }

    private List<LaneResult> measure(PrintStream out, String title, int connected, double worksHours) {
        Prior prior = new Prior(0.05, 40, 0.02, 100, worksHours == 0 ? 0 : 1 / worksHours, 48, 1);
        Judging judging = new Judging(prior, INNOCENCE, WhenBroken.RETRY);
        List<LaneResult> results = LongStream.rangeClosed(1, seeds)
                .parallel()
                .mapToObj(seed -> LaneSimulation.run(
                        new LaneWorkload(SERVICES, connected, 60, LATE, 0.05, 0.02, 20, worksHours, 1, days, seed),
                        judging))
                .toList();
        olderOverNewer += results.stream().mapToInt(LaneResult::olderOverNewer).sum();
        out.printf(
                Locale.ROOT,
                "%-34s%12.4f%12s%10.4f%10d%12d%12d%12d%n",
                title,
                runs(results),
                Math.round(results.get(0).lead(0.5)) + "/"
                        + Math.round(results.get(0).lead(P95)),
                wrong(results),
                results.stream().mapToInt(LaneResult::badReleased).sum(),
                results.stream().mapToInt(LaneResult::undecided).sum(),
                results.stream().mapToInt(LaneResult::superseded).sum(),
                results.stream().mapToLong(LaneResult::controls).sum());
        return results;
    }

    private static double runs(List<LaneResult> results) {
        double runs = results.stream().mapToLong(r -> r.runs() + r.controls()).sum();
        return runs / results.stream().mapToInt(LaneResult::released).sum();
    }

    /** Of all seeds together. */
    private static double wrong(List<LaneResult> results) {
        double wrong = results.stream().mapToInt(LaneResult::wronglyEjected).sum();
        return 100
                * wrong
                / results.stream()
                        .mapToInt(r -> r.released() + r.wronglyEjected())
                        .sum();
    }
}
