package io.jenkins.plugins.releasetrain.engine.blame;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The runs that show who is to blame, in order, all in one environment: failed with the change, passed without it, and so
 * on (I4).
 */
public record Proof(List<Run> runs) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

    public Proof {
        runs = List.copyOf(runs);
    }

    /** For people, for example {@code in staging: failed in 7 (2026-01-01 10:30 UTC), passed without it in 8 (…)}. */
    public String text() {
        return runs.isEmpty()
                ? ""
                : "in " + runs.get(0).environment() + ": "
                        + runs.stream().map(Proof::text).collect(Collectors.joining(", "));
    }

    private static String text(Run run) {
        String how = run.failed()
                ? "failed with it in "
                : run.isControl() ? "the baseline passed in " : "passed without it in ";
        return how + run.id() + " (" + TIME.format(run.end()) + " UTC)";
    }
}
