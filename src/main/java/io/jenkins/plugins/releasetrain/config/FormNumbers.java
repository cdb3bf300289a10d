package io.jenkins.plugins.releasetrain.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what is no number in what the form sends, since Stapler takes that for 0. */
final class FormNumbers {
    private static final Map<String, Boolean> WHOLE = numbers();

    private FormNumbers() {}

    private static Map<String, Boolean> numbers() {
        Map<String, Boolean> whole = new HashMap<>();
        fields(Draft.class, new HashSet<>(), whole);
        return Map.copyOf(whole);
    }

    /** Of a part and of whatever parts it has, so that none can be forgotten. */
    private static void fields(Class<?> part, Set<Class<?>> seen, Map<String, Boolean> whole) {
        if (!seen.add(part)) {
            return;
        }
        Properties.of(part).forEach((name, type) -> {
            if (type == int.class || type == Integer.class) {
                whole.put(name, true);
            } else if (type == double.class || type == Double.class) {
                whole.put(name, false);
            }
            Properties.part(type).ifPresent(inner -> fields(inner, seen, whole));
        });
    }

    /** @param json maps and lists of text, as Jenkins' forms send them */
    static List<String> problems(Object json) {
        List<String> problems = new ArrayList<>();
        look(json, problems);
        return problems;
    }

    private static void look(Object json, List<String> problems) {
        if (json instanceof Map<?, ?> object) {
            object.forEach((key, value) -> {
                if (value instanceof String text && WHOLE.containsKey(key)) {
                    check(String.valueOf(key), text.strip(), problems);
                } else if (!"source".equals(key)) {
                    // Others' forms, with names of their own, are below that one.
                    look(value, problems);
                }
            });
        } else if (json instanceof Collection<?> list) {
            list.forEach(one -> look(one, problems));
        }
    }

    private static void check(String name, String text, List<String> problems) {
        try {
            if (WHOLE.get(name)) {
                Integer.parseInt(text);
            } else if (!Double.isFinite(Double.parseDouble(text))) {
                throw new NumberFormatException();
            }
        } catch (NumberFormatException e) {
            problems.add(name + ": '" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "' is not a "
                    + (WHOLE.get(name) ? "whole number that fits" : "number"));
        }
    }
}
