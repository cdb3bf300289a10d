package io.jenkins.plugins.releasetrain.engine.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads OpenMetrics 1.0 text as its grammar and its rules for gauges, counters and histograms say, and forgives nothing. */
final class StrictOpenMetrics {
    private static final Pattern DESCRIPTOR = Pattern.compile("# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("\\G([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\"\\\\n])*)\"(,|$)");
    private static final Map<String, Set<String>> SUFFIXES = Map.of(
            "gauge", Set.of(""),
            "counter", Set.of("_total"),
            "histogram", Set.of("_bucket", "_count", "_sum"));

    /** Values by the name and the labels as they are written. */
    final Map<String, Double> samples = new TreeMap<>();

    private final Set<String> families = new HashSet<>();
    private final Set<String> described = new HashSet<>();
    private final Map<String, List<double[]>> buckets = new HashMap<>();
    private String family = "";
    private String type = "";
    private boolean sampled;

    static StrictOpenMetrics read(String text) {
        StrictOpenMetrics read = new StrictOpenMetrics();
        require(text.endsWith("\n# EOF\n"), "does not end with # EOF");
        String[] lines = text.substring(0, text.length() - "# EOF\n".length()).split("\n");
        for (String line : lines) {
            if (line.startsWith("#")) {
                read.descriptor(line);
            } else {
                read.sample(line);
            }
        }
        read.buckets.forEach(read::histogram);
        return read;
    }

    private static void require(boolean rule, String otherwise) {
        if (!rule) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private void descriptor(String line) {
        Matcher m = DESCRIPTOR.matcher(line);
        require(m.matches(), "not a descriptor: " + line);
        if (!m.group(2).equals(family)) {
            require("TYPE".equals(m.group(1)), "its type comes first: " + line);
            require(families.add(m.group(2)), "family begins again: " + line);
            family = m.group(2);
            sampled = false;
        }
        require(!sampled, "descriptor after samples: " + line);
        require(described.add(m.group(1) + family), "twice: " + line);
        if ("TYPE".equals(m.group(1))) {
            type = m.group(3);
            require(SUFFIXES.containsKey(type), "unknown type: " + line);
            require(!family.matches(".*(_total|_created|_bucket|_count|_sum|_info)"), "reserved suffix: " + line);
        } else if ("UNIT".equals(m.group(1))) {
            require(family.endsWith("_" + m.group(3)), "the name lacks its unit: " + line);
        } else {
            require(m.group(3).matches("([^\\\\]|\\\\[\\\\n\"])*"), "wrong escape: " + line);
        }
    }

    private void sample(String line) {
        Matcher m = SAMPLE.matcher(line);
        require(m.matches(), "not a sample: " + line);
        require(m.group(1).startsWith(family), "not of family " + family + ": " + line);
        String suffix = m.group(1).substring(family.length());
        require(SUFFIXES.get(type).contains(suffix), "wrong suffix for a " + type + ": " + line);
        sampled = true;
        Map<String, String> labels = labels(m.group(2), line);
        double value = Double.parseDouble(m.group(3));
        require("gauge".equals(type) || value >= 0, "negative: " + line);
        require(labels.containsKey("le") == "_bucket".equals(suffix), "le is for buckets: " + line);
        if ("_bucket".equals(suffix)) {
            String le = labels.remove("le");
            buckets.computeIfAbsent(family + labels, k -> new ArrayList<>())
                    .add(new double[] {"+Inf".equals(le) ? Double.POSITIVE_INFINITY : Double.parseDouble(le), value});
        } else {
            require(samples.put(m.group(1) + labels, value) == null, "twice: " + line);
        }
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new TreeMap<>();
        if (text == null) {
            return labels;
        }
        Matcher m = LABEL.matcher(text);
        int end = 0;
        while (m.find()) {
            require(labels.put(m.group(1), m.group(2)) == null, "label twice: " + line);
            end = m.end();
        }
        require(end == text.length() && !text.endsWith(",") && !labels.isEmpty(), "wrong labels: " + line);
        return labels;
    }

    private void histogram(String familyAndLabels, List<double[]> points) {
        double[] before = {Double.NEGATIVE_INFINITY, 0};
        for (double[] point : points) {
            require(point[0] > before[0], "bounds must grow: " + familyAndLabels);
            require(point[1] >= before[1], "counts must not shrink: " + familyAndLabels);
            before = point;
        }
        require(Double.isInfinite(before[0]), "no bucket without bound: " + familyAndLabels);
        int labels = familyAndLabels.indexOf('{');
        String name = familyAndLabels.substring(0, labels);
        String rest = familyAndLabels.substring(labels);
        require(samples.get(name + "_count" + rest) == before[1], "the count is another: " + familyAndLabels);
        require(samples.containsKey(name + "_sum" + rest), "no sum: " + familyAndLabels);
    }
}
