package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares the schemas of two versions. Each pair of schemas is compared once in each direction, whoever uses them: the
 * first place is told. Goes by a queue, not by recursion, so that neither circles nor depth matter.
 */
final class SchemaComparison {
    private final References older;
    private final References newer;
    private final SchemaReader oldReader;
    private final SchemaReader newReader;
    private final Budget budget;
    private final Findings findings;
    private final Deque<Task> open = new ArrayDeque<>();
    private final Set<Key> seen = new HashSet<>();

    private record Task(List<Json> before, List<Json> after, Place place) {}

    private record Key(List<Json> before, List<Json> after, Direction direction, String what) {}

    SchemaComparison(References older, References newer, Budget budget, Findings findings) {
        this.older = older;
        this.newer = newer;
        this.budget = budget;
        this.findings = findings;
        this.oldReader = new SchemaReader(older, budget);
        this.newReader = new SchemaReader(newer, budget);
    }

    Budget budget() {
        return budget;
    }

    boolean same(Json before, Json after) {
        return JsonEquality.same(before, after, budget);
    }

    /** Compares two schemas and whatever they refer to. */
    void compare(Json before, Json after, Place place) {
        add(before.isThere() ? List.of(before) : List.of(), after.isThere() ? List.of(after) : List.of(), place);
        while (!open.isEmpty()) {
            Task task = open.pop();
            Schema old = oldReader.read(task.before());
            Schema now = newReader.read(task.after());
            budget.in(now.file());
            compare(old, now, task.place());
        }
    }

    Json resolvedOld(Json json) {
        return older.resolve(json);
    }

    Json resolvedNew(Json json) {
        return newer.resolve(json);
    }

    /** What documents written by one version mean to the other, and the other way round. */
    void compareBothWays(Json before, Json after, String location) {
        for (Direction direction : Direction.values()) {
            compare(before, after, new Place(direction, Place.BODY, location));
        }
    }

    /** To be compared later. */
    void add(List<Json> before, List<Json> after, Place place) {
        if (before.isEmpty() && after.isEmpty()) {
            return;
        }
        budget.step(10L + before.size() + after.size());
        List<Json> old = before.stream().map(older::resolve).toList();
        List<Json> now = after.stream().map(newer::resolve).toList();
        // Json is compared by identity; what stands beside a $ref is part of the parts themselves.
        boolean plain = !hasSiblings(before) && !hasSiblings(after);
        Key key = plain
                ? new Key(old, now, place.direction(), place.what())
                : new Key(before, after, place.direction(), place.what());
        if (seen.add(key)) {
            open.push(new Task(before, after, place));
        }
    }

    private static boolean hasSiblings(List<Json> parts) {
        return parts.stream().anyMatch(p -> p.has("$ref") && p.members().size() > 1);
    }

    private void compare(Schema old, Schema now, Place place) {
        Report report = new Report(old, now, place);
        if (!old.remote.isEmpty() || !now.remote.isEmpty()) {
            if (!old.remote.equals(now.remote)) {
                report.add(
                        Severity.WARN,
                        "reference-changed",
                        "$ref",
                        "The schema was '" + Texts.shown(old.remote) + "' and is '" + Texts.shown(now.remote)
                                + "', which is outside of the contract and not read");
            }
            return;
        }
        if (new SchemaAlternatives(this, report).compare()) {
            return;
        }
        new SchemaTypes(report).compare();
        new SchemaValues(report, budget).compare();
        new SchemaProperties(this, report).compare();
        others(report);
    }

    private void others(Report report) {
        if (report.old().others.isEmpty() && report.now().others.isEmpty()) {
            return;
        }
        SchemaReader.OTHERS.forEach((keyword, word) -> {
            Json before = report.old().others.getOrDefault(keyword, Json.MISSING);
            Json after = report.now().others.getOrDefault(keyword, Json.MISSING);
            if (before != after && !same(before, after)) {
                boolean tells = keyword.equals("discriminator");
                report.add(
                        tells ? Severity.INFO : Severity.WARN,
                        report.place().rule(word + "-changed"),
                        keyword,
                        "'" + keyword + "' changed, and whether that breaks somebody cannot be told");
            }
        });
    }

    /** What is found at one place. */
    final class Report {
        private final Schema old;
        private final Schema now;
        private final Place place;

        Report(Schema old, Schema now, Place place) {
            this.old = old;
            this.now = now;
            this.place = place;
        }

        Schema old() {
            return old;
        }

        Schema now() {
            return now;
        }

        Place place() {
            return place;
        }

        boolean isRequest() {
            return place.isRequest();
        }

        /** @param keyword that differs, whose line is told */
        void add(Severity severity, String rule, String keyword, String message) {
            boolean removed = old.at.has(keyword) && !now.at.has(keyword);
            Schema where = removed || !now.at.isThere() ? old : now;
            findings.add(severity, rule, where.file(), place.location(), where.line(keyword), message);
        }

        /** At a value of its own, such as a property. */
        void addAt(Severity severity, String rule, Json at, Place where, String message) {
            findings.add(severity, rule, where.location(), at, message);
        }

        /** An INFO of both directions is told in one of them only. */
        void severity(Severity request, Severity response, String change, String keyword, String message) {
            add(isRequest() ? request : response, place.rule(change), keyword, message);
        }
    }

    /** The name that a reference gives a schema, or its title; empty: it has none. */
    static String name(Json schema) {
        String ref = schema.get("$ref").text();
        return ref.isEmpty() ? schema.get("title").text() : ref.substring(ref.lastIndexOf('/') + 1);
    }

    /** Parts of each property or pattern, by name. */
    void common(Map<String, List<Json>> before, Map<String, List<Json>> after, Place place, String prefix) {
        before.forEach((name, parts) -> {
            if (after.containsKey(name)) {
                add(parts, after.get(name), place.in(prefix + Texts.shown(name)));
            }
        });
    }
}
