package io.jenkins.plugins.releasetrain.engine.model;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The services of a train or of a shared environment, by name. Checked when it is read, immutable afterwards.
 *
 * @param contracts what applies to the contract of a service, by name; the usual where nothing is said
 * @param links where issues are, and revisions are compared
 */
public record Catalog(SortedMap<String, Service> services, Map<String, ContractPolicy> contracts, SourceLinks links) {
    /** The usual tag of what was built last. */
    public static final String LATEST = "latest";

    public Catalog {
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        contracts = Map.copyOf(contracts);
    }

    public Catalog(SortedMap<String, Service> services, Map<String, ContractPolicy> contracts) {
        this(services, contracts, SourceLinks.NONE);
    }

    public Catalog(SortedMap<String, Service> services) {
        this(services, Map.of());
    }

    public ContractPolicy contractPolicy(String service) {
        return contracts.getOrDefault(service, ContractPolicy.USUAL);
    }

    /**
     * The tag of each service in the dev registry.
     *
     * @param template {@code {service}} stands for the name; empty for {@value #LATEST}
     * @throws EngineException INVALID_INPUT for a tag that is none, and where nothing was said and services share a
     *     repository: the image of one would be taken for another's
     */
    public SortedMap<String, String> tags(Optional<String> template) {
        SortedMap<String, String> tags = new TreeMap<>();
        Map<String, String> repositories = new HashMap<>();
        for (Service service : services.values()) {
            String rival = repositories.put(service.devRepository(), service.name());
            if (rival != null && template.isEmpty()) {
                throw EngineException.invalid("Services " + rival + " and " + service.name()
                        + " share the dev repository " + service.devRepository()
                        + ": say which tag is whose, as in snapshotTag: 'latest-{service}', or snapshotTag: '" + LATEST
                        + "' where they are one image");
            }
            tags.put(
                    service.name(),
                    ImageReference.checkTag(template.orElse(LATEST).replace("{service}", service.name())));
        }
        return tags;
    }

    /** Whether the tag says what production runs of some service in this repository of the production registry. */
    public boolean isProductionTag(String repository, String tag) {
        return services.values().stream()
                .anyMatch(s -> s.productionTag().equals(tag)
                        && s.productionRepository().equals(repository));
    }

    /** @throws EngineException where the name is unknown; names the nearest ones */
    public Service service(String name) {
        Service service = services.get(name);
        if (service == null) {
            throw EngineException.invalid("Unknown service '" + name + "'; the catalog has " + services.size()
                    + " services" + (services.size() <= 20 ? ": " + String.join(", ", services.keySet()) : ""));
        }
        return service;
    }

    /**
     * The services whose change can change the verdict on the given ones: {@code dependsOn} in both directions,
     * transitively (design §6, Drift). Includes the given ones.
     */
    public SortedSet<String> connected(Collection<String> names) {
        Map<String, Set<String>> neighbours = new HashMap<>();
        services.values()
                .forEach(s -> s.dependsOn().forEach(d -> {
                    neighbours.computeIfAbsent(s.name(), k -> new TreeSet<>()).add(d);
                    neighbours.computeIfAbsent(d, k -> new TreeSet<>()).add(s.name());
                }));
        SortedSet<String> reached = new TreeSet<>(names);
        Deque<String> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            for (String next : neighbours.getOrDefault(open.pop(), Set.of())) {
                if (reached.add(next)) {
                    open.push(next);
                }
            }
        }
        return reached;
    }
}
