package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.simulation.Calibration;
import io.jenkins.plugins.releasetrain.engine.simulation.Workload;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.SortedMap;
import java.util.TreeMap;

/** How many changes are decided within the times that they were told when they came, and what telling them costs. */
final class Expected implements Benchmark {
    private static final int SEEDS = Integer.getInteger("estimates.seeds", 20);
    private static final double DAYS = Integer.getInteger("estimates.days", 60);
    private static final int EVERY = Integer.getInteger("estimates.every", 200);
    private static final double MINUTES = 20;
    private static final double PER_HOUR = 3;
    /** Of the minutes of a trial, where those vary. */
    private static final double DEVIATION = 3;

    private static final double PERCENT = 100;

    private final SortedMap<String, Double> figures = new TreeMap<>();

    @Override
    public SortedMap<String, Double> run(PrintStream out) {
        out.printf(
                "%d seeds, %.0f days, %.0f changes/h, trials of %.0f minutes, one of %d changes is asked about%n",
                SEEDS, DAYS, PER_HOUR, MINUTES, EVERY);
        measure(out, 0, 0, "f0");
        measure(out, 0.03, 0, "f03");
        measure(out, 0, DEVIATION, "varying.f0");
        measure(out, 0.03, DEVIATION, "varying.f03");
        return figures;
    }

    private void measure(PrintStream out, double flake, double deviation, String name) {
        int within = 0;
        int early = 0;
        int late = 0;
        int asked = 0;
        long took = 0;
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (long seed = 1; seed <= SEEDS; seed++) {
            Calibration.Result result = Calibration.of(
                    new Workload(PER_HOUR, 0.05, flake, MINUTES, 1, DAYS, seed).varying(deviation),
                    EVERY,
                    threads::getCurrentThreadCpuTime);
            within += result.within();
            early += result.early();
            late += result.late();
            asked += result.asked();
            took += result.took();
        }
        double all = within + early + late;
        double milliseconds = took / 1e6 / asked;
        out.printf(
                "flakes %.0f %%, lengths ±%.0f: %.1f %% within, %.1f %% before, %.1f %% after, of %.0f; %.0f ms of one core each%n",
                PERCENT * flake,
                deviation,
                PERCENT * within / all,
                PERCENT * early / all,
                PERCENT * late / all,
                all,
                milliseconds);
        figures.put("estimates.within_percent." + name, PERCENT * within / all);
        figures.put("estimates.ms." + name, milliseconds);
    }
}
