package io.jenkins.plugins.releasetrain.engine.blame;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Function;
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
        return text(run -> " in " + run.id());
    }

    /** The same where runs have no names that people know, for example {@code in staging: failed (2026-01-01 10:30 UTC), …}. */
    public String times() {
        return text(run -> "");
    }

    private String text(Function<Run, String> name) {
        return runs.isEmpty()
                ? ""
                : "in " + runs.get(0).environment() + ": "
                        + runs.stream().map(run -> text(run, name)).collect(Collectors.joining(", "));
    }

    private static String text(Run run, Function<Run, String> name) {
        String how = run.failed() ? "failed with it" : run.isControl() ? "the baseline passed" : "passed without it";
        return how + name.apply(run) + " (" + TIME.format(run.end()) + " UTC)";
    }
}
