package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Traffic;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The table at the end. */
final class Summary {
    private static final String FORM = "%-20s  %-44s  %-30s  %8s  %8s  %10s%n";

    private final List<Row> rows = new ArrayList<>();

    /**
     * One line.
     *
     * @param cost empty for a part of what the line after it sums up
     */
    record Row(String release, String changes, String verdict, Optional<Cost> cost) {
        static Row part(String release, String changes, Outcome outcome) {
            String text = States.of(outcome).word();
            return new Row(release.isEmpty() ? "-" : release, changes, text, Optional.empty());
        }
    }

    /** @param traffic with both registries */
    record Cost(double seconds, Traffic traffic) {}

    void add(Row row) {
        rows.add(row);
    }

    void print(PrintStream out) {
        out.printf(FORM, "release", "changes", "verdict", "seconds", "requests", "bytes");
        out.println("-".repeat(130));
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    FORM,
                    row.release(),
                    row.changes(),
                    row.verdict(),
                    row.cost()
                            .map(c -> String.format(Locale.ROOT, "%.1f", c.seconds()))
                            .orElse(""),
                    row.cost()
                            .map(c -> c.traffic().requests())
                            .map(Object::toString)
                            .orElse(""),
                    row.cost()
                            .map(c -> c.traffic().bytesReceived() + c.traffic().bytesSent())
                            .map(Object::toString)
                            .orElse(""));
        }
    }
}
