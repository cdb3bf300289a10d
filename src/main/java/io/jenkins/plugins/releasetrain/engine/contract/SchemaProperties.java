package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.List;

/** Members of objects and arrays. */
final class SchemaProperties {
    private final SchemaComparison comparison;
    private final SchemaComparison.Report report;
    private final Schema old;
    private final Schema now;
    private final Place place;

    SchemaProperties(SchemaComparison comparison, SchemaComparison.Report report) {
        this.comparison = comparison;
        this.report = report;
        this.old = report.old();
        this.now = report.now();
        this.place = report.place();
    }

    void compare() {
        comparison.budget().step(1L + old.properties.size() + now.properties.size());
        comparison.common(old.properties, now.properties, place, "");
        comparison.common(old.patternProperties, now.patternProperties, place, "~");
        old.properties.forEach((name, parts) -> {
            if (now.properties.containsKey(name)) {
                required(name, parts, now.properties.get(name));
            } else {
                removed(name, parts);
            }
        });
        now.properties.forEach((name, parts) -> {
            if (!old.properties.containsKey(name)) {
                added(name, parts);
            }
        });
        requiredOnly();
        patterns();
        additional();
        items();
    }

    private static boolean has(List<Json> parts, String flag) {
        return parts.stream().anyMatch(p -> p.get(flag).isTrue());
    }

    /** What only the other direction has is nothing here: nobody sends it. */
    private boolean isIgnored(List<Json> parts) {
        return has(parts, report.isRequest() ? "readOnly" : "writeOnly");
    }

    private void removed(String name, List<Json> parts) {
        boolean required = old.required.contains(name);
        String shown = "The property '" + Texts.shown(name) + "'";
        if (report.isRequest()) {
            boolean refused = now.isClosed();
            at(
                    isIgnored(parts) ? Severity.INFO : refused ? Severity.ERROR : Severity.WARN,
                    "request-property-removed",
                    name,
                    parts,
                    shown + " was removed"
                            + (refused ? ", and what has it is refused" : ", and is ignored or refused"));
        } else if (isIgnored(parts)) {
            at(
                    Severity.INFO,
                    "response-" + (required ? "required" : "optional") + "-write-only-property-removed",
                    name,
                    parts,
                    shown + " was removed");
        } else {
            at(
                    required ? Severity.ERROR : Severity.WARN,
                    "response-" + (required ? "required" : "optional") + "-property-removed",
                    name,
                    parts,
                    shown + (required ? ", which was always there," : "") + " is not sent any more");
        }
    }

    private void added(String name, List<Json> parts) {
        boolean required = now.required.contains(name);
        String shown = "The property '" + Texts.shown(name) + "' is new";
        if (!report.isRequest()) {
            boolean refused = old.isClosed();
            at(
                    refused ? Severity.WARN : Severity.INFO,
                    "response-" + (required ? "required" : "optional") + "-property-added",
                    name,
                    parts,
                    shown + (refused ? "; who validates by the older contract refuses what it did not know" : ""));
        } else if (!required || isIgnored(parts)) {
            at(Severity.INFO, "new-optional-request-property", name, parts, shown);
        } else {
            at(
                    Severity.ERROR,
                    "new-required-request-property" + (hasDefault(parts) ? "-with-default" : ""),
                    name,
                    parts,
                    shown + " and required");
        }
    }

    private void required(String name, List<Json> before, List<Json> after) {
        boolean was = old.required.contains(name);
        boolean is = now.required.contains(name);
        if (was == is) {
            return;
        }
        Severity request = isIgnored(after) || was ? Severity.INFO : Severity.ERROR;
        Severity response = isIgnored(before) || is ? Severity.INFO : Severity.ERROR;
        boolean fallback = report.isRequest() && is && hasDefault(after);
        String kind = !report.isRequest() && isIgnored(before) ? "write-only-property-" : "property-";
        at(
                report.isRequest() ? request : response,
                place.direction().word() + "-" + kind + (is ? "became-required" : "became-optional")
                        + (fallback ? "-with-default" : ""),
                name,
                after,
                "The property '" + Texts.shown(name) + "' is " + (is ? "required" : "not always there")
                        + ", which it was" + (is ? " not" : ""));
    }

    private static boolean hasDefault(List<Json> parts) {
        return parts.stream().anyMatch(p -> p.has("default"));
    }

    /** Required without being described. */
    private void requiredOnly() {
        for (String name : now.required) {
            boolean described = old.properties.containsKey(name) || now.properties.containsKey(name);
            if (report.isRequest() && !old.required.contains(name) && !described) {
                report.add(
                        Severity.ERROR,
                        "new-required-request-property",
                        "required",
                        "The property '" + Texts.shown(name) + "' is required, which it was not");
            }
        }
    }

    private void at(Severity severity, String rule, String name, List<Json> parts, String message) {
        report.addAt(severity, rule, parts.get(0), place.in(Texts.shown(name)), message);
    }

    private void patterns() {
        old.patternProperties.forEach((pattern, parts) -> {
            if (!now.patternProperties.containsKey(pattern)) {
                report.severity(
                        Severity.INFO,
                        Severity.ERROR,
                        "pattern-property-removed",
                        "patternProperties",
                        "What the pattern '" + Texts.shown(pattern) + "' demanded is not demanded any more");
            }
        });
        now.patternProperties.forEach((pattern, parts) -> {
            if (!old.patternProperties.containsKey(pattern)) {
                report.severity(
                        Severity.ERROR,
                        Severity.INFO,
                        "pattern-property-added",
                        "patternProperties",
                        "Properties of the pattern '" + Texts.shown(pattern) + "' have a schema, which they had not");
            }
        });
    }

    private void additional() {
        boolean opened = old.isClosed() && !now.isClosed();
        boolean closed = !old.isClosed() && now.isClosed();
        if (closed) {
            report.severity(
                    Severity.ERROR,
                    Severity.INFO,
                    "additional-properties-closed",
                    "additionalProperties",
                    "Properties that are not described are refused");
        } else if (opened) {
            report.severity(
                    Severity.INFO,
                    Severity.WARN,
                    "additional-properties-opened",
                    "additionalProperties",
                    "There may be properties that are not described");
        } else if (!old.isClosed()) {
            comparison.add(schemas(old.additional), schemas(now.additional), place.in("{}"));
        }
    }

    private static List<Json> schemas(List<Json> parts) {
        return parts.stream().filter(p -> p.is(Type.OBJECT)).toList();
    }

    private void items() {
        comparison.add(old.items, now.items, place.in("[]"));
        int common = Math.min(old.prefix.size(), now.prefix.size());
        for (int i = 0; i < common; i++) {
            comparison.add(List.of(old.prefix.get(i)), List.of(now.prefix.get(i)), place.in("[" + i + "]"));
        }
        if (old.prefix.size() != now.prefix.size()) {
            boolean more = now.prefix.size() > old.prefix.size();
            report.severity(
                    more ? Severity.ERROR : Severity.INFO,
                    more ? Severity.INFO : Severity.ERROR,
                    "prefix-items-" + (more ? "added" : "removed"),
                    "prefixItems",
                    "The list's head had " + old.prefix.size() + " described items and has " + now.prefix.size());
        }
    }
}
