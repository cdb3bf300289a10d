package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.store.DayCounts;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Writes OpenMetrics text (OpenMetrics 1.0, "Text format"; what Prometheus reads): families, each with all its samples. */
final class OpenMetrics {
    static final String TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final StringBuilder text = new StringBuilder();
    private String family = "";

    /** Begins a family; its samples follow. */
    OpenMetrics gauge(String name, String unit, String help) {
        return family(name, "gauge", unit, help);
    }

    OpenMetrics counter(String name, String unit, String help) {
        return family(name, "counter", unit, help);
    }

    OpenMetrics histogram(String name, String unit, String help) {
        return family(name, "histogram", unit, help);
    }

    private OpenMetrics family(String name, String type, String unit, String help) {
        family = "release_train_" + name + (unit.isEmpty() ? "" : "_" + unit);
        text.append("# TYPE ").append(family).append(' ').append(type).append('\n');
        if (!unit.isEmpty()) {
            text.append("# UNIT ").append(family).append(' ').append(unit).append('\n');
        }
        text.append("# HELP ").append(family).append(' ').append(escaped(help)).append('\n');
        return this;
    }

    /** A gauge's value. */
    void value(Map<String, String> labels, double value) {
        sample("", labels, number(value));
    }

    /** A counter's value. */
    void total(Map<String, String> labels, long value) {
        sample("_total", labels, String.valueOf(value));
    }

    void histogram(Map<String, String> labels, DayCounts.Histogram histogram) {
        Map<String, String> more = new TreeMap<>(labels);
        histogram.counts().forEach((bound, count) -> {
            more.put("le", Double.isInfinite(bound) ? "+Inf" : number(bound));
            sample("_bucket", more, String.valueOf(count));
        });
        sample("_count", labels, String.valueOf(histogram.count()));
        sample("_sum", labels, number(histogram.sum()));
    }

    private void sample(String suffix, Map<String, String> labels, String value) {
        text.append(family).append(suffix);
        String separator = "{";
        for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
            text.append(separator)
                    .append(label.getKey())
                    .append("=\"")
                    .append(escaped(label.getValue()))
                    .append('"');
            separator = ",";
        }
        text.append(labels.isEmpty() ? " " : "} ").append(value).append('\n');
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }

    byte[] end() {
        return text.append("# EOF\n").toString().getBytes(StandardCharsets.UTF_8);
    }
}
