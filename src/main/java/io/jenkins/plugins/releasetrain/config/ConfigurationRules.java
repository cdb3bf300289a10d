package io.jenkins.plugins.releasetrain.config;

import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What must hold between the parts of a configuration. */
final class ConfigurationRules {
    private ConfigurationRules() {}

    /** In words for the administrator; empty where all is well. */
    static List<String> problems(ReleaseTrainConfiguration c) {
        List<String> problems = new ArrayList<>();
        unique("registry", c.getRegistries(), RegistryConfiguration::getName, problems);
        unique("environment", c.getEnvironments(), EnvironmentConfiguration::getName, problems);
        unique("catalog", c.getCatalogs(), CatalogConfiguration::getName, problems);
        unique("train", c.getTrains(), TrainConfiguration::getName, problems);
        unique("webhook", c.getWebhooks(), WebhookConfiguration::getName, problems);
        c.getWebhooks().forEach(w -> check(problems, "webhook '" + w.getName() + "'", () -> w.endpoint(() -> "")));
        CatalogReader reader = new CatalogReader();
        for (CatalogConfiguration catalog : c.getCatalogs()) {
            String place = "catalog '" + catalog.getName() + "'";
            check(problems, place, () -> c.registry(catalog.getDevRegistry()));
            check(problems, place, () -> production(c.registry(catalog.getProductionRegistry())));
            check(problems, place, () -> catalog.check(reader));
        }
        for (EnvironmentConfiguration environment : c.getEnvironments()) {
            if (environment.getCatalog() != null) {
                String place = "environment '" + environment.getName() + "'";
                check(problems, place, () -> c.catalog(environment.getCatalog()));
            }
        }
        trains(c, problems);
        return problems;
    }

    private static void trains(ReleaseTrainConfiguration c, List<String> problems) {
        Map<String, String> claimed = new HashMap<>();
        for (TrainConfiguration train : c.getTrains()) {
            String place = "train '" + train.getName() + "'";
            check(problems, place, () -> c.catalog(train.getCatalog()));
            PolicyConfiguration policy = train.getPolicy();
            if (policy != null) {
                policy.getFreezes().forEach(f -> check(problems, place, f::freeze));
            }
            for (String environment : train.environments()) {
                check(problems, place, () -> c.environment(environment));
                String other = claimed.put(environment, train.getName());
                if (train.getName().equals(other)) {
                    problems.add(place + " claims environment '" + environment + "' twice");
                } else if (other != null) {
                    problems.add("trains '" + other + "' and '" + train.getName() + "' both claim environment '"
                            + environment + "'; give each its own");
                }
            }
        }
    }

    private static void production(RegistryConfiguration registry) {
        if (registry.getRole() != RegistryRole.PRODUCTION) {
            throw EngineException.invalid("registry '" + registry.getName() + "' is not a production registry");
        }
    }

    private static <T> void unique(String what, Collection<T> all, Function<T, String> nameOf, List<String> problems) {
        Set<String> seen = new HashSet<>();
        for (T one : all) {
            if (!seen.add(nameOf.apply(one))) {
                problems.add("there are two of " + what + " '" + nameOf.apply(one) + "'");
            }
        }
    }

    private static void check(List<String> problems, String place, Runnable rule) {
        try {
            rule.run();
        } catch (EngineException e) {
            problems.add(place + ": " + e.getMessage());
        }
    }
}
