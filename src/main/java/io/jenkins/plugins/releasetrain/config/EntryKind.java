package io.jenkins.plugins.releasetrain.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a configuration has several of, each with a name and a page of its own. */
enum EntryKind {
    TRAINS(
            "train",
            TrainConfiguration.class,
            Draft::getTrains,
            Draft::setTrains,
            TrainConfiguration::getName,
            EntryKind::ofTrain),
    ENVIRONMENTS(
            "environment",
            EnvironmentConfiguration.class,
            Draft::getEnvironments,
            Draft::setEnvironments,
            EnvironmentConfiguration::getName,
            EntryKind::ofEnvironment),
    REGISTRIES(
            "registry",
            RegistryConfiguration.class,
            Draft::getRegistries,
            Draft::setRegistries,
            RegistryConfiguration::getName,
            r -> r.getHost() + " · " + r.getRole()),
    CATALOGS(
            "catalog",
            CatalogConfiguration.class,
            Draft::getCatalogs,
            Draft::setCatalogs,
            CatalogConfiguration::getName,
            c -> c.getDevRegistry() + " → " + c.getProductionRegistry()),
    WEBHOOKS(
            "webhook",
            WebhookConfiguration.class,
            Draft::getWebhooks,
            Draft::setWebhooks,
            WebhookConfiguration::getName,
            w -> w.getEvents() == null ? "" : w.getEvents());

    private final String noun;
    private final Ports<?> ports;

    /** How entries of one type are reached. */
    private record Ports<T>(
            Class<T> type,
            Function<Draft, List<T>> all,
            BiConsumer<Draft, List<T>> put,
            Function<T, String> name,
            Function<T, String> summary) {
        String nameOf(Object entry) {
            return name.apply(type.cast(entry));
        }

        /** In the place of the one of this name, or where there is none as the last one. */
        void put(Draft draft, String former, Optional<Object> entry) {
            List<T> next = new ArrayList<>();
            boolean found = false;
            for (T one : all.apply(draft)) {
                if (!nameOf(one).equals(former)) {
                    next.add(one);
                } else if (!found) {
                    found = true;
                    entry.map(type::cast).ifPresent(next::add);
                }
            }
            if (!found) {
                entry.map(type::cast).ifPresent(next::add);
            }
            put.accept(draft, next);
        }

        Optional<Object> find(Draft draft, String wanted) {
            return all.apply(draft).stream()
                    .filter(one -> nameOf(one).equals(wanted))
                    .map(Object.class::cast)
                    .findFirst();
        }

        String summarised(Object entry) {
            return summary.apply(type.cast(entry));
        }
    }

    <T> EntryKind(
            String noun,
            Class<T> type,
            Function<Draft, List<T>> all,
            BiConsumer<Draft, List<T>> put,
            Function<T, String> name,
            Function<T, String> summary) {
        this.noun = noun;
        this.ports = new Ports<>(type, all, put, name, summary);
    }

    private static String ofTrain(TrainConfiguration train) {
        return train.getCatalog() + " · " + String.join(", ", train.environments()) + " · " + train.getSmallestBatch()
                + "–" + train.getLargestBatch();
    }

    private static String ofEnvironment(EnvironmentConfiguration environment) {
        return environment.getNamespace()
                + (environment.getCatalog() == null ? "" : " · lanes of " + environment.getCatalog());
    }

    /** In addresses and as the key in code. */
    String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** One of it, as messages call it. */
    String noun() {
        return noun;
    }

    Class<?> type() {
        return ports.type();
    }

    static Optional<EntryKind> of(String key) {
        return Arrays.stream(values()).filter(k -> k.key().equals(key)).findFirst();
    }

    List<String> names(Draft draft) {
        return ports.all().apply(draft).stream().map(this::nameOf).toList();
    }

    String nameOf(Object entry) {
        return ports.nameOf(entry);
    }

    /** In a line. */
    String summary(Object entry) {
        return ports.summarised(entry);
    }

    Optional<Object> find(Draft draft, String name) {
        return ports.find(draft, name);
    }

    /** @param former what is replaced; a name that there is not adds it */
    void put(Draft draft, String former, Object entry) {
        ports.put(draft, former, Optional.of(entry));
    }

    void remove(Draft draft, String name) {
        ports.put(draft, name, Optional.empty());
    }

    /** What would not work without it, as in {@code train 'shop'}. */
    List<String> users(Draft draft, String name) {
        return switch (this) {
            case REGISTRIES ->
                draft.getCatalogs().stream()
                        .filter(c -> c.getDevRegistry().equals(name)
                                || c.getProductionRegistry().equals(name))
                        .map(c -> "catalog '" + c.getName() + "'")
                        .toList();
            case CATALOGS ->
                Stream.concat(
                                draft.getTrains().stream()
                                        .filter(t -> t.getCatalog().equals(name))
                                        .map(t -> "train '" + t.getName() + "'"),
                                draft.getEnvironments().stream()
                                        .filter(e -> name.equals(e.getCatalog()))
                                        .map(e -> "environment '" + e.getName() + "'"))
                        .toList();
            case ENVIRONMENTS ->
                draft.getTrains().stream()
                        .filter(t -> t.environments().contains(name))
                        .map(t -> "train '" + t.getName() + "'")
                        .toList();
            case TRAINS, WEBHOOKS -> List.of();
        };
    }
}
