package io.jenkins.plugins.releasetrain.config;

import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a configuration that can be used says in vain, as a pattern that matches nothing does. It is told and refuses nothing:
 * what it waits for may come, and a configuration that is in force stays so.
 */
final class ConfigurationDoubts {
    private final Settings settings;
    private final CatalogReader reader = new CatalogReader();
    private final List<String> doubts = new ArrayList<>();

    private ConfigurationDoubts(Settings settings) {
        this.settings = settings;
    }

    /** In words for the administrator; empty where all of it means something. Catalogs in SCM are not looked at. */
    static List<String> of(Settings settings) {
        ConfigurationDoubts doubts = new ConfigurationDoubts(settings);
        settings.catalogs().stream()
                .filter(c -> c.getScm() == null)
                .forEach(c -> doubts.reader
                        .doubts(c.getYaml())
                        .forEach(d -> doubts.doubts.add("catalog '" + c.getName() + "': " + d)));
        settings.trains()
                .forEach(t -> doubts.access("train '" + t.getName() + "'", Set.of(t.getCatalog()), t.getAccess()));
        settings.environments()
                .forEach(e -> doubts.access(
                        "environment '" + e.getName() + "'", settings.catalogsIn(e.getName()), e.getAccess()));
        return doubts.doubts;
    }

    /** Patterns of services that a saved catalog has none for; empty where there is no such catalog, or it is in SCM. */
    static List<String> idle(Settings settings, String catalog, Access.Rule rule) {
        return settings.catalogs().stream()
                .filter(c -> c.getName().equals(catalog) && c.getScm() == null)
                .findFirst()
                .map(c -> rule.idle(
                        new CatalogReader().read(c.getYaml()).services().keySet()))
                .orElse(List.of());
    }

    private void access(String place, Set<String> catalogs, List<AccessConfiguration> access) {
        if (access.isEmpty()
                || catalogs.isEmpty()
                || catalogs.stream().anyMatch(c -> settings.catalog(c).getScm() != null)) {
            return;
        }
        SortedSet<String> services = new TreeSet<>();
        catalogs.forEach(c -> services.addAll(
                reader.read(settings.catalog(c).getYaml()).services().keySet()));
        AccessConfiguration.rules(access)
                .forEach(rule -> rule.idle(services)
                        .forEach(pattern -> doubts.add(place + ": access: no service of "
                                + (catalogs.size() == 1 ? "catalog " : "catalogs ") + quoted(catalogs) + " is called '"
                                + pattern + "', which the jobs " + String.join(", ", rule.jobs()) + " may bring")));
    }

    private static String quoted(Set<String> names) {
        return String.join(
                ", ", new TreeSet<>(names).stream().map(n -> "'" + n + "'").toList());
    }
}
