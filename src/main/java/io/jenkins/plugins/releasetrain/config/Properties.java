package io.jenkins.plugins.releasetrain.config;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * The keys that a part of the configuration has in code, and their types: what its constructor takes, which is what never
 * changes, and its setters.
 */
final class Properties {
    private Properties() {}

    /** By key; those of the constructor first. */
    static Map<String, Type> of(Class<?> part) {
        Map<String, Type> properties = new LinkedHashMap<>();
        for (Field field : part.getDeclaredFields()) {
            int modifiers = field.getModifiers();
            boolean kept = !Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers);
            // A constructor's value that a setter of before may still fill in is not final, but has no setter of its
            // own.
            if (kept && (Modifier.isFinal(modifiers) || hasGetter(part, field.getName()))) {
                properties.put(field.getName(), field.getGenericType());
            }
        }
        Map<String, Type> set = new java.util.TreeMap<>();
        for (Method method : part.getDeclaredMethods()) {
            if (method.isAnnotationPresent(DataBoundSetter.class)
                    && method.getName().startsWith("set")) {
                String name = method.getName().substring(3);
                set.put(
                        Character.toLowerCase(name.charAt(0)) + name.substring(1),
                        method.getGenericParameterTypes()[0]);
            }
        }
        set.forEach((name, type) -> {
            properties.remove(name);
            properties.put(name, type);
        });
        return properties;
    }

    private static boolean hasGetter(Class<?> part, String key) {
        String name = Character.toUpperCase(key.charAt(0)) + key.substring(1);
        for (Method method : part.getMethods()) {
            if (method.getParameterCount() == 0 && method.getName().matches("(get|is)" + name)) {
                return true;
            }
        }
        return false;
    }

    /** The part of this plugin that a key holds one or several of; empty for plain values, and for parts of others. */
    static Optional<Class<?>> part(Type type) {
        Type one = type instanceof ParameterizedType list ? list.getActualTypeArguments()[0] : type;
        return one instanceof Class<?> known && !known.isEnum() && known.getPackage() == Properties.class.getPackage()
                ? Optional.of(known)
                : Optional.empty();
    }

    static boolean isList(Type type) {
        return type instanceof ParameterizedType list && list.getRawType() == java.util.List.class;
    }

    /** Null where there is none, or it cannot be asked for. */
    static Object value(Object part, String key) {
        String name = Character.toUpperCase(key.charAt(0)) + key.substring(1);
        for (String prefix : new String[] {"get", "is"}) {
            try {
                return part.getClass().getMethod(prefix + name).invoke(part);
            } catch (ReflectiveOperationException e) {
                // the other one, or none
            }
        }
        return null;
    }
}
