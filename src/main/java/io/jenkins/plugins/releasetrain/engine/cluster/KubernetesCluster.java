package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
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
import java.util.TreeSet;
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
    private final FaultRules rules;

    /** @param executor runs patches beside the calling thread, eight at most at a time */
    public KubernetesCluster(KubernetesNamespace environment, Executor executor, Clock clock, Sleeper sleeper) {
        this(environment, executor, clock, sleeper, services -> Progress.NONE, FaultRules.builtIn());
    }

    private KubernetesCluster(
            KubernetesNamespace environment,
            Executor executor,
            Clock clock,
            Sleeper sleeper,
            Function<Set<String>, Progress> watcher,
            FaultRules rules) {
        this.environment = environment;
        this.executor = executor;
        this.clock = clock;
        this.sleeper = sleeper;
        this.reader = new NamespaceReader(environment);
        this.watcher = watcher;
        this.rules = rules;
    }

    /**
     * The same, with somebody who is told of every wait for rollouts.
     *
     * @param newWatcher by the names of the services that are waited for
     */
    public KubernetesCluster watchedBy(Function<Set<String>, Progress> newWatcher) {
        return new KubernetesCluster(environment, executor, clock, sleeper, newWatcher, rules);
    }

    /** The same, with rules of whose trouble it is when a pod does not start that are asked before the plugin's own. */
    public KubernetesCluster judgedBy(FaultRules ownRules) {
        return new KubernetesCluster(
                environment, executor, clock, sleeper, watcher, ownRules.before(FaultRules.builtIn()));
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
    public List<String> install(Wanted wanted) {
        WorkloadPatcher patcher = new WorkloadPatcher(environment, reader, wanted.fence());
        Collection<Target> targets = targets(wanted.images(), wanted.changed());
        targets.forEach(t -> patcher.checkFence(t.workload()));
        List<Target> differing = targets.stream()
                .filter(t ->
                        !WorkloadPatcher.differing(t.workload(), t.images()).isEmpty())
                .toList();
        Parallel.forEach(executor, differing, t -> patcher.apply(t.workload(), t.images()));
        return differing.stream()
                .flatMap(t -> t.differingServices().stream())
                .sorted()
                .toList();
    }

    private Collection<Target> targets(Map<Service, ImageReference> images, Set<String> changed) {
        images.forEach(KubernetesCluster::checkPinned);
        SortedMap<String, DeployedWorkload> workloads = reader.workloads(images.keySet());
        Map<String, Target> targets = new LinkedHashMap<>();
        images.forEach((service, image) -> {
            DeployedWorkload workload = workloads.get(service.name());
            targets.computeIfAbsent(
                            PodOwner.key(workload.kind().kubernetesName(), workload.name()),
                            k -> new Target(workload, new TreeMap<>(), new TreeSet<>(), new TreeMap<>()))
                    .add(service, image, !changed.contains(service.name()));
        });
        return targets.values();
    }

    @Override
    public void putBeside(Beside beside, Map<Service, ImageReference> images) {
        CandidateObjects objects = new CandidateObjects(environment, reader);
        CandidateCopies copies = new CandidateCopies(beside, objects.services(), objects.routes(beside.isolation()));
        List<HasMetadata> wanted = targets(images, Set.of()).stream()
                .flatMap(t -> copies.of(t.workload(), t.byIndex()).stream())
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
        List<DeployedWorkload> lower =
                workloads.stream().filter(w -> w.fence() < fence).toList();
        Parallel.forEach(executor, lower, w -> patcher.apply(w, WorkloadPatcher.Images.NONE));
    }

    @Override
    public Rollout awaitRollouts(Wanted wanted, Set<String> patched, Duration deadline, Progress progress)
            throws InterruptedException {
        wanted.images().forEach(KubernetesCluster::checkPinned);
        Set<String> names = new TreeSet<>(wanted.changed());
        names.addAll(patched);
        RolloutWait wait = new RolloutWait(
                reader,
                new Blockers(rules, clock),
                new StuckPods(environment, reader, wanted.fence()),
                wanted,
                clock,
                sleeper);
        return wait.await(patched, deadline, progress.and(watcher.apply(names)));
    }

    @Override
    public SortedMap<String, Standing> standings(Map<Service, ImageReference> images) {
        images.forEach(KubernetesCluster::checkPinned);
        SortedMap<String, DeployedWorkload> workloads = reader.workloads(images.keySet());
        Map<String, List<Pod>> pods = reader.pods(workloads);
        SortedMap<String, Standing> standings = new TreeMap<>();
        images.forEach((service, image) -> {
            DeployedWorkload workload = workloads.get(service.name());
            standings.put(
                    service.name(),
                    Standings.of(
                            workload,
                            workload.containers(service.workload()),
                            image.digest().orElseThrow(),
                            pods.get(service.name())));
        });
        return standings;
    }

    @Override
    public SortedMap<String, String> unprovable(Collection<Service> services) {
        SortedMap<String, String> why = new TreeMap<>();
        reader.workloads(services)
                .forEach((name, workload) -> RolloutRules.withoutPods(workload)
                        .map(text -> text + ", so nothing can be proven")
                        .or(() -> RolloutRules.heldBack(workload))
                        .ifPresent(text -> why.put(name, text)));
        return why;
    }

    private static void checkPinned(Service service, ImageReference image) {
        if (image.digest().isEmpty()) {
            throw EngineException.invalid("Service " + service.name() + " cannot be installed as " + image
                    + ": only an image with its digest is installed");
        }
    }

    /** A workload and what its containers are to run: two services may share a workload. */
    private record Target(
            DeployedWorkload workload,
            Map<Integer, String> byIndex,
            Set<Integer> named,
            Map<Integer, String> services) {
        WorkloadPatcher.Images images() {
            return new WorkloadPatcher.Images(byIndex, named);
        }

        void add(Service service, ImageReference image, boolean byName) {
            int index = workload.containerIndex(service.workload());
            String other = services.put(index, service.name());
            if (other != null) {
                throw EngineException.invalid("Services " + other + " and " + service.name()
                        + " both name container "
                        + workload.containers().get(index).getName() + " of " + workload
                        + "; a container has one image");
            }
            byIndex.put(index, image.toString());
            if (byName) {
                named.add(index);
            }
        }

        List<String> differingServices() {
            List<String> names = new ArrayList<>();
            WorkloadPatcher.differing(workload, images()).keySet().forEach(i -> names.add(services.get(i)));
            return names;
        }
    }
}
