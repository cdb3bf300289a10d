package io.jenkins.plugins.releasetrain.engine.contract;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * A value of a JSON or YAML document that remembers where it was. Never changes once it is read.
 *
 * <p>Compared by identity; {@link JsonEquality} compares what is in it.
 */
final class Json {
    enum Type {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        BOOLEAN,
        NULL,
        /** Not there; so that chains of {@link #get} need no question in between. */
        MISSING
    }

    static final Json MISSING = new Json(Type.MISSING, "", 0, Map.of(), List.of(), null);

    private final Type type;
    private final String file;
    private final int line;
    private final Map<String, Json> members;
    private final List<Json> items;
    private final Object value;

    Json(Type type, String file, int line, Map<String, Json> members, List<Json> items, Object value) {
        this.type = type;
        this.file = file;
        this.line = line;
        this.members = members;
        this.items = items;
        this.value = value;
    }

    Type type() {
        return type;
    }

    boolean is(Type other) {
        return type == other;
    }

    boolean isThere() {
        return type != Type.MISSING;
    }

    /** Name of the file that it was read from. */
    String file() {
        return file;
    }

    /** From 1; for a member of an object that of its key; 0: not known. */
    int line() {
        return line;
    }

    /** In the order of the document; empty for what is no object. */
    Map<String, Json> members() {
        return members;
    }

    /** Empty for what is no array. */
    List<Json> items() {
        return items;
    }

    Json get(String name) {
        return members.getOrDefault(name, MISSING);
    }

    Json get(String first, String second) {
        return get(first).get(second);
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    /** A string's text; of any other value the empty text. */
    String text() {
        return type == Type.STRING ? (String) value : "";
    }

    /** A scalar as it would be written; of anything else its type. */
    String shown() {
        return switch (type) {
            case STRING, NUMBER, BOOLEAN -> Texts.shown(String.valueOf(value));
            case NULL -> "null";
            default -> type.name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    /** Null for what is no number. */
    BigDecimal number() {
        return type == Type.NUMBER ? (BigDecimal) value : null;
    }

    boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    boolean isFalse() {
        return Boolean.FALSE.equals(value);
    }

    Object value() {
        return value;
    }
}
