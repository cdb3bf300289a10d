package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.KubernetesFailures.translate;
import static io.jenkins.plugins.releasetrain.engine.cluster.KubernetesFailures.translating;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads workloads and pods: from memory what is watched; otherwise one paged LIST per kind for many, single requests for a
 * few, so that neither a whole train nor one lane in a namespace of thousands asks for more than it needs.
 */
final class NamespaceReader {
    private static final int FEW = 4;
    private static final long PAGE = 500;
    private static final int GONE = 410;
    static final String FAILED_CREATE = "FailedCreate";

    private final KubernetesClient client;
    private final String namespace;

    private final Optional<WatchedNamespace> watched;

    NamespaceReader(KubernetesNamespace environment) {
        this(environment, Optional.empty());
    }

    NamespaceReader(KubernetesNamespace environment, Optional<WatchedNamespace> watched) {
        this.client = environment.client();
        this.namespace = environment.name();
        this.watched = watched;
    }

    /**
     * What is there of services. One of which something is missing or cannot be understood is absent as a whole, and no
     * matter for the others (I14).
     *
     * @throws EngineException NOT_FOUND where there is no such namespace
     */
    Present present(Collection<Service> services) {
        Map<Workload.Kind, Set<String>> names = services.stream()
                .flatMap(service -> service.workloads().stream())
                .collect(Collectors.groupingBy(Workload::kind, Collectors.mapping(Workload::name, Collectors.toSet())));
        Map<Workload.Kind, Map<String, HasMetadata>> found = new HashMap<>();
        names.forEach((kind, wanted) -> found.put(kind, workloads(kind, wanted)));
        Present present = new Present(new TreeMap<>(), new TreeMap<>());
        boolean missing = false;
        for (Service service : services) {
            List<Workload> gone = service.workloads().stream()
                    .filter(asked -> !found.get(asked.kind()).containsKey(asked.name()))
                    .toList();
            if (gone.isEmpty()) {
                present.add(service, asked -> found.get(asked.kind()).get(asked.name()));
            } else {
                missing = true;
                present.absent().put(service.name(), missing(service, gone));
            }
        }
        if (missing && namespaceMissing()) {
            throw notFound("Namespace " + namespace + " does not exist in the cluster");
        }
        return present;
    }

    /** As it is now. */
    Optional<DeployedWorkload> workload(Workload.Kind kind, String name) {
        return resource(kind, name).map(resource -> DeployedWorkload.of(WorkloadKinds.of(kind), resource));
    }

    private Optional<HasMetadata> resource(Workload.Kind kind, String name) {
        return translating(
                "read " + kind.kubernetesName() + " " + name + " in namespace " + namespace,
                () -> Optional.ofNullable(WorkloadKinds.of(kind)
                        .in(client)
                        .inNamespace(namespace)
                        .withName(name)
                        .get()));
    }

    /** What the API server answered to a change of ours. */
    void changed(DeployedWorkload workload, HasMetadata answer) {
        watched.ifPresent(w -> w.changed(workload.type(), answer));
    }

    /** The events of pods that the API server did not create for these parts' workloads, by {@link Part#key}. */
    Map<String, List<Event>> refusals(Collection<Part> parts) {
        Optional<WatchedObjects> known =
                parts.isEmpty() ? Optional.empty() : watched.flatMap(WatchedNamespace::refusals);
        Map<String, List<Event>> read = known.isPresent() || parts.isEmpty()
                ? Map.of()
                : readRefusals().stream().collect(Collectors.groupingBy(PodOwner::involved));
        Map<String, List<Event>> refusals = new HashMap<>();
        parts.forEach(part -> refusals.put(
                part.key(),
                known
                        .map(objects -> objects.group(part.key()).stream()
                                .map(Event.class::cast)
                                .toList())
                        .orElseGet(() -> read.getOrDefault(part.key(), List.of()))
                        .stream()
                        .filter(e -> FAILED_CREATE.equals(e.getReason()))
                        .toList()));
        return refusals;
    }

    /** One list, however many workloads are asked about. */
    private List<Event> readRefusals() {
        try {
            return all("events", options -> {
                options.setFieldSelector("reason=" + FAILED_CREATE);
                return client.v1().events().inNamespace(namespace).list(options);
            });
        } catch (EngineException e) {
            if (e.kind() == FailureKind.FORBIDDEN) {
                // They tell more, and nothing depends on them.
                return List.of();
            }
            throw e;
        }
    }

    /** What was told last of a pod that does not begin, as by its node: which volume, or which secret it lacks. */
    Optional<String> warning(String pod) {
        try {
            return all("events", options -> {
                        options.setFieldSelector("type=Warning,involvedObject.kind=Pod,involvedObject.name=" + pod);
                        return client.v1().events().inNamespace(namespace).list(options);
                    })
                    .stream()
                    .filter(e -> "Warning".equals(e.getType())
                            && e.getMessage() != null
                            && pod.equals(e.getInvolvedObject().getName()))
                    .max(Comparator.comparing(e -> e.getLastTimestamp() == null ? "" : e.getLastTimestamp()))
                    .map(Unready::quoted);
        } catch (EngineException e) {
            // They tell more, and nothing depends on them.
            return Optional.empty();
        }
    }

    /** The pods that the parts' workloads control now, by {@link Part#key}. */
    Map<String, List<Pod>> pods(Collection<Part> parts) {
        Map<String, DeployedWorkload> workloads = new HashMap<>();
        parts.stream()
                .filter(part -> part.workload().selector().isPresent())
                .forEach(part -> workloads.put(part.key(), part.workload()));
        Map<String, List<Pod>> byOwner = new HashMap<>();
        parts.forEach(part -> byOwner.put(part.key(), List.of()));
        Optional<WatchedObjects> known =
                workloads.isEmpty() ? Optional.empty() : watched.flatMap(WatchedNamespace::pods);
        Map<String, List<Pod>> read = known.isPresent()
                ? Map.of()
                : readPods(workloads.values()).stream().collect(Collectors.groupingBy(PodOwner::of));
        workloads.forEach((key, workload) -> {
            List<Pod> own = known.isPresent() ? cast(known.get().group(key)) : read.getOrDefault(key, List.of());
            boolean foreign = own.isEmpty() && workload.type() instanceof TemplateKind;
            byOwner.put(
                    key,
                    foreign
                            ? PodOwner.selected(
                                    workload,
                                    known.isPresent()
                                            ? cast(known.get().all()).stream()
                                            : read.values().stream().flatMap(List::stream))
                            : own);
        });
        return byOwner;
    }

    private static List<Pod> cast(Collection<HasMetadata> pods) {
        return pods.stream().map(Pod.class::cast).toList();
    }

    private List<Pod> readPods(Collection<DeployedWorkload> workloads) {
        return workloads.size() <= FEW
                ? workloads.stream()
                        .flatMap(w -> w.selector().stream())
                        .distinct()
                        .flatMap(s -> pods(s).stream())
                        .distinct()
                        .toList()
                : pods(new LabelSelector());
    }

    /** All of a kind that a selector finds; an empty one finds all. */
    <T extends HasMetadata> List<T> all(Class<T> type, LabelSelector selector) {
        return all(
                HasMetadata.getPlural(type),
                options -> client.resources(type)
                        .inNamespace(namespace)
                        .withLabelSelector(selector)
                        .list(options));
    }

    List<DeployedWorkload> all(WorkloadKind kind) {
        return resources(kind).stream()
                .map(resource -> DeployedWorkload.of(kind, resource))
                .toList();
    }

    private List<HasMetadata> resources(WorkloadKind kind) {
        return all(
                kind.plural(), options -> kind.in(client).inNamespace(namespace).list(options));
    }

    private List<Pod> pods(LabelSelector selector) {
        return all(
                "pods",
                options -> client.pods()
                        .inNamespace(namespace)
                        .withLabelSelector(selector)
                        .list(options));
    }

    private Map<String, HasMetadata> workloads(Workload.Kind kind, Set<String> names) {
        Optional<WatchedObjects> known = watched.flatMap(w -> w.workloads(kind));
        if (known.isEmpty()) {
            return readWorkloads(kind, names);
        }
        Map<String, HasMetadata> found = new HashMap<>();
        Set<String> missing = new TreeSet<>();
        names.forEach(name -> known.get().get(name).ifPresentOrElse(r -> found.put(name, r), () -> missing.add(name)));
        if (!missing.isEmpty()) {
            // Somebody may have made it a moment ago.
            found.putAll(readWorkloads(kind, missing));
        }
        return found;
    }

    private Map<String, HasMetadata> readWorkloads(Workload.Kind kind, Set<String> names) {
        Stream<HasMetadata> read = names.size() <= FEW
                ? names.stream().flatMap(name -> resource(kind, name).stream())
                : resources(WorkloadKinds.of(kind)).stream()
                        .filter(r -> names.contains(r.getMetadata().getName()));
        return read.collect(Collectors.toMap(r -> r.getMetadata().getName(), Function.identity()));
    }

    private <T extends HasMetadata> List<T> all(
            String what, Function<ListOptions, ? extends KubernetesResourceList<? extends T>> list) {
        String action = "list " + what + " in namespace " + namespace;
        try {
            return pages(list, PAGE);
        } catch (KubernetesClientException e) {
            if (e.getCode() != GONE) {
                throw translate(action, e);
            }
            // The snapshot behind the continue token was compacted away; an unpaged list needs none.
            return translating(action, () -> pages(list, 0));
        }
    }

    private static <T extends HasMetadata> List<T> pages(
            Function<ListOptions, ? extends KubernetesResourceList<? extends T>> list, long limit) {
        List<T> all = new ArrayList<>();
        String next = null;
        do {
            KubernetesResourceList<? extends T> page = list.apply(new ListOptionsBuilder()
                    .withLimit(limit == 0 ? null : (Long) limit)
                    .withContinue(next)
                    .build());
            all.addAll(page.getItems());
            next = page.getMetadata() == null ? null : page.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
        return all;
    }

    private EngineException missing(Service service, List<Workload> gone) {
        String workloads = gone.stream()
                .map(w -> w.kind().kubernetesName() + " " + w.name())
                .collect(Collectors.joining(", "));
        return notFound("Not in namespace " + namespace + ": " + workloads + " (service " + service.name() + ")");
    }

    private static EngineException notFound(String what) {
        return new EngineException(
                FailureKind.NOT_FOUND, what + ". Create what is missing, or correct the catalog or the environment");
    }

    private boolean namespaceMissing() {
        try {
            return client.namespaces().withName(namespace).get() == null;
        } catch (KubernetesClientException e) {
            // An account that sees only its namespace's content may not read the namespace; then it likely exists.
            return false;
        }
    }
}
