package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.registry.Registry.Traffic;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table at the end. */
final class Summary {
    private static final String FORM = "%-20s  %-44s  %-30s  %8s  %8s  %10s%n";

    private final List<Row> rows = new ArrayList<>();

    /**
     * One line.
     *
     * @param traffic with both registries while it went on
     */
    record Row(String release, String changes, String verdict, double seconds, Traffic traffic) {}

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
                    String.format(Locale.ROOT, "%.1f", row.seconds()),
                    row.traffic().requests(),
                    row.traffic().bytesReceived() + row.traffic().bytesSent());
        }
    }
}
