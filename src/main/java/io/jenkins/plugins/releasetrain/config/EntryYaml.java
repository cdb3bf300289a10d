package io.jenkins.plugins.releasetrain.config;

import hudson.util.Secret;
import java.lang.reflect.Constructor;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** A part of the configuration as code, with what differs from the default only. Secrets are not in it. */
final class EntryYaml {
    static final String SECRET = "(a secret, which is not shown)";
    /** Others' parts are written by Configuration as Code alone. */
    static final String FOREIGN = "(as the export of Configuration as Code has it)";

    private EntryYaml() {}

    static String of(EntryKind kind, Object entry) {
        return dump(Map.of("releaseTrain", Map.of(kind.key(), List.of(map(entry)))));
    }

    private static String dump(Object value) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setSplitLines(false);
        return new Yaml(options).dump(value);
    }

    private static Map<String, Object> map(Object part) {
        Object plain = withDefaults(part);
        Map<String, Object> map = new LinkedHashMap<>();
        Properties.of(part.getClass()).forEach((key, type) -> {
            Object value = Properties.value(part, key);
            boolean usual = plain != null && Objects.equals(value, Properties.value(plain, key));
            if (value != null && (!usual || isOfConstructor(part, key)) && !isEmpty(value)) {
                map.put(key, shown(value, type));
            }
        });
        return map;
    }

    /** Keys whose values are not the default, those within parts as {@code policy.innocencePercent}. */
    static List<String> differing(Object part) {
        List<String> keys = new ArrayList<>();
        differing("", part, keys);
        return keys;
    }

    private static void differing(String prefix, Object part, List<String> keys) {
        Object plain = withDefaults(part);
        Properties.of(part.getClass()).forEach((key, type) -> {
            Object value = Properties.value(part, key);
            boolean usual = plain != null && Objects.equals(value, Properties.value(plain, key));
            if (value == null || usual || isOfConstructor(part, key) || isEmpty(value)) {
                return;
            }
            boolean inner = !(value instanceof List)
                    && Properties.part(value.getClass()).isPresent();
            int before = keys.size();
            if (inner) {
                differing(prefix + key + ".", value, keys);
            }
            if (!inner || keys.size() == before && !map(value).isEmpty()) {
                keys.add(prefix + key);
            }
        });
    }

    private static boolean isEmpty(Object value) {
        return value instanceof List<?> list && list.isEmpty();
    }

    private static Object shown(Object value, Type type) {
        if (value instanceof List<?> list) {
            List<Object> all = new ArrayList<>();
            list.forEach(one -> all.add(shown(one, type)));
            return all;
        } else if (value instanceof Secret) {
            return SECRET;
        } else if (Properties.part(value.getClass()).isPresent()) {
            return map(value);
        } else if (value instanceof Number || value instanceof Boolean) {
            return value;
        }
        return value instanceof String || value instanceof Enum<?> ? value.toString() : FOREIGN;
    }

    private static boolean isOfConstructor(Object part, String key) {
        try {
            part.getClass().getDeclaredField(key);
            return java.lang.reflect.Modifier.isFinal(
                    part.getClass().getDeclaredField(key).getModifiers());
        } catch (NoSuchFieldException e) {
            return false;
        }
    }

    /** The same part with nothing set but what its constructor takes; null where that cannot be made. */
    private static Object withDefaults(Object part) {
        List<Object> given = new ArrayList<>();
        Properties.of(part.getClass()).keySet().stream()
                .filter(key -> isOfConstructor(part, key))
                .forEach(key -> given.add(Properties.value(part, key)));
        for (Constructor<?> constructor : part.getClass().getConstructors()) {
            if (constructor.getParameterCount() == given.size()) {
                try {
                    return constructor.newInstance(given.toArray());
                } catch (ReflectiveOperationException | IllegalArgumentException e) {
                    // all of it is shown then
                    return null;
                }
            }
        }
        return null;
    }
}
