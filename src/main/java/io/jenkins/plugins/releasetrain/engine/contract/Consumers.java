package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.event.Edges;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Mode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Who needs what of whom: whether a consumer's image gets from a provider's image what it published as its need. Each pair
 * of images is looked at once and kept; it stops nobody.
 */
final class Consumers {
    private final Catalog catalog;
    private final Registries registries;
    private final Contracts contracts;
    private final BiFunction<List<ContractFile>, List<ContractFile>, List<Finding>> checkers;

    Consumers(
            Catalog catalog,
            Registries registries,
            Contracts contracts,
            BiFunction<List<ContractFile>, List<ContractFile>, List<Finding>> checkers) {
        this.catalog = catalog;
        this.registries = registries;
        this.contracts = contracts;
        this.checkers = checkers;
    }

    /** An image of a service. */
    record Node(String service, Digest image) {}

    /** One calls the other. */
    record Edge(Node consumer, Node provider) {}

    /**
     * Looks at all edges between what is brought and what it may meet.
     *
     * @param brought by a change or lane
     * @param others what undecided changes bring: it may be in the same set
     * @throws EngineException retryable: a registry cannot be asked now
     */
    void look(Map<String, Digest> brought, Collection<Node> others) {
        for (Edge edge : edges(brought, others)) {
            if (!contracts.log(edge.consumer().service()).knows(edge)) {
                contracts.needed(compare(edge));
            }
        }
    }

    /** Of consumers that published what they need, with what production runs, with each other, and with the others'. */
    Set<Edge> edges(Map<String, Digest> brought, Collection<Node> others) {
        Map<String, Set<String>> callers = callers(brought.keySet());
        Set<String> met = new TreeSet<>(callers.keySet());
        brought.forEach((service, image) -> met.addAll(needs(new Node(service, image))));
        met.retainAll(catalog.services().keySet());
        Map<String, Set<Node>> there = new TreeMap<>();
        production(met, brought.keySet()).forEach((service, image) -> add(there, new Node(service, image)));
        others.stream().filter(n -> met.contains(n.service())).forEach(n -> add(there, n));
        brought.forEach((service, image) -> there.put(service, new HashSet<>(Set.of(new Node(service, image)))));
        Set<Edge> edges = new LinkedHashSet<>();
        brought.forEach((service, image) -> {
            Node node = new Node(service, image);
            needs(node).forEach(p -> there.getOrDefault(p, Set.of()).forEach(n -> edges.add(new Edge(node, n))));
            callers.forEach((caller, called) -> {
                if (called.contains(service)) {
                    there.getOrDefault(caller, Set.of()).stream()
                            .filter(n -> needs(n).contains(service))
                            .forEach(n -> edges.add(new Edge(n, node)));
                }
            });
        });
        return edges;
    }

    private static void add(Map<String, Set<Node>> nodes, Node node) {
        nodes.computeIfAbsent(node.service(), s -> new LinkedHashSet<>()).add(node);
    }

    /** Who calls them, as the catalog declares it and as far as anything of it is looked at, and which of them. */
    private Map<String, Set<String>> callers(Set<String> services) {
        Map<String, Set<String>> callers = new TreeMap<>();
        for (Service service : catalog.services().values()) {
            Set<String> called = new TreeSet<>(service.dependsOn());
            called.retainAll(services);
            if (!called.isEmpty()
                    && catalog.contractPolicy(service.name()).mode() != Mode.OFF
                    && contracts.log(service.name()).needsAny()) {
                callers.put(service.name(), called);
            }
        }
        return callers;
    }

    private Set<String> needs(Node consumer) {
        return catalog.contractPolicy(consumer.service()).mode() == Mode.OFF
                ? Set.of()
                : contracts.log(consumer.service()).needs(consumer.image());
    }

    private SortedMap<String, Digest> production(Set<String> services, Set<String> brought) {
        SortedMap<String, Digest> running = new TreeMap<>();
        List<Service> asked = services.stream()
                .filter(s -> !brought.contains(s))
                .map(catalog::service)
                .toList();
        if (!asked.isEmpty()) {
            registries.productionSet(asked).images().forEach((s, image) -> running.put(s, image.digest()));
        }
        return running;
    }

    private Event.ContractNeeded compare(Edge edge) {
        String provider = edge.provider().service();
        List<Finding> findings;
        try {
            List<ContractFile> needed = read(edge.consumer()).stream()
                    .filter(f -> f.neededOf().equals(Optional.of(provider)))
                    .map(ContractFile::asItsOwn)
                    .toList();
            Set<ContractKind> kinds = new HashSet<>();
            needed.forEach(f -> kinds.add(f.kind()));
            List<ContractFile> promised = read(edge.provider()).stream()
                    .filter(f -> f.neededOf().isEmpty() && kinds.contains(f.kind()))
                    .toList();
            findings = checkers.apply(needed, promised);
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                throw e;
            }
            findings = List.of(new Finding(Severity.WARN, "contract-unreadable", "", "", 0, e.getMessage()));
        }
        // Beyond what is needed the provider may promise what it likes.
        List<Finding> telling =
                findings.stream().filter(f -> f.severity() != Severity.INFO).toList();
        Event.ContractChecked kept = RegistryGate.checked(
                provider, edge.consumer().image(), edge.provider().image(), telling, Optional.empty());
        return new Event.ContractNeeded(
                edge.consumer().service(), kept.before(), provider, kept.after(), kept.findings());
    }

    /** A candidate is in the dev registry, what runs in production is there; a promoted one is in both. */
    private List<ContractFile> read(Node node) {
        Service service = catalog.service(node.service());
        Registry dev = registries.dev();
        return dev.resolve(service.devRepository(), node.image().value()).isPresent()
                ? ContractArtifacts.read(dev, service.devRepository(), node.image())
                : ContractArtifacts.read(registries.production(), service.productionRepository(), node.image());
    }

    /** Those that a service calls and that call it, by what the catalog declares, as far as they are there. */
    static Edges among(Catalog catalog, String service, Map<String, Digest> there) {
        SortedMap<String, Digest> calls = new TreeMap<>(there);
        calls.keySet().retainAll(catalog.service(service).dependsOn());
        SortedMap<String, Digest> calledBy = new TreeMap<>(there);
        calledBy.keySet()
                .removeIf(s -> !catalog.services().containsKey(s)
                        || !catalog.service(s).dependsOn().contains(service));
        return new Edges(calls, calledBy);
    }

    /** @param images of a change */
    static Map<String, Digest> digests(Map<String, PinnedImage> images) {
        Map<String, Digest> digests = new TreeMap<>();
        images.forEach((service, image) -> digests.put(service, image.digest()));
        return digests;
    }
}
