package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * {@code oneOf} and {@code anyOf}. Alternatives are found again by the name of what they refer to or by their title, then by
 * what they say, then by their order where as many of one type are left on both sides.
 */
final class SchemaAlternatives {
    private final SchemaComparison comparison;
    private final SchemaComparison.Report report;

    SchemaAlternatives(SchemaComparison comparison, SchemaComparison.Report report) {
        this.comparison = comparison;
        this.report = report;
    }

    /** @return whether nothing else is to be compared here */
    boolean compare() {
        Schema old = report.old();
        Schema now = report.now();
        boolean had = !old.oneOf.isEmpty() || !old.anyOf.isEmpty();
        boolean has = !now.oneOf.isEmpty() || !now.anyOf.isEmpty();
        if (!had && has && old.hasOwnContent() && !now.hasOwnContent()) {
            wrapped(all(now), old.at);
            return true;
        }
        if (had && !has && !old.hasOwnContent() && now.hasOwnContent()) {
            unwrapped(all(old), now.at);
            return true;
        }
        if (old.oneOf.isEmpty() == now.oneOf.isEmpty() && old.anyOf.isEmpty() == now.anyOf.isEmpty()) {
            compare(old.oneOf, now.oneOf, "one-of");
            compare(old.anyOf, now.anyOf, "any-of");
        } else {
            compare(all(old), all(now), now.oneOf.isEmpty() ? "any-of" : "one-of");
        }
        return false;
    }

    private static List<Json> all(Schema schema) {
        List<Json> all = new ArrayList<>(schema.oneOf);
        all.addAll(schema.anyOf);
        return all;
    }

    private void wrapped(List<Json> branches, Json plain) {
        Json kept = match(branches, plain, comparison::resolvedNew);
        if (kept != null && report.isRequest()) {
            comparison.add(List.of(plain), List.of(kept), report.place());
        }
        report.severity(
                kept != null ? Severity.INFO : Severity.ERROR,
                Severity.ERROR,
                kept != null && report.isRequest() ? "one-of-added" : "wrapped-in-one-of",
                "oneOf",
                "It is one of " + branches.size() + " alternatives, and was "
                        + (kept != null ? "only one of them" : "none of them"));
    }

    private void unwrapped(List<Json> branches, Json plain) {
        Json kept = match(branches, plain, comparison::resolvedOld);
        if (kept != null && !report.isRequest()) {
            comparison.add(List.of(kept), List.of(plain), report.place());
        }
        report.severity(
                Severity.ERROR,
                kept != null ? Severity.INFO : Severity.ERROR,
                "one-of-removed",
                "oneOf",
                "It was one of " + branches.size() + " alternatives, and is "
                        + (kept != null ? "one of them" : "none of them"));
    }

    /** By what they say, where they have no names: a plain schema is known by its place only. */
    private Json match(List<Json> branches, Json plain, UnaryOperator<Json> resolve) {
        for (Json branch : branches) {
            Json resolved = resolve.apply(branch);
            if (comparison.same(resolved, plain)
                    || !plain.get("title").text().isEmpty()
                            && plain.get("title")
                                    .text()
                                    .equals(resolved.get("title").text())) {
                return branch;
            }
        }
        return null;
    }

    private void compare(List<Json> before, List<Json> after, String word) {
        comparison.budget().step((long) before.size() * Math.max(1, after.size()));
        List<Json> gone = new ArrayList<>(before);
        List<Json> added = new ArrayList<>(after);
        for (Json branch : before) {
            added.stream().filter(b -> isSame(branch, b)).findFirst().ifPresent(same -> {
                gone.remove(branch);
                added.remove(same);
                pair(branch, same, word);
            });
        }
        for (Json branch : List.copyOf(gone)) {
            added.stream().filter(b -> isAlike(branch, b)).findFirst().ifPresent(same -> {
                gone.remove(branch);
                added.remove(same);
                pair(branch, same, word);
            });
        }
        gone.forEach(branch -> report.severity(
                Severity.ERROR,
                Severity.INFO,
                word + "-removed",
                keyword(word),
                "The alternative " + shown(branch) + " was removed"));
        boolean only = before.isEmpty();
        added.forEach(branch -> report.severity(
                only ? Severity.ERROR : Severity.INFO,
                only ? Severity.INFO : Severity.ERROR,
                word + "-added",
                keyword(word),
                "The alternative " + shown(branch) + " is new"));
    }

    private void pair(Json before, Json after, String word) {
        String name = SchemaComparison.name(after);
        comparison.add(
                List.of(before),
                List.of(after),
                report.place().in("(" + (name.isEmpty() ? word : Texts.shown(name)) + ")"));
    }

    private static String keyword(String word) {
        return word.equals("one-of") ? "oneOf" : "anyOf";
    }

    private boolean isSame(Json before, Json after) {
        String name = SchemaComparison.name(before);
        return name.isEmpty() ? comparison.same(before, after) : name.equals(SchemaComparison.name(after));
    }

    /** Both without a name, and of one type. */
    private boolean isAlike(Json before, Json after) {
        return SchemaComparison.name(before).isEmpty()
                && SchemaComparison.name(after).isEmpty()
                && comparison.same(before.get("type"), after.get("type"));
    }

    private static String shown(Json branch) {
        String name = SchemaComparison.name(branch);
        return name.isEmpty()
                ? "of type " + (branch.has("type") ? branch.get("type").shown() : "any")
                : "'" + Texts.shown(name) + "'";
    }
}
