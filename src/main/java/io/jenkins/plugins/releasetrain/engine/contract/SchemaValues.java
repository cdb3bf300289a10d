package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Enums, constants, defaults, limits and patterns; patterns are compared as texts and never evaluated. */
final class SchemaValues {
    private final SchemaComparison.Report report;
    private final Schema old;
    private final Schema now;
    private final Budget budget;

    SchemaValues(SchemaComparison.Report report, Budget budget) {
        this.report = report;
        this.old = report.old();
        this.now = report.now();
        this.budget = budget;
    }

    void compare() {
        enums();
        constants();
        defaults();
        SchemaReader.LIMITS.forEach(this::limit);
        patterns();
    }

    private void enums() {
        if (old.values == null && now.values == null) {
            return;
        }
        if (old.values == null) {
            if (report.isRequest() && !now.constant.isThere()) {
                report.add(
                        Severity.ERROR,
                        report.place().rule("became-enum"),
                        "enum",
                        "Only some values are taken any more");
            }
            return;
        }
        values(byText(old.values), now.values == null ? Map.of() : byText(now.values));
    }

    private void values(Map<String, Json> before, Map<String, Json> after) {
        after.forEach((text, value) -> {
            if (!before.containsKey(text)) {
                report.severity(
                        Severity.INFO,
                        Severity.WARN,
                        "enum-value-added",
                        "enum",
                        "The value " + value.shown() + " is new in the enum");
            }
        });
        if (now.values == null) {
            report.severity(
                    Severity.INFO,
                    Severity.WARN,
                    "enum-value-added",
                    "enum",
                    "Any value is possible, not only an enum's");
            return;
        }
        before.forEach((text, value) -> {
            if (!after.containsKey(text)) {
                report.severity(
                        Severity.ERROR,
                        Severity.INFO,
                        "enum-value-removed",
                        "enum",
                        "The value " + value.shown() + " is not in the enum any more");
            }
        });
    }

    private Map<String, Json> byText(List<Json> values) {
        budget.step(values.size());
        Map<String, Json> byText = new LinkedHashMap<>();
        values.forEach(v -> byText.putIfAbsent(SchemaReader.text(v), v));
        return byText;
    }

    private void constants() {
        boolean was = old.constant.isThere();
        boolean is = now.constant.isThere();
        if (was && is && !JsonEquality.same(old.constant, now.constant, budget)) {
            report.severity(
                    Severity.ERROR,
                    Severity.ERROR,
                    "const-changed",
                    "const",
                    "The only value was " + old.constant.shown() + " and is " + now.constant.shown());
        } else if (was && !is) {
            report.severity(
                    Severity.INFO, Severity.ERROR, "const-removed", "const", "It is not one value only any more");
        } else if (!was && is) {
            report.severity(
                    Severity.ERROR, Severity.INFO, "const-added", "const", "The only value is " + now.constant.shown());
        }
    }

    /** Who leaves a parameter out gets its default; elsewhere a default only tells. */
    private void defaults() {
        if (JsonEquality.same(old.fallback, now.fallback, budget)) {
            return;
        }
        String change = !old.fallback.isThere() ? "added" : !now.fallback.isThere() ? "removed" : "changed";
        report.add(
                report.place().what().equals(Place.PARAMETER) ? Severity.ERROR : Severity.INFO,
                report.place().rule("default-value-" + change),
                "default",
                "The default was " + (old.fallback.isThere() ? old.fallback.shown() : "none") + " and is "
                        + (now.fallback.isThere() ? now.fallback.shown() : "none"));
    }

    private void limit(String keyword, String word) {
        BigDecimal before = limit(old, keyword);
        BigDecimal after = limit(now, keyword);
        if (before == null ? after == null : after != null && before.compareTo(after) == 0) {
            return;
        }
        boolean upper = SchemaReader.UPPER.contains(keyword);
        String message = keyword + " was " + shown(before) + " and is " + shown(after);
        if (before == null) {
            report.severity(Severity.WARN, Severity.INFO, word + "-set", keyword, message);
        } else if (after == null) {
            report.severity(Severity.INFO, Severity.ERROR, word + "-unset", keyword, message);
        } else {
            boolean increased = before.compareTo(after) < 0;
            boolean wider = increased == upper;
            report.severity(
                    wider ? Severity.INFO : Severity.ERROR,
                    wider ? Severity.ERROR : Severity.INFO,
                    word + (increased ? "-increased" : "-decreased"),
                    keyword,
                    message);
        }
    }

    /** A text has at least no characters, whether that is written or not. */
    private static BigDecimal limit(Schema schema, String keyword) {
        BigDecimal limit = schema.limits.get(keyword);
        return limit == null && keyword.equals("minLength") ? BigDecimal.ZERO : limit;
    }

    private static String shown(BigDecimal limit) {
        return limit == null ? "not set" : Texts.shown(limit.toString());
    }

    private void patterns() {
        if (old.patterns.equals(now.patterns)) {
            return;
        }
        TreeSet<String> gone = new TreeSet<>(old.patterns);
        gone.removeAll(now.patterns);
        TreeSet<String> added = new TreeSet<>(now.patterns);
        added.removeAll(old.patterns);
        String message = "The pattern was " + Texts.shown(old.patterns.toString()) + " and is "
                + Texts.shown(now.patterns.toString());
        if (added.isEmpty()) {
            report.severity(Severity.INFO, Severity.INFO, "pattern-removed", "pattern", message);
        } else if (gone.isEmpty()) {
            report.severity(Severity.ERROR, Severity.INFO, "pattern-added", "pattern", message);
        } else {
            boolean any = added.stream().allMatch(p -> p.equals(".*") || p.equals("^.*$"));
            report.severity(
                    any ? Severity.INFO : Severity.WARN,
                    Severity.INFO,
                    any && report.isRequest() ? "pattern-generalized" : "pattern-changed",
                    "pattern",
                    message);
        }
    }
}
