package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a JSON Schema demands, with its {@code allOf} and {@code $ref} merged into one. Filled by {@link SchemaReader}, then
 * only read.
 */
final class Schema {
    static final String NEVER = "never";

    /** The first part, resolved. */
    final Json at;

    /** Without {@code null}; empty: any. */
    final Set<String> types = new TreeSet<>();

    boolean typed;
    boolean nullable;
    /** An alternative is null. */
    boolean orNull;

    final Map<String, BigDecimal> limits = new TreeMap<>();
    final Set<String> patterns = new TreeSet<>();
    /** Each property's parts, all of which hold. */
    final Map<String, List<Json>> properties = new LinkedHashMap<>();

    final Map<String, List<Json>> patternProperties = new LinkedHashMap<>();
    final Set<String> required = new TreeSet<>();
    final List<Json> additional = new ArrayList<>();
    final List<Json> items = new ArrayList<>();
    final List<Json> prefix = new ArrayList<>();
    final List<Json> oneOf = new ArrayList<>();
    final List<Json> anyOf = new ArrayList<>();
    /** Null: any value. */
    List<Json> values;

    Json constant = Json.MISSING;
    Json fallback = Json.MISSING;
    /** Empty: none. */
    String format = "";

    /** As it is written; empty: none leads out of the contract. */
    String remote = "";

    final Map<String, Json> others = new TreeMap<>();

    Schema(Json at) {
        this.at = at;
    }

    String file() {
        return at.file();
    }

    int line(String keyword) {
        return at.has(keyword) ? at.get(keyword).line() : at.line();
    }

    boolean isNullable() {
        return nullable || orNull || types.isEmpty();
    }

    boolean isClosed() {
        return additional.stream().anyMatch(a -> a.is(Type.BOOLEAN) && a.isFalse());
    }

    /** Whether it says anything but which alternatives there are. */
    boolean hasOwnContent() {
        return !types.isEmpty() || !properties.isEmpty() || values != null || constant.isThere() || !items.isEmpty();
    }
}
