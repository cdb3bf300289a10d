package io.jenkins.plugins.releasetrain.config;

import hudson.util.Secret;
import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;

/** The parts of a configuration, to tell afterwards which are others: their values as digests only (I9). */
final class ConfigurationParts {
    /** SCM plugins give sources a new one whenever a form is saved. */
    private static final Pattern ID_OF_SOURCE = Pattern.compile("<id>[^<]*</id>");

    private final SortedMap<String, Part> parts = new TreeMap<>();
    private final Function<Object, String> xml;

    /** @param guarded fields that are set and are an administrator's alone */
    private record Part(
            String kind, String name, boolean isGuarded, List<String> guarded, SortedMap<String, Digest> fields) {}

    private ConfigurationParts(Function<Object, String> xml) {
        this.xml = xml;
    }

    static ConfigurationParts of(Draft c) {
        return of(c, Jenkins.XSTREAM2::toXML);
    }

    /** @param xml what a value is saved as */
    static ConfigurationParts of(Draft c, Function<Object, String> xml) {
        ConfigurationParts all = new ConfigurationParts(xml);
        all.add("registry", c.getRegistries(), RegistryConfiguration::getName);
        all.add("environment", c.getEnvironments(), EnvironmentConfiguration::getName);
        all.add("catalog", c.getCatalogs(), CatalogConfiguration::getName);
        all.add("train", c.getTrains(), TrainConfiguration::getName);
        all.add("webhook", c.getWebhooks(), WebhookConfiguration::getName);
        all.add("store", c.getStore() == null ? List.of() : List.of(c.getStore()), store -> "");
        all.add("history", c.getHistory() == null ? List.of() : List.of(c.getHistory()), history -> "");
        all.add("badges", c.getBadges() == null ? List.of() : List.of(c.getBadges()), badges -> "");
        return all;
    }

    private <T> void add(String kind, Collection<T> some, Function<T, String> nameOf) {
        some.forEach(one -> parts.put(kind + " " + nameOf.apply(one), part(kind, nameOf.apply(one), one)));
    }

    private Part part(String kind, String name, Object part) {
        SortedMap<String, Digest> fields = new TreeMap<>();
        List<String> guarded = new ArrayList<>();
        for (Field field : part.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                Object value = value(part, field);
                fields.put(field.getName(), digest(value));
                if (field.isAnnotationPresent(Guarded.class) && value != null) {
                    guarded.add(field.getName());
                }
            }
        }
        return new Part(kind, name, part.getClass().isAnnotationPresent(Guarded.class), guarded, fields);
    }

    private static Object value(Object part, Field field) {
        try {
            field.setAccessible(true);
            return field.get(part);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A secret that is encrypted anew is still the same. */
    private Digest digest(Object value) {
        String saved = value instanceof Secret secret
                ? secret.getPlainText()
                : ID_OF_SOURCE.matcher(xml.apply(value)).replaceAll("");
        return Digest.sha256(saved.getBytes(StandardCharsets.UTF_8));
    }

    /** What a part was when it was read: another one as soon as a field of it is; empty where it is not there. */
    String version(String kind, String name) {
        Part part = parts.get(kind + " " + name);
        return part == null ? "" : Digest.sha256(part.fields().toString()).abbreviated();
    }

    /** What is there that was not there before, is there no more, or is another one. */
    List<ConfigurationPart> since(ConfigurationParts before) {
        List<ConfigurationPart> changes = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(parts.keySet());
        keys.addAll(before.parts.keySet());
        for (String key : keys) {
            Part now = parts.get(key);
            Part then = before.parts.get(key);
            if (then == null) {
                changes.add(
                        new ConfigurationPart(now.kind(), now.name(), ConfigurationPart.Alteration.ADDED, List.of()));
            } else if (now == null) {
                changes.add(new ConfigurationPart(
                        then.kind(), then.name(), ConfigurationPart.Alteration.REMOVED, List.of()));
            } else if (!now.fields().equals(then.fields())) {
                List<String> fields = changed(then.fields(), now.fields());
                changes.add(
                        new ConfigurationPart(now.kind(), now.name(), ConfigurationPart.Alteration.CHANGED, fields));
            }
        }
        return changes;
    }

    /** What of it takes Overall/Administer, in words. */
    List<String> guardedSince(ConfigurationParts before) {
        List<String> refused = new ArrayList<>();
        UnaryOperator<String> sentence = what -> what + ": takes the permission Overall/Administer, since it says where"
                + " requests and credentials go to, or who may release";
        for (ConfigurationPart change : since(before)) {
            String key = change.kind() + " " + change.name();
            Part part = parts.getOrDefault(key, before.parts.get(key));
            List<String> fields = change.change() == ConfigurationPart.Alteration.CHANGED
                    ? change.fields().stream()
                            .filter(f -> isGuarded(key, f, before))
                            .toList()
                    : part.guarded();
            if (part.isGuarded()) {
                refused.add(sentence.apply(key.strip()));
            } else if (!fields.isEmpty()) {
                refused.add(sentence.apply(key + ", " + String.join(", ", fields)));
            }
        }
        return refused;
    }

    private boolean isGuarded(String key, String field, ConfigurationParts before) {
        return parts.get(key).guarded().contains(field)
                || before.parts.get(key).guarded().contains(field);
    }

    private static List<String> changed(Map<String, Digest> before, Map<String, Digest> now) {
        return now.keySet().stream()
                .filter(field -> !Objects.equals(before.get(field), now.get(field)))
                .toList();
    }
}
