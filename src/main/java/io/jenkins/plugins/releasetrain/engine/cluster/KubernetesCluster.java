package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@link Cluster} on a Kubernetes API server, by the fabric8 client. Safe for use by several threads. */
public final class KubernetesCluster implements Cluster {
    private final KubernetesNamespace environment;
    private final Executor executor;
    private final Clock clock;
    private final Sleeper sleeper;
    private final NamespaceReader reader;
    private final Function<Set<String>, Progress> watcher;
    private final FaultRules rules;
    /** Rights that the account was seen to have; whoever takes one away later is told so by the API server. */
    private final Set<String> granted;

    /** @param executor runs patches beside the calling thread, eight at most at a time */
    public KubernetesCluster(KubernetesNamespace environment, Executor executor, Clock clock, Sleeper sleeper) {
        this(
                environment,
                executor,
                clock,
                sleeper,
                new NamespaceReader(environment),
                services -> Progress.NONE,
                FaultRules.builtIn(),
                ConcurrentHashMap.newKeySet());
    }

    private KubernetesCluster(
            KubernetesNamespace environment,
            Executor executor,
            Clock clock,
            Sleeper sleeper,
            NamespaceReader reader,
            Function<Set<String>, Progress> watcher,
            FaultRules rules,
            Set<String> granted) {
        this.environment = environment;
        this.executor = executor;
        this.clock = clock;
        this.sleeper = sleeper;
        this.reader = reader;
        this.watcher = watcher;
        this.rules = rules;
        this.granted = granted;
    }

    /**
     * The same, with somebody who is told of every wait for rollouts.
     *
     * @param newWatcher by the names of the services that are waited for
     */
    public KubernetesCluster watchedBy(Function<Set<String>, Progress> newWatcher) {
        return new KubernetesCluster(environment, executor, clock, sleeper, reader, newWatcher, rules, granted);
    }

    /**
     * The same, with what the namespace holds kept in memory by watches instead of read again and again (ADR 19).
     *
     * @param notices told, once, of what cannot be watched and is read nevertheless
     */
    public KubernetesCluster inMemory(Consumer<String> notices) {
        NamespaceReader watching =
                new NamespaceReader(environment, Optional.of(new WatchedNamespace(environment, clock, notices)));
        return new KubernetesCluster(environment, executor, clock, sleeper, watching, watcher, rules, granted);
    }

    /** The same, with rules of whose trouble it is when a pod does not start that are asked before the plugin's own. */
    public KubernetesCluster judgedBy(FaultRules ownRules) {
        return new KubernetesCluster(
                environment, executor, clock, sleeper, reader, watcher, ownRules.before(FaultRules.builtIn()), granted);
    }

    /**
     * Names are filled in as container runtimes do ({@code cart:1} is docker.io/library/cart:1); what cannot be
     * understood is in the registry {@code unreadable.invalid}.
     */
    @Override
    public SortedMap<String, ImageReference> installed(Collection<Service> services) {
        SortedMap<String, ImageReference> installed = new TreeMap<>();
        reader.present(services)
                .parts()
                .forEach((name, parts) -> installed.put(
                        name, SpecImage.reference(first(parts.get(0)).getImage())));
        return installed;
    }

    @Override
    public List<String> install(Wanted wanted) {
        return install(wanted, "");
    }

    @Override
    public Wanted restart(Wanted wanted) {
        String start = clock.instant().toString();
        install(wanted, start);
        return wanted.startedAs(start);
    }

    /** @param started what is written to have pods started anew; empty: only those whose image differs are */
    private List<String> install(Wanted wanted, String started) {
        WorkloadPatcher patcher = new WorkloadPatcher(environment, reader, wanted.fence(), sleeper);
        Collection<Target> targets = targets(wanted.images(), wanted.changed(), wanted.needed());
        targets.forEach(t -> patcher.checkFence(t.workload()));
        List<Target> differing = targets.stream()
                .filter(t -> !t.startedAnew(started).isEmpty()
                        || !WorkloadPatcher.differing(t.workload(), t.images()).isEmpty())
                .toList();
        checkRights(differing);
        patch(patcher, differing, started);
        return differing.stream()
                .flatMap(t -> t.differingServices().stream())
                .distinct()
                .sorted()
                .toList();
    }

    private void patch(WorkloadPatcher patcher, List<Target> targets, String started) {
        Queue<Refusal> refused = new ConcurrentLinkedQueue<>();
        Parallel.forEach(executor, targets, t -> {
            try {
                patcher.apply(t.workload(), t.images().startedAnew(t.startedAnew(started)));
            } catch (EngineException e) {
                refused.add(refusal(patcher, "patch " + t.workload(), t, t.differingServices(), e)
                        .orElseThrow(() -> e));
            }
        });
        if (!refused.isEmpty()) {
            throw Refusal.of(List.copyOf(refused));
        }
    }

    private Optional<Refusal> refusal(
            WorkloadPatcher patcher, String action, Target target, Collection<String> services, EngineException e) {
        return Refusal.said(e).map(said -> {
            String why = "Cannot " + action + ": " + said;
            if (!isOfImage(e, said, target.bySlot().values())) {
                return new Refusal(why, services, Fault.ENVIRONMENT);
            }
            return deniedByThatName(patcher, target)
                    .map(other -> new Refusal(
                            why + "; so is what is there now, by the same name: " + other, services, Fault.ENVIRONMENT))
                    .orElse(new Refusal(why, services, Fault.IMAGE));
        });
    }

    private boolean isOfImage(EngineException e, String said, Collection<String> images) {
        return images.stream()
                .map(name -> new FaultRule.Sign(
                        FaultRule.Condition.PATCH, e.kind().name(), 0, said, Optional.of(SpecImage.reference(name))))
                .anyMatch(sign -> rules.judge(sign, false).fault() == Fault.IMAGE);
    }

    /** A policy may deny all images of a registry or a repository: then it is not this one's fault (I4, ADR 44). */
    private Optional<String> deniedByThatName(WorkloadPatcher patcher, Target target) {
        Map<Slot, String> known = target.knownByTheSameNames();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        try {
            patcher.ask(target.workload(), known);
            return Optional.empty();
        } catch (EngineException e) {
            return Refusal.said(e).filter(said -> isOfImage(e, said, known.values()) && !Refusal.saysItIsGone(said));
        }
    }

    /** Before anything is changed: half of a set in an environment is no set. */
    private void checkRights(List<Target> targets) {
        List<String> missing = targets.stream()
                .map(t -> t.workload().type())
                .distinct()
                .flatMap(type -> type.rightsToChange().stream()
                        .filter(verb -> !granted.contains(verb + " " + type.resourceName()))
                        .filter(verb -> !mayFromNowOn(verb, type))
                        .map(verb -> verb + " " + NamespaceAccess.name(type.resourceName())))
                .toList();
        if (!missing.isEmpty()) {
            throw new EngineException(
                    FailureKind.FORBIDDEN,
                    "The account may not " + String.join(", ", missing) + " in namespace " + environment.name()
                            + "; nothing was changed. Give it these rights (RBAC)");
        }
    }

    private boolean mayFromNowOn(String verb, WorkloadKind type) {
        boolean may = NamespaceAccess.may(environment, type.resourceName(), verb);
        if (may) {
            granted.add(verb + " " + type.resourceName());
        }
        return may;
    }

    /** @param needed of these services nothing may be missing; of the others, what is there */
    private Collection<Target> targets(
            Map<Service, ImageReference> images, Set<String> changed, Collection<String> needed) {
        images.forEach(KubernetesCluster::checkPinned);
        Present present = reader.present(images.keySet()).needing(needed);
        Map<String, Target> targets = new LinkedHashMap<>();
        images.forEach((service, image) -> present.of(service)
                .forEach(part -> targets.computeIfAbsent(
                                part.key(),
                                k -> new Target(part.workload(), new TreeMap<>(), new TreeSet<>(), new TreeMap<>()))
                        .add(part, image, !changed.contains(service.name()))));
        return targets.values();
    }

    @Override
    public void putBeside(Beside beside, Map<Service, ImageReference> images) {
        CandidateObjects objects = new CandidateObjects(environment, reader);
        CandidateCopies copies =
                new CandidateCopies(beside, objects.services(), objects.routes(beside.isolation()), objects.policies());
        Map<HasMetadata, Target> wanted = new LinkedHashMap<>();
        targets(images, Set.of(), images.keySet().stream().map(Service::name).toList())
                .forEach(t -> copies.of(t.workload(), t.bySlot()).forEach(made -> wanted.put(made, t)));
        wanted.forEach((made, target) -> {
            try {
                objects.create(made);
            } catch (EngineException e) {
                // Of the lane that asks, which holds no token for what is there.
                WorkloadPatcher asks = new WorkloadPatcher(
                        environment, reader, target.workload().fence(), sleeper);
                throw refusal(asks, "create " + CandidateObjects.name(made), target, target.all(), e)
                        .<EngineException>map(refused -> refused)
                        .orElse(e);
            }
        });
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
        WorkloadPatcher patcher = new WorkloadPatcher(environment, reader, fence, sleeper);
        Collection<DeployedWorkload> workloads = reader.present(services).parts().values().stream()
                .flatMap(List::stream)
                .collect(Collectors.toMap(Part::key, Part::workload, (one, same) -> one))
                .values();
        List<DeployedWorkload> others =
                workloads.stream().filter(w -> w.fence() != fence).toList();
        Parallel.forEach(executor, others, w -> patcher.apply(w, WorkloadPatcher.Images.NONE));
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
                new StuckPods(environment, reader, wanted.fence(), clock),
                wanted,
                clock,
                sleeper);
        return wait.await(patched, deadline, progress.and(watcher.apply(names)));
    }

    @Override
    public SortedMap<String, Standing> standings(Map<Service, ImageReference> images) {
        images.forEach(KubernetesCluster::checkPinned);
        Present present = reader.present(images.keySet());
        Map<String, List<Pod>> pods = reader.pods(
                present.parts().values().stream().flatMap(List::stream).toList());
        SortedMap<String, Standing> standings = new TreeMap<>();
        present.absent().keySet().forEach(name -> standings.put(name, present.standing(name)));
        images.forEach((service, image) -> standings.computeIfAbsent(
                service.name(),
                name -> Standings.of(present.of(service), image.digest().orElseThrow(), pods)));
        return standings;
    }

    @Override
    public SortedMap<String, String> unprovable(Collection<Service> services) {
        SortedMap<String, String> why = new TreeMap<>();
        Present present = reader.present(services);
        present.absent().forEach((name, e) -> why.put(name, e.getMessage()));
        present.parts().forEach((name, parts) -> unprovable(parts).ifPresent(text -> why.put(name, text)));
        return why;
    }

    /** Where some part has no pods, the others prove the image. */
    private static Optional<String> unprovable(List<Part> parts) {
        List<String> without = parts.stream()
                .flatMap(part -> part.workload().withoutPods().stream())
                .toList();
        return without.size() == parts.size()
                ? Optional.of(without.get(0) + ", so nothing can be proven")
                : parts.stream()
                        .flatMap(part -> part.workload().heldBack().stream())
                        .findFirst();
    }

    private static Container first(Part part) {
        SortedMap<Slot, Container> containers = part.containers();
        return containers.get(containers.firstKey());
    }

    private static void checkPinned(Service service, ImageReference image) {
        if (image.digest().isEmpty()) {
            throw EngineException.invalid("Service " + service.name() + " cannot be installed as " + image
                    + ": only an image with its digest is installed");
        }
    }

    /** A workload and what its containers are to run: two services may share a workload. */
    private record Target(
            DeployedWorkload workload, Map<Slot, String> bySlot, Set<Slot> named, Map<Slot, String> services) {
        WorkloadPatcher.Images images() {
            return new WorkloadPatcher.Images(bySlot, named, "");
        }

        void add(Part part, ImageReference image, boolean byName) {
            part.containers().forEach((slot, container) -> {
                String other = services.put(slot, part.service().name());
                if (other != null && !other.equals(part.service().name())) {
                    throw EngineException.invalid(
                            "Services " + other + " and " + part.service().name() + " both name container "
                                    + container.getName() + " of " + workload + "; a container has one image");
                }
                bySlot.put(slot, image.toString());
                if (byName) {
                    named.add(slot);
                }
            });
        }

        /** Of Jobs nothing is waited for, so nothing is started either; empty: nothing is. */
        String startedAnew(String how) {
            return workload.provenBySpec().isEmpty() ? how : "";
        }

        Collection<String> all() {
            return Set.copyOf(services.values());
        }

        /** What the workload asks for by digest now, named as what is wanted. */
        Map<Slot, String> knownByTheSameNames() {
            Map<Slot, String> known = new TreeMap<>();
            bySlot.forEach((slot, image) -> SpecImage.digest(
                            workload.slots().get(slot).getImage())
                    .ifPresent(digest -> known.put(slot, image.substring(0, image.lastIndexOf('@')) + "@" + digest)));
            return known;
        }

        List<String> differingServices() {
            return WorkloadPatcher.differing(workload, images()).keySet().stream()
                    .map(services::get)
                    .distinct()
                    .toList();
        }
    }
}
