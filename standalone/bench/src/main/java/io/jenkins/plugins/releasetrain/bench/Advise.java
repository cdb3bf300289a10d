package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.simulation.Advisor;
import io.jenkins.plugins.releasetrain.engine.simulation.Policy;
import io.jenkins.plugins.releasetrain.engine.simulation.Replay;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code standalone/bench/advise}: mono or micro, at given rates or at those of a site's own history. */
@Command(
        name = "advise",
        mixinStandardHelpOptions = true,
        description = "Mono or micro? Simulates 60 days of a site with the train's own policy and with others.")
final class Advise implements Callable<Integer> {
    private static final int PAGE = 1000;
    private static final double PERCENT = 100;

    @Spec
    private CommandSpec spec;

    @Option(names = "--changes-per-hour", defaultValue = "3", description = "default: ${DEFAULT-VALUE}")
    private double changesPerHour;

    @Option(names = "--failure", defaultValue = "0.05", description = "share of bad changes; default: ${DEFAULT-VALUE}")
    private double failure;

    @Option(
            names = "--flake",
            defaultValue = "0.01",
            description = "share of good runs that fail; default: ${DEFAULT-VALUE}")
    private double flake;

    @Option(names = "--cycle-minutes", defaultValue = "30", description = "install and test; default: ${DEFAULT-VALUE}")
    private double cycleMinutes;

    @Option(names = "--environments", defaultValue = "2", description = "of a train; default: ${DEFAULT-VALUE}")
    private int environments;

    @Option(names = "--lanes", defaultValue = "4", description = "at once; default: ${DEFAULT-VALUE}")
    private int lanes;

    @Option(names = "--store", description = "directory of a store with a site's history, to measure the rates from")
    private Path store;

    @Option(names = "--train", description = "whose history; with --store")
    private String train;

    @Option(
            names = "--replay",
            description = "the history itself under other settings, rather than its rates; with --store and --train")
    private boolean replay;

    private Advise() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Advise())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage());
                    return failure instanceof EngineException
                            ? CommandLine.ExitCode.USAGE
                            : CommandLine.ExitCode.SOFTWARE;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() {
        if (replay) {
            replay(Replay.of(events()));
            return 0;
        }
        Advisor.Site site = store == null
                ? new Advisor.Site(changesPerHour, failure, flake, cycleMinutes, environments, lanes)
                : measured();
        Advisor.Advice advice = Advisor.advise(site);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%.2f changes/h, %.1f %% bad, %.1f %% flakes, cycles of %.0f minutes%n%n",
                site.changesPerHour(),
                PERCENT * site.failure(),
                PERCENT * site.flake(),
                site.trialMinutes());
        out.printf(
                "%-22s%14s%12s%12s%16s%18s%n",
                "", "capacity/h", "p50 min", "p95 min", "trials/change", "wrongly ejected");
        for (Advisor.Row row : advice.rows()) {
            out.printf(
                    Locale.ROOT,
                    "%-22s%14.2f%12s%12s%16.3f%16.3f %%%n",
                    row.title(),
                    row.capacity(),
                    minutes(row, row.p50Minutes()),
                    minutes(row, row.p95Minutes()),
                    row.trialsPerChange(),
                    PERCENT * row.wrongEjections());
        }
        out.printf("%n%s%n", advice.text());
        out.flush();
        return 0;
    }

    private static String minutes(Advisor.Row row, double minutes) {
        return row.steady() ? String.valueOf(Math.round(minutes)) : "never";
    }

    private void replay(Replay history) {
        List<Replay.Row> rows = new ArrayList<>();
        rows.add(history.actual());
        rows.add(history.with(Policy.SERIAL, 1));
        rows.add(history.with(Policy.BORS, 1));
        for (int count = 1; count <= environments; count++) {
            for (int largest : new int[] {4, 32}) {
                rows.add(history.with(new Replay.Choice(
                        count, 1, largest, Replay.Choice.of(count).innocenceBound())));
            }
        }
        rows.add(history.with(Policy.LANES, lanes));
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%-36s%10s%12s%12s%16s%n", "", "decided", "p50 min", "p95 min", "trials/change");
        for (Replay.Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-36s%10d%12.0f%12.0f%16.3f%n",
                    row.title(),
                    row.decided(),
                    row.p50Minutes(),
                    row.p95Minutes(),
                    row.trialsPerChange());
        }
        out.flush();
    }

    private Advisor.Site measured() {
        return Advisor.measured(events(), environments, lanes);
    }

    private List<RecordedEvent> events() {
        if (store == null || train == null) {
            throw EngineException.invalid("Whose history? Give --store and --train");
        }
        try (Store history = SqlStore.open(StoreSettings.h2(store))) {
            List<RecordedEvent> events = new ArrayList<>();
            List<RecordedEvent> page;
            do {
                page = history.events("train/" + train, events.size(), PAGE);
                events.addAll(page);
            } while (page.size() == PAGE);
            return events;
        }
    }
}
