package io.jenkins.plugins.releasetrain.config;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.host.Controller;
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
import java.util.regex.Pattern;

/** The parts of a configuration, to tell afterwards which are others: their values as digests only (I9). */
final class ConfigurationParts {
    /** SCM plugins give sources a new one whenever a form is saved. */
    private static final Pattern ID_OF_SOURCE = Pattern.compile("<id>[^<]*</id>");

    private final SortedMap<String, Part> parts = new TreeMap<>();

    private record Part(String kind, String name, SortedMap<String, Digest> fields) {}

    private ConfigurationParts() {}

    static ConfigurationParts of(ReleaseTrainConfiguration c) {
        ConfigurationParts all = new ConfigurationParts();
        all.add("registry", c.getRegistries(), RegistryConfiguration::getName);
        all.add("environment", c.getEnvironments(), EnvironmentConfiguration::getName);
        all.add("catalog", c.getCatalogs(), CatalogConfiguration::getName);
        all.add("train", c.getTrains(), TrainConfiguration::getName);
        all.add("webhook", c.getWebhooks(), WebhookConfiguration::getName);
        all.add("store", c.getStore() == null ? List.of() : List.of(c.getStore()), store -> "");
        return all;
    }

    private <T> void add(String kind, Collection<T> some, Function<T, String> nameOf) {
        some.forEach(one -> parts.put(kind + " " + nameOf.apply(one), new Part(kind, nameOf.apply(one), fields(one))));
    }

    private static SortedMap<String, Digest> fields(Object part) {
        SortedMap<String, Digest> fields = new TreeMap<>();
        for (Field field : part.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                fields.put(field.getName(), digest(part, field));
            }
        }
        return fields;
    }

    private static Digest digest(Object part, Field field) {
        try {
            field.setAccessible(true);
            String saved = ID_OF_SOURCE.matcher(Controller.xml(field.get(part))).replaceAll("");
            return Digest.sha256(saved.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is there that was not there before, is there no more, or is another one. */
    List<Event.Part> since(ConfigurationParts before) {
        List<Event.Part> changes = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(parts.keySet());
        keys.addAll(before.parts.keySet());
        for (String key : keys) {
            Part now = parts.get(key);
            Part then = before.parts.get(key);
            if (then == null) {
                changes.add(new Event.Part(now.kind(), now.name(), Event.Alteration.ADDED, List.of()));
            } else if (now == null) {
                changes.add(new Event.Part(then.kind(), then.name(), Event.Alteration.REMOVED, List.of()));
            } else if (!now.fields().equals(then.fields())) {
                List<String> fields = changed(then.fields(), now.fields());
                changes.add(new Event.Part(now.kind(), now.name(), Event.Alteration.CHANGED, fields));
            }
        }
        return changes;
    }

    private static List<String> changed(Map<String, Digest> before, Map<String, Digest> now) {
        return now.keySet().stream()
                .filter(field -> !Objects.equals(before.get(field), now.get(field)))
                .toList();
    }
}
