package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.Set;

/** Types, formats and null. */
final class SchemaTypes {
    private static final Set<String> WIDER_FORMATS = Set.of(
            "number float double",
            "integer int32 int64",
            "integer int32 bigint",
            "integer int64 bigint",
            "string date date-time",
            "string time date-time");

    private final SchemaComparison.Report report;
    private final Schema old;
    private final Schema now;

    SchemaTypes(SchemaComparison.Report report) {
        this.report = report;
        this.old = report.old();
        this.now = report.now();
    }

    void compare() {
        if (!old.types.equals(now.types) || !old.format.equals(now.format)) {
            types();
        }
        if (old.isNullable() != now.isNullable() && !old.types.isEmpty() && !now.types.isEmpty()) {
            nullable();
        }
    }

    private void types() {
        boolean wider = covers(now, old);
        boolean narrower = covers(old, now);
        String message = "The type was " + shown(old) + " and is " + shown(now);
        boolean text = report.place().what().equals(Place.PARAMETER)
                && now.types.equals(Set.of("string"))
                && now.format.isEmpty();
        if (report.isRequest() && (wider || text)) {
            report.add(Severity.INFO, report.place().rule("type-generalized"), "type", message);
        } else if (!report.isRequest() && narrower) {
            report.add(Severity.INFO, report.place().rule("type-specialized"), "type", message);
        } else if (!report.isRequest() && wider) {
            report.add(Severity.ERROR, report.place().rule("type-generalized"), "type", message);
        } else {
            report.add(Severity.ERROR, report.place().rule("type-changed"), "type", message);
        }
    }

    private void nullable() {
        if (now.isNullable()) {
            report.severity(
                    Severity.INFO,
                    Severity.ERROR,
                    "became-nullable",
                    "type",
                    "Its value may be null, which it could not");
        } else {
            report.severity(
                    Severity.ERROR, Severity.INFO, "became-not-nullable", "type", "Its value may not be null any more");
        }
    }

    /** Whether each value of the one's types and format is one of the other's. */
    private static boolean covers(Schema wide, Schema narrow) {
        if (wide.types.isEmpty()) {
            return wide.format.isEmpty() || wide.format.equals(narrow.format);
        }
        boolean types = !narrow.types.isEmpty() && narrow.types.stream().allMatch(t -> covered(t, wide.types));
        boolean format = wide.format.isEmpty()
                || wide.format.equals(narrow.format)
                || wide.types.stream()
                        .anyMatch(t -> WIDER_FORMATS.contains(t + " " + narrow.format + " " + wide.format));
        return types && format;
    }

    private static boolean covered(String type, Set<String> by) {
        return by.contains(type) || type.equals("integer") && by.contains("number") || type.equals(Schema.NEVER);
    }

    private static String shown(Schema schema) {
        String types = schema.types.isEmpty() ? "any" : String.join(" or ", schema.types);
        return Texts.shown(types + (schema.format.isEmpty() ? "" : " (" + schema.format + ")"));
    }
}
