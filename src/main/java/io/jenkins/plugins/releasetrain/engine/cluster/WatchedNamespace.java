package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What a namespace holds, kept in memory by watches; each kind from the first time that it is asked for (ADR 19). */
final class WatchedNamespace {
    private static final String PODS = "pods";
    private static final String EVENTS = "events";

    private final KubernetesClient client;
    private final String namespace;
    private final Clock clock;
    private final Consumer<String> notices;
    private final Map<String, WatchedKind> kinds = new ConcurrentHashMap<>();
    private final Map<String, String> told = new ConcurrentHashMap<>();

    /** @param notices told, once, of what cannot be watched and is read again and again instead */
    WatchedNamespace(KubernetesNamespace environment, Clock clock, Consumer<String> notices) {
        KubernetesClient given = environment.client();
        RequestConfig once = new RequestConfigBuilder(given.getConfiguration().getRequestConfig())
                // The client would go on from a version that a restored server counts up to again, hearing nothing.
                .withWatchReconnectLimit(0)
                .build();
        this.client = given.newClient(once).adapt(KubernetesClient.class);
        this.namespace = environment.name();
        this.clock = clock;
        this.notices = notices;
    }

    /** By name; empty where the kind cannot be watched. */
    Optional<WatchedObjects> workloads(Workload.Kind kind) {
        return current(watched(WorkloadKinds.of(kind)));
    }

    /** By the {@link PodOwner}; empty where pods cannot be watched. */
    Optional<WatchedObjects> pods() {
        return current(kinds.computeIfAbsent(
                PODS,
                k -> kind(k, client.pods().inNamespace(namespace), KeptFields::pod, pod -> PodOwner.of((Pod) pod))));
    }

    /** Of pods that were not created, by kind and name of whose they would be; empty where events cannot be watched. */
    Optional<WatchedObjects> refusals() {
        return current(kinds.computeIfAbsent(
                EVENTS,
                k -> kind(
                        k,
                        client.v1().events().inNamespace(namespace).withField("reason", NamespaceReader.FAILED_CREATE),
                        UnaryOperator.identity(),
                        event -> PodOwner.involved((Event) event))));
    }

    /** What the API server answered to a change of ours. */
    void changed(WorkloadKind type, HasMetadata workload) {
        watched(type).changed(workload);
    }

    private WatchedKind watched(WorkloadKind type) {
        return kinds.computeIfAbsent(
                type.resourceName(),
                k -> kind(type.plural(), type.in(client).inNamespace(namespace), KeptFields::workload, w -> ""));
    }

    private Optional<WatchedObjects> current(WatchedKind kind) {
        Optional<WatchedObjects> objects = kind.current();
        String problem = objects.isPresent() ? "" : kind.problem();
        if (!problem.equals(told.put(kind.what(), problem)) && !problem.isEmpty()) {
            notices.accept(problem + ". It is read again and again instead");
        }
        return objects;
    }

    private <T extends HasMetadata> WatchedKind kind(
            String plural,
            FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation,
            UnaryOperator<HasMetadata> reduced,
            java.util.function.Function<HasMetadata, String> group) {
        WatchedKind.Requests requests = new WatchedKind.Requests() {
            @Override
            public KubernetesResourceList<? extends HasMetadata> list(ListOptions options) {
                return operation.list(options);
            }

            @Override
            @SuppressWarnings("unchecked")
            public Watch watch(ListOptions options, Watcher<HasMetadata> watcher) {
                return operation.watch(options, (Watcher<T>) watcher);
            }
        };
        return new WatchedKind(
                plural + " in namespace " + namespace, requests, clock, reduced, new WatchedObjects(group));
    }
}
