package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import io.jenkins.plugins.releasetrain.host.Words;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a script hands to a step, checked before it is bound, so that a mistake is one sentence and not a stack trace. */
final class Arguments {
    private static final String IN_QUOTES = "; write it as text in quotes, as in '1.10'";

    /** Of what a script hands over, in the sentence that says what is wrong with it. */
    private static final int SHOWN = 100;

    private final String step;
    private final TreeMap<String, Kind> known;

    /** What a parameter takes; null stands for a parameter that is not given. */
    enum Kind {
        TEXT,
        /** Text that has no default. */
        NEEDED,
        FLAG,
        NUMBER,
        /** A list of text. */
        LIST,
        /** Text by text. */
        MAP
    }

    /** @param step its name in scripts */
    Arguments(String step, Map<String, Kind> known) {
        this.step = step;
        this.known = new TreeMap<>(known);
    }

    /**
     * The arguments with text where text is needed.
     *
     * @throws AbortException naming step, parameter and value
     */
    Map<String, Object> check(Map<String, ?> given) throws AbortException {
        Map<String, Object> checked = new LinkedHashMap<>();
        for (Map.Entry<String, ?> argument : given.entrySet()) {
            String name = argument.getKey();
            Kind kind = known.get(name);
            if (kind == null) {
                throw wrong("there is no parameter '" + Words.line(name, SHOWN) + "', but "
                        + String.join(", ", known.keySet()));
            }
            if (argument.getValue() != null) {
                checked.put(name, value(name, kind, argument.getValue()));
            }
        }
        for (Map.Entry<String, Kind> parameter : known.entrySet()) {
            if (parameter.getValue() == Kind.NEEDED && !checked.containsKey(parameter.getKey())) {
                throw wrong(parameter.getKey() + " has no value");
            }
        }
        return checked;
    }

    private Object value(String name, Kind kind, Object value) throws AbortException {
        return switch (kind) {
            case TEXT, NEEDED -> text(name, value);
            case FLAG -> value instanceof Boolean ? value : flag(name, value);
            case NUMBER -> number(name, value);
            case LIST -> list(name, value);
            case MAP -> map(name, value);
        };
    }

    private Boolean flag(String name, Object value) throws AbortException {
        if (value instanceof CharSequence && List.of("true", "false").contains(value.toString())) {
            return Boolean.valueOf(value.toString());
        }
        throw wrong(name + " is " + shown(value) + ", but must be true or false");
    }

    private Integer number(String name, Object value) throws AbortException {
        try {
            return new BigDecimal(value.toString().trim()).intValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong(name + " is " + shown(value) + ", but must be a whole number of at most nine digits");
        }
    }

    private String text(String what, Object value) throws AbortException {
        if (value instanceof CharSequence) {
            return value.toString();
        }
        throw wrong(what + " is " + shown(value) + IN_QUOTES);
    }

    private List<String> list(String name, Object value) throws AbortException {
        if (!(value instanceof Iterable<?> values)) {
            throw wrong(name + " is " + shown(value) + ", but must be a list, as in ['shop/cart:1.4.2']");
        }
        List<String> texts = new ArrayList<>();
        for (Object one : values) {
            texts.add(text("an item of " + name, one));
        }
        return texts;
    }

    private Map<String, String> map(String name, Object value) throws AbortException {
        if (!(value instanceof Map<?, ?> values)) {
            throw wrong(name + " is " + shown(value) + ", but must be a map, as in [cart: '1.4.2']");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<?, ?> one : values.entrySet()) {
            String key = text("a name in " + name, one.getKey());
            String shown = "'" + Words.line(key, SHOWN) + "' in " + name;
            if (one.getValue() == null) {
                throw wrong(shown + " has no value");
            }
            texts.put(key, text("the value of " + shown, one.getValue()));
        }
        return texts;
    }

    private static String shown(Object value) {
        if (value == null) {
            return "empty";
        } else if (value instanceof Number || value instanceof Boolean) {
            return (value instanceof Number ? "the number " : "") + value;
        } else if (value instanceof CharSequence) {
            return "the text '" + Words.line(value.toString(), SHOWN) + "'";
        }
        return value instanceof Map
                ? "a map"
                : value instanceof Iterable ? "a list" : "a " + value.getClass().getName();
    }

    private AbortException wrong(String what) {
        return new AbortException(step + ": " + what);
    }
}
