package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@link Cluster} on a Kubernetes API server (apps/v1), by the fabric8 client. Safe for use by several threads. */
public final class KubernetesCluster implements Cluster {
    private final KubernetesNamespace environment;
    private final Executor executor;
    private final Clock clock;
    private final Sleeper sleeper;
    private final NamespaceReader reader;
    private final Function<Set<String>, Progress> watcher;

    /** @param executor runs patches beside the calling thread, eight at most at a time */
    public KubernetesCluster(KubernetesNamespace environment, Executor executor, Clock clock, Sleeper sleeper) {
        this(environment, executor, clock, sleeper, services -> Progress.NONE);
    }

    private KubernetesCluster(
            KubernetesNamespace environment,
            Executor executor,
            Clock clock,
            Sleeper sleeper,
            Function<Set<String>, Progress> watcher) {
        this.environment = environment;
        this.executor = executor;
        this.clock = clock;
        this.sleeper = sleeper;
        this.reader = new NamespaceReader(environment);
        this.watcher = watcher;
    }

    /**
     * The same, with somebody who is told of every wait for rollouts.
     *
     * @param newWatcher by the names of the services that are waited for
     */
    public KubernetesCluster watchedBy(Function<Set<String>, Progress> newWatcher) {
        return new KubernetesCluster(environment, executor, clock, sleeper, newWatcher);
    }

    /**
     * Names are filled in as container runtimes do ({@code cart:1} is docker.io/library/cart:1); what cannot be
     * understood is in the registry {@code unreadable.invalid}.
     */
    @Override
    public SortedMap<String, ImageReference> installed(Collection<Service> services) {
        SortedMap<String, DeployedWorkload> workloads = reader.workloads(services);
        SortedMap<String, ImageReference> installed = new TreeMap<>();
        services.forEach(s -> installed.put(
                s.name(),
                SpecImage.reference(
                        workloads.get(s.name()).container(s.workload()).getImage())));
        return installed;
    }

    @Override
    public List<String> install(Map<Service, ImageReference> images, long fence) {
        WorkloadPatcher patcher = new WorkloadPatcher(environment, reader, fence);
        Collection<Target> targets = targets(images);
        targets.forEach(t -> patcher.checkFence(t.workload()));
        List<Target> differing = targets.stream()
                .filter(t ->
                        !WorkloadPatcher.differing(t.workload(), t.images()).isEmpty())
                .toList();
        differing.forEach(t -> checkReplaces(t.workload()));
        Parallel.forEach(executor, differing, t -> patcher.apply(t.workload(), t.images()));
        return differing.stream()
                .flatMap(t -> t.differingServices().stream())
                .sorted()
                .toList();
    }

    private Collection<Target> targets(Map<Service, ImageReference> images) {
        images.forEach(KubernetesCluster::checkPinned);
        SortedMap<String, DeployedWorkload> workloads = reader.workloads(images.keySet());
        Map<String, Target> targets = new LinkedHashMap<>();
        images.forEach((service, image) -> {
            DeployedWorkload workload = workloads.get(service.name());
            targets.computeIfAbsent(
                            PodOwner.key(workload.kind().kubernetesName(), workload.name()),
                            k -> new Target(workload, new TreeMap<>(), new TreeMap<>()))
                    .add(service, image);
        });
        return targets.values();
    }

    @Override
    public void putBeside(Beside beside, Map<Service, ImageReference> images) {
        CandidateObjects objects = new CandidateObjects(environment, reader);
        CandidateCopies copies = new CandidateCopies(beside, objects.services(), objects.routes(beside.isolation()));
        List<HasMetadata> wanted = targets(images).stream()
                .flatMap(t -> copies.of(t.workload(), t.images()).stream())
                .toList();
        wanted.forEach(objects::create);
    }

    @Override
    public Optional<String> awaitRoutes(Beside beside, Duration deadline) throws InterruptedException {
        return new RouteWait(new CandidateObjects(environment, reader), clock, sleeper).await(beside, deadline);
    }

    @Override
    public Set<String> lanesBeside(Isolation isolation) {
        return new CandidateObjects(environment, reader).lanes(isolation);
    }

    @Override
    public void removeBeside(Set<String> lanes, Isolation isolation) {
        new CandidateObjects(environment, reader).remove(lanes, isolation);
    }

    @Override
    public void fence(Collection<Service> services, long fence) {
        WorkloadPatcher patcher = new WorkloadPatcher(environment, reader, fence);
        Collection<DeployedWorkload> workloads = reader.workloads(services).values().stream()
                .collect(Collectors.toMap(
                        w -> PodOwner.key(w.kind().kubernetesName(), w.name()), w -> w, (one, same) -> one))
                .values();
        workloads.forEach(patcher::checkFence);
        List<DeployedWorkload> lower =
                workloads.stream().filter(w -> w.fence() < fence).toList();
        Parallel.forEach(executor, lower, w -> patcher.apply(w, Map.of()));
    }

    @Override
    public Rollout awaitRollouts(Collection<Service> services, Duration deadline, Progress progress)
            throws InterruptedException {
        Set<String> names = services.stream().map(Service::name).collect(Collectors.toSet());
        return new RolloutWait(reader, services, clock, sleeper).await(deadline, progress.and(watcher.apply(names)));
    }

    /**
     * A pod whose spec has a digest runs that one: the kubelet pulls by it. Only where the spec has a tag alone, the
     * status' imageID tells; on an image of several platforms that is the index's digest with some container runtimes
     * and the platform manifest's with others, so it is no use where the spec knows better.
     */
    @Override
    public Map<String, Set<Digest>> running(Collection<Service> services) {
        SortedMap<String, DeployedWorkload> workloads = reader.workloads(services);
        Map<String, List<Pod>> pods = reader.pods(workloads);
        Map<String, Set<Digest>> running = new TreeMap<>();
        services.forEach(s -> {
            String container = workloads.get(s.name()).container(s.workload()).getName();
            running.put(
                    s.name(),
                    pods.get(s.name()).stream()
                            .flatMap(p -> digest(p, container).stream())
                            .collect(Collectors.toUnmodifiableSet()));
        });
        return running;
    }

    private static Optional<Digest> digest(Pod pod, String container) {
        boolean ready = pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
        if (!ready) {
            return Optional.empty();
        }
        Optional<Digest> asked = pod.getSpec().getContainers().stream()
                .filter(c -> c.getName().equals(container))
                .map(Container::getImage)
                .flatMap(image -> SpecImage.digest(image).stream())
                .findFirst();
        return asked.or(() -> pod.getStatus().getContainerStatuses().stream()
                .filter(c -> c.getName().equals(container))
                .map(ContainerStatus::getImageID)
                .flatMap(id -> SpecImage.digest(id).stream())
                .findFirst());
    }

    private static void checkPinned(Service service, ImageReference image) {
        if (image.digest().isEmpty()) {
            throw EngineException.invalid("Service " + service.name() + " cannot be installed as " + image
                    + ": only an image with its digest is installed");
        }
    }

    private static void checkReplaces(DeployedWorkload workload) {
        if (RolloutRules.onDelete(workload)) {
            throw EngineException.invalid(
                    workload + " has the update strategy OnDelete, so a new image replaces no pod."
                            + " Set it to RollingUpdate");
        }
    }

    /** A workload and what its containers are to run: two services may share a workload. */
    private record Target(DeployedWorkload workload, Map<Integer, String> images, Map<Integer, String> services) {
        void add(Service service, ImageReference image) {
            int index = workload.containerIndex(service.workload());
            String other = services.put(index, service.name());
            if (other != null) {
                throw EngineException.invalid("Services " + other + " and " + service.name()
                        + " both name container "
                        + workload.containers().get(index).getName() + " of " + workload
                        + "; a container has one image");
            }
            images.put(index, image.toString());
        }

        List<String> differingServices() {
            List<String> names = new ArrayList<>();
            WorkloadPatcher.differing(workload, images).keySet().forEach(i -> names.add(services.get(i)));
            return names;
        }
    }
}
