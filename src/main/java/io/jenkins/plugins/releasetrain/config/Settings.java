package io.jenkins.plugins.releasetrain.config;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A whole configuration in which everything fits. Nobody ever sees less than one: those who work keep the one that they
 * began with, and the next look gets the one that was saved last.
 */
public final class Settings {
    private final List<RegistryConfiguration> registries;
    private final List<EnvironmentConfiguration> environments;
    private final List<CatalogConfiguration> catalogs;
    private final List<TrainConfiguration> trains;
    private final List<WebhookConfiguration> webhooks;
    private final Optional<StoreConfiguration> store;
    private final Optional<HistoryConfiguration> history;
    private final Optional<BadgesConfiguration> badges;
    private final List<String> problems;

    /** What keeps a draft from becoming settings: all of it. */
    public static final class Problems extends Exception {
        private static final long serialVersionUID = 1;

        private final transient List<String> all;

        Problems(List<String> all) {
            super(String.join("\n", all));
            this.all = List.copyOf(all);
        }

        public List<String> all() {
            return all;
        }
    }

    private Settings(Draft draft, List<String> problems) {
        registries = draft.getRegistries();
        environments = draft.getEnvironments();
        catalogs = draft.getCatalogs();
        trains = draft.getTrains();
        webhooks = draft.getWebhooks();
        store = Optional.ofNullable(draft.getStore());
        history = Optional.ofNullable(draft.getHistory());
        badges = Optional.ofNullable(draft.getBadges());
        this.problems = problems;
    }

    /** @throws Problems where something does not fit: everything that does not */
    public static Settings of(Draft draft) throws Problems {
        Settings settings = new Settings(draft, List.of());
        List<String> problems = ConfigurationRules.problems(settings);
        if (!problems.isEmpty()) {
            throw new Problems(problems);
        }
        return settings;
    }

    /**
     * Of a file that was saved by an older version, or changed by hand, and does not fit: there is nothing, and whoever
     * looks for something is told to wait for an administrator.
     */
    static Settings unusable(Problems problems) {
        return new Settings(new Draft(), problems.all());
    }

    /** Why what was saved cannot be used; empty: it can. */
    public List<String> problems() {
        return problems;
    }

    public List<RegistryConfiguration> registries() {
        return registries;
    }

    public List<EnvironmentConfiguration> environments() {
        return environments;
    }

    public List<CatalogConfiguration> catalogs() {
        return catalogs;
    }

    public List<TrainConfiguration> trains() {
        return trains;
    }

    public List<WebhookConfiguration> webhooks() {
        return webhooks;
    }

    /** Empty: a file in JENKINS_HOME. */
    public Optional<StoreConfiguration> store() {
        return store;
    }

    /** How long lists remember what was not released; empty: for ever. */
    public Optional<HistoryConfiguration> history() {
        return history;
    }

    /** Whether everybody may read what production runs of a service. */
    public boolean showsBadge(String service) {
        return badges.filter(b -> b.allows(service)).isPresent();
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public RegistryConfiguration registry(String name) {
        return find("registry", registries, RegistryConfiguration::getName, name);
    }

    /** The production registry of a host; empty where there is none. */
    public Optional<RegistryConfiguration> productionAt(String host) {
        return registries.stream()
                .filter(r -> r.getRole() == RegistryRole.PRODUCTION && RegistrySettings.isSameHost(r.getHost(), host))
                .findFirst();
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public EnvironmentConfiguration environment(String name) {
        return find("environment", environments, EnvironmentConfiguration::getName, name);
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public CatalogConfiguration catalog(String name) {
        return find("catalog", catalogs, CatalogConfiguration::getName, name);
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public TrainConfiguration train(String name) {
        return find("train", trains, TrainConfiguration::getName, name);
    }

    private <T> T find(String what, List<T> list, Function<T, String> nameOf, String name) {
        usable();
        return list.stream()
                .filter(t -> nameOf.apply(t).equals(name))
                .findFirst()
                .orElseThrow(() -> EngineException.invalid("Unknown " + what + " '" + name + "'; configured are "
                        + (list.isEmpty()
                                ? "none"
                                : String.join(", ", list.stream().map(nameOf).toList()))
                        + " (Manage Jenkins » Release Train)"));
    }

    /** @throws EngineException UNAVAILABLE, so that who waits goes on waiting, where what was saved cannot be used */
    public void usable() {
        if (!problems.isEmpty()) {
            throw new EngineException(
                    FailureKind.UNAVAILABLE,
                    "The configuration cannot be used as it was saved; let an administrator look at Manage Jenkins »"
                            + " Release Train");
        }
    }

    /** @throws EngineException UNAVAILABLE where what was saved cannot be used: then nobody knows */
    public boolean hasTrain(String name) {
        usable();
        return trains.stream().anyMatch(t -> name.equals(t.getName()));
    }

    /**
     * Whether there is such an environment, and it has a catalog.
     *
     * @throws EngineException UNAVAILABLE where what was saved cannot be used: then nobody knows
     */
    public boolean takesLanes(String environment) {
        usable();
        return environments.stream().anyMatch(e -> environment.equals(e.getName()) && e.getCatalog() != null);
    }

    /** Names of the catalogs of the trains and lanes that install into the environment. */
    public SortedSet<String> catalogsIn(String environment) {
        SortedSet<String> names = new TreeSet<>();
        environments().stream()
                .filter(e -> Objects.equals(environment, e.getName()))
                .map(EnvironmentConfiguration::getCatalog)
                .filter(Objects::nonNull)
                .forEach(names::add);
        trains().stream().filter(t -> t.environments().contains(environment)).forEach(t -> names.add(t.getCatalog()));
        return names;
    }
}
