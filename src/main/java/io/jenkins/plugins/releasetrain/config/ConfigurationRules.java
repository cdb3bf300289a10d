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
    static List<String> problems(Settings c) {
        List<String> problems = new ArrayList<>();
        names("registry", c.registries(), RegistryConfiguration::getName, problems);
        names("environment", c.environments(), EnvironmentConfiguration::getName, problems);
        names("catalog", c.catalogs(), CatalogConfiguration::getName, problems);
        names("train", c.trains(), TrainConfiguration::getName, problems);
        names("webhook", c.webhooks(), WebhookConfiguration::getName, problems);
        c.webhooks().forEach(w -> check(problems, "webhook '" + w.getName() + "'", () -> w.endpoint(() -> "")));
        c.store().ifPresent(store -> check(problems, "store", store::server));
        c.history().ifPresent(history -> history.check(new Ranges("history", problems)));
        c.registries().forEach(r -> {
            r.check(new Ranges("registry '" + r.getName() + "'", problems));
            AccessConfiguration.check(r.getAccess(), new Ranges("registry '" + r.getName() + "'", problems));
        });
        c.environments().forEach(e -> e.check(new Ranges("environment '" + e.getName() + "'", problems)));
        c.trains().forEach(t -> t.check(new Ranges("train '" + t.getName() + "'", problems)));
        CatalogReader reader = new CatalogReader();
        for (CatalogConfiguration catalog : c.catalogs()) {
            String place = "catalog '" + catalog.getName() + "'";
            check(problems, place, () -> c.registry(catalog.getDevRegistry()));
            check(problems, place, () -> production(c.registry(catalog.getProductionRegistry())));
            check(problems, place, () -> catalog.check(reader));
        }
        for (EnvironmentConfiguration environment : c.environments()) {
            if (environment.getCatalog() != null) {
                String place = "environment '" + environment.getName() + "'";
                check(problems, place, () -> c.catalog(environment.getCatalog()));
            }
        }
        trains(c, problems);
        return problems;
    }

    private static void trains(Settings c, List<String> problems) {
        Map<String, String> claimed = new HashMap<>();
        for (TrainConfiguration train : c.trains()) {
            String place = "train '" + train.getName() + "'";
            check(problems, place, () -> c.catalog(train.getCatalog()));
            PolicyConfiguration policy = train.getPolicy();
            if (policy != null) {
                policy.getFreezes().forEach(f -> check(problems, place, f::freeze));
                policy.getDepartures().forEach(d -> check(problems, place, d::departure));
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

    private static <T> void names(String what, Collection<T> all, Function<T, String> nameOf, List<String> problems) {
        Set<String> seen = new HashSet<>();
        for (T one : all) {
            String name = nameOf.apply(one);
            if (name == null || !Forms.NAME.matcher(name).matches()) {
                problems.add("the name '" + name + "' of a " + what
                        + " is none: lower case letters, digits and dashes, at most 63, as in 'shop'");
            } else if (!seen.add(name)) {
                problems.add("there are two of " + what + " '" + name + "'");
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
