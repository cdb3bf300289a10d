package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Merges the parts of a schema; each part once, however often and in whatever circles it is named. */
final class SchemaReader {
    /** Limits by keyword; those from above are in {@link #UPPER} too. */
    static final Map<String, String> LIMITS = Map.of(
            "minimum", "min",
            "maximum", "max",
            "exclusiveMinimum", "exclusive-min",
            "exclusiveMaximum", "exclusive-max",
            "minLength", "min-length",
            "maxLength", "max-length",
            "minItems", "min-items",
            "maxItems", "max-items",
            "minProperties", "min-properties",
            "maxProperties", "max-properties");

    static final Set<String> UPPER = Set.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");

    /** Keywords of which only is told that they changed. */
    static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("not", "not"),
            Map.entry("if", "if"),
            Map.entry("then", "then"),
            Map.entry("else", "else"),
            Map.entry("contains", "contains"),
            Map.entry("minContains", "min-contains"),
            Map.entry("maxContains", "max-contains"),
            Map.entry("propertyNames", "property-names"),
            Map.entry("dependencies", "dependencies"),
            Map.entry("dependentRequired", "dependent-required"),
            Map.entry("dependentSchemas", "dependent-schemas"),
            Map.entry("unevaluatedProperties", "unevaluated-properties"),
            Map.entry("unevaluatedItems", "unevaluated-items"),
            Map.entry("multipleOf", "multiple-of"),
            Map.entry("uniqueItems", "unique-items"),
            Map.entry("contentEncoding", "content-encoding"),
            Map.entry("contentMediaType", "content-media-type"),
            Map.entry("discriminator", "discriminator"));

    private final References references;
    private final Budget budget;

    SchemaReader(References references, Budget budget) {
        this.references = references;
        this.budget = budget;
    }

    /** @param parts all of which hold; none: whatever is a value */
    Schema read(List<Json> parts) {
        Json first = parts.isEmpty() ? Json.MISSING : references.resolve(parts.get(0));
        Schema schema = new Schema(first);
        Set<Json> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Json> open = new ArrayDeque<>(parts);
        while (!open.isEmpty()) {
            Json part = open.pop();
            budget.step();
            if (!seen.add(part)) {
                continue;
            }
            Json resolved = references.resolve(part);
            if (resolved != part) {
                open.push(resolved);
            }
            if (resolved == part && part.get("$ref").is(Type.STRING)) {
                schema.remote = part.get("$ref").text();
            }
            // What stands beside a $ref holds too, as of draft 2019-09.
            part(schema, part);
            part.get("allOf").items().forEach(open::add);
            alternatives(schema, schema.oneOf, part.get("oneOf"), open);
            alternatives(schema, schema.anyOf, part.get("anyOf"), open);
        }
        return schema;
    }

    /** "X or null" is X that may be null; one alternative is none. */
    private void alternatives(Schema schema, List<Json> into, Json written, Deque<Json> open) {
        List<Json> real = new ArrayList<>();
        for (Json branch : written.items()) {
            budget.step();
            if (branch.get("type").text().equals("null") && !branch.has("$ref")) {
                schema.orNull = true;
            } else {
                real.add(branch);
            }
        }
        if (real.size() == 1) {
            open.add(real.get(0));
        } else {
            into.addAll(real);
        }
    }

    private void part(Schema schema, Json part) {
        budget.step(5L + part.members().size());
        if (part.isFalse()) {
            schema.types.clear();
            schema.types.add(Schema.NEVER);
            schema.typed = true;
        }
        types(schema, part);
        values(schema, part);
        keywords(schema, part);
        if (part.get("pattern").is(Type.STRING)) {
            schema.patterns.add(part.get("pattern").text());
        }
        part.get("properties")
                .members()
                .forEach((name, property) -> schema.properties
                        .computeIfAbsent(name, n -> new ArrayList<>())
                        .add(property));
        part.get("patternProperties")
                .members()
                .forEach((pattern, property) -> schema.patternProperties
                        .computeIfAbsent(pattern, n -> new ArrayList<>())
                        .add(property));
        part.get("required").items().forEach(r -> schema.required.add(r.text()));
        schema.required.remove("");
        add(schema.additional, part.get("additionalProperties"));
        arrays(schema, part);
        if (schema.fallback == Json.MISSING) {
            schema.fallback = part.get("default");
        }
    }

    /** Goes by what is written: a schema has few of all the keywords that there are. */
    private static void keywords(Schema schema, Json part) {
        part.members().forEach((keyword, written) -> {
            if (LIMITS.containsKey(keyword)) {
                limit(schema, part, keyword, written);
            } else if (OTHERS.containsKey(keyword)) {
                schema.others.putIfAbsent(keyword, written);
            }
        });
    }

    private static void add(List<Json> to, Json json) {
        if (json.isThere()) {
            to.add(json);
        }
    }

    private static void arrays(Schema schema, Json part) {
        Json items = part.get("items");
        boolean tuple = items.is(Type.ARRAY);
        if (schema.prefix.isEmpty()) {
            schema.prefix.addAll(tuple ? items.items() : part.get("prefixItems").items());
        }
        add(schema.items, tuple ? part.get("additionalItems") : items);
    }

    private static void types(Schema schema, Json part) {
        Json type = part.get("type");
        Set<String> types = new TreeSet<>();
        if (type.is(Type.STRING)) {
            types.add(type.text());
        }
        type.items().forEach(t -> types.add(t.text()));
        boolean nullable = types.remove("null") || part.get("nullable").isTrue();
        if (!types.isEmpty() || nullable) {
            // All parts hold, so what one of them excludes is excluded.
            schema.nullable = schema.typed ? schema.nullable && nullable : schema.nullable || nullable;
            if (schema.types.isEmpty()) {
                schema.types.addAll(types);
            } else if (!types.isEmpty()) {
                schema.types.retainAll(types);
                if (schema.types.isEmpty()) {
                    schema.types.add(Schema.NEVER);
                }
            }
            schema.typed |= !types.isEmpty();
        }
        if (part.get("format").is(Type.STRING)) {
            schema.format = part.get("format").text();
        }
    }

    private void values(Schema schema, Json part) {
        if (part.get("enum").is(Type.ARRAY)) {
            List<Json> values = part.get("enum").items();
            budget.step(values.size());
            if (schema.values == null) {
                schema.values = values;
            } else {
                Set<String> kept = new TreeSet<>();
                values.forEach(v -> kept.add(text(v)));
                schema.values = schema.values.stream()
                        .filter(v -> kept.contains(text(v)))
                        .toList();
            }
        }
        if (part.has("const")) {
            schema.constant = part.get("const");
        }
    }

    /** Of a scalar: the text "1" is not the number. */
    static String text(Json value) {
        BigDecimal number = value.number();
        return value.type() + " "
                + (number != null ? number.stripTrailingZeros().toString() : String.valueOf(value.value()));
    }

    /** The tighter of two. In OpenAPI 3.0 and draft 4, the exclusive ones say of the others what they are. */
    private static void limit(Schema schema, Json part, String keyword, Json written) {
        if (written.number() != null) {
            String exclusive = "exclusive" + Character.toUpperCase(keyword.charAt(0)) + keyword.substring(1);
            String name = part.get(exclusive).isTrue() ? exclusive : keyword;
            schema.limits.merge(name, written.number(), UPPER.contains(keyword) ? BigDecimal::min : BigDecimal::max);
        }
    }
}
