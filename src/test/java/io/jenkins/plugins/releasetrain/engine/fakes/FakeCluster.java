package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.cluster.Beside;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Refusal;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Workloads by name, for tests of decisions, with the troubles of real ones: each has pods, which run its image once a
 * rollout was awaited and nothing kept them from it. A service whose pods cannot be replaced keeps its old ones.
 */
public final class FakeCluster implements Cluster {
    /** What workloads ask for. */
    private final Map<String, ImageReference> images = new HashMap<>();
    /** What their ready pods run. */
    private final Map<String, Digest> pods = new HashMap<>();

    private final Map<String, String> lanesByCopy = new TreeMap<>();
    private Optional<String> refusal = Optional.empty();
    private Optional<String> routeRefusal = Optional.empty();
    private final Map<String, Long> fences = new HashMap<>();
    private final Set<Digest> unstartable = new HashSet<>();
    private final Map<Digest, BooleanSupplier> restarting = new HashMap<>();
    private final Map<String, Fault> fallen = new HashMap<>();
    private final Set<String> moved = new HashSet<>();
    private final Map<String, String> notExpected = new TreeMap<>();
    private final Set<String> gone = new HashSet<>();
    private final Set<String> forbidden = new HashSet<>();
    private final Map<Digest, Blocker> kept = new HashMap<>();
    private final Map<Digest, Blocker> denied = new HashMap<>();
    private final Set<String> crowded = new HashSet<>();
    private Supplier<Optional<String>> outage = Optional::empty;
    private final Set<String> deniedRegistries = new HashSet<>();
    private BooleanSupplier breaksStarts = () -> false;
    /** Workloads whose pods are to be started anew. */
    private final Set<String> stale = new HashSet<>();

    private final List<List<String>> installations = new ArrayList<>();
    private Runnable duringRollouts = () -> {};

    private final Map<String, Integer> calls = new TreeMap<>();
    private Map<String, EngineException> failures = Map.of();

    /** Whoever calls one of these methods gets this instead of an answer; until others are given, or none. */
    public synchronized void fails(Map<String, EngineException> byMethod) {
        failures = Map.copyOf(byMethod);
    }

    /** How often a method was called. */
    public synchronized int calls(String method) {
        return calls.getOrDefault(method, 0);
    }

    private void called(String method) {
        calls.merge(method, 1, Integer::sum);
        if (failures.containsKey(method)) {
            throw failures.get(method);
        }
    }

    /** The ready pods of a workload that asks by tag. */
    public synchronized void pods(String workload, Digest digest) {
        pods.put(workload, digest);
    }

    /** What happens meanwhile, whenever rollouts are awaited. */
    public synchronized void duringRollouts(Runnable happens) {
        duringRollouts = happens;
    }

    /**
     * As long as that is so, pods that are started end again and again, whatever their image; those that run go on: the secret
     * or the database that all need to start is another. Asked at the end of each wait for rollouts.
     */
    public synchronized void nothingStarts(BooleanSupplier so) {
        breaksStarts = so;
    }

    /** Pods that are asked to run it end again and again. */
    public synchronized void cannotStart(Digest digest) {
        unstartable.add(digest);
    }

    /**
     * Its pods end and are started again until what they need is there, which is a normal way to start. Asked at the end of each
     * wait for rollouts, and not counted as often enough to blame the image.
     */
    public synchronized void restartsUntil(Digest digest, BooleanSupplier there) {
        restarting.put(digest, there);
    }

    /** No further pod is admitted. */
    public synchronized void isFull() {
        cannotReplacePods(() -> Optional.of("exceeded quota: pods, requested: pods=1"));
    }

    /**
     * As long as something is there, no pod is replaced: nodes cannot pull, a webhook does not answer, the quota is used up.
     * Asked at the end of each wait for rollouts.
     */
    public synchronized void cannotReplacePods(Supplier<Optional<String>> why) {
        outage = why;
    }

    /**
     * Pods of this image alone are kept out by the environment: the pull secret of its repository ran out, its namespace's
     * quota or a webhook refuses them, the secret that it needs is not there yet.
     */
    public synchronized void keepsOut(Digest digest, String why) {
        kept.put(digest, new Blocker("", "", "FailedCreate", why, Fault.ENVIRONMENT));
    }

    /** Admission refuses workloads that ask for this image. */
    public synchronized void denies(Digest digest, Fault fault, String why) {
        denied.put(digest, new Blocker("", "", "", why, fault));
    }

    /** There is room for one pod of it, and its load asks for more. */
    public synchronized void lacksRoom(String workload) {
        crowded.add(workload);
    }

    /** A policy denies all pods whose image is of this registry. */
    public synchronized void deniesPodsFrom(String registry) {
        deniedRegistries.add(registry);
    }

    private Optional<Blocker> deniedPods(String workload) {
        return Optional.ofNullable(images.get(workload))
                .filter(i -> deniedRegistries.contains(i.registry()))
                .map(i -> new Blocker("", "", "FailedCreate", "denied: " + i, Fault.IMAGE));
    }

    /** Pods of this image never become ready, and do not say why. */
    public synchronized void neverReady(Digest digest) {
        kept.put(digest, new Blocker("", "", "Pending", "0 of 1 available", Fault.UNKNOWN));
    }

    public synchronized void letsIn(Digest digest) {
        kept.remove(digest);
        denied.remove(digest);
    }

    /** The service's pods are not ready from now on: they crashed under test, were evicted, or lost their node. */
    public synchronized void fallsOver(String workload, Fault fault) {
        fallen.put(workload, fault);
    }

    /** Its pods went to a node that cannot pull their image. */
    public synchronized void isMoved(String workload, Fault fault) {
        fallsOver(workload, fault);
        moved.add(workload);
    }

    public synchronized void comesBack(String workload) {
        moved.remove(workload);
        fallen.remove(workload);
    }

    /** The workload has no pods, or none that a new image replaces: no replicas, paused, a partition, no node. */
    public synchronized void isNotExpected(String workload, String why) {
        notExpected.put(workload, why);
    }

    public synchronized void isExpected(String workload) {
        notExpected.remove(workload);
    }

    /** The account may not change this workload, as where rights go by names. */
    public synchronized void forbids(String workload) {
        forbidden.add(workload);
    }

    public synchronized void allows(String workload) {
        forbidden.remove(workload);
    }

    /** Somebody deleted the workload, or left it out of a chart. */
    public synchronized void isGone(String workload) {
        images.remove(workload);
        pods.remove(workload);
        gone.add(workload);
    }

    /** It is made anew. */
    public synchronized void isBack(String workload, ImageReference image) {
        gone.remove(workload);
        meddle(workload, image);
    }

    private static String absent(String workload) {
        return "Not in namespace: Deployment " + workload;
    }

    /** What each call of install patched. */
    public synchronized List<List<String>> installations() {
        return List.copyOf(installations);
    }

    /** Somebody changes a workload behind our back. */
    public synchronized void meddle(String service, ImageReference image) {
        images.put(service, image);
        image.digest().ifPresent(digest -> pods.put(service, digest));
    }

    /** What ready pods run, by workload: for a while not what the workload asks for. */
    public synchronized SortedMap<String, Digest> running() {
        SortedMap<String, Digest> running = new TreeMap<>(pods);
        running.keySet().removeAll(fallen.keySet());
        return running;
    }

    /** New pods take the places of old ones, if nothing keeps them from it. */
    public synchronized void rollOut(String workload) {
        rollOut(workload, kept(workload, everything()));
    }

    /** What the workload asks for, with its registry's name. */
    public synchronized Optional<ImageReference> asksFor(String workload) {
        return Optional.ofNullable(images.get(workload));
    }

    @Override
    public synchronized SortedMap<String, ImageReference> installed(Collection<Service> services) {
        called("installed");
        SortedMap<String, ImageReference> found = new TreeMap<>();
        services.forEach(
                s -> Optional.ofNullable(images.get(s.workload().name())).ifPresent(i -> found.put(s.name(), i)));
        return found;
    }

    @Override
    public synchronized List<String> install(Wanted wanted) {
        called("install");
        List<String> patched = new ArrayList<>();
        wanted.images().keySet().stream()
                .filter(s ->
                        gone.contains(s.workload().name()) && wanted.needed().contains(s.name()))
                .findFirst()
                .ifPresent(s -> {
                    throw new EngineException(FailureKind.NOT_FOUND, absent(s.name()));
                });
        wanted.images().forEach((service, image) -> {
            if (gone.contains(service.workload().name())) {
                return;
            }
            ImageReference before = images.get(service.workload().name());
            boolean sameDigest = before != null && before.digest().equals(image.digest());
            boolean sameName = wanted.changed().contains(service.name()) || image.equals(before);
            if (!sameDigest || !sameName) {
                if (forbidden.contains(service.workload().name())) {
                    throw new EngineException(FailureKind.FORBIDDEN, "cannot patch " + service.name());
                }
                image.digest().map(denied::get).ifPresent(no -> {
                    throw new Refusal(no.message(), List.of(service.name()), no.fault());
                });
                checkFence(service, wanted.fence());
                images.put(service.workload().name(), image);
                patched.add(service.name());
            }
        });
        installations.add(patched);
        return patched;
    }

    @Override
    public synchronized Wanted restart(Wanted wanted) {
        install(wanted);
        wanted.images().keySet().forEach(s -> stale.add(s.workload().name()));
        return wanted.startedAs("anew");
    }

    @Override
    public synchronized void fence(Collection<Service> services, long fence) {
        called("fence");
        services.forEach(s -> fences.merge(s.name(), fence, Math::max));
    }

    /** Whatever is to be put beside, it cannot be. */
    public synchronized void refuseBeside(String why) {
        refusal = Optional.of(why);
    }

    @Override
    public synchronized void putBeside(Beside beside, Map<Service, ImageReference> wanted) {
        refusal.ifPresent(why -> {
            throw EngineException.invalid(why);
        });
        wanted.forEach((service, image) -> image.digest().map(denied::get).ifPresent(no -> {
            throw new Refusal(no.message(), List.of(service.name()), no.fault());
        }));
        wanted.forEach((service, image) -> {
            Service copy = beside.copy(service);
            images.put(copy.workload().name(), image);
            lanesByCopy.put(copy.workload().name(), beside.lane());
        });
    }

    /** No gateway accepts a candidate's route. */
    public synchronized void refuseRoutes(String why) {
        routeRefusal = Optional.of(why);
    }

    @Override
    public synchronized Optional<String> awaitRoutes(Beside beside, Duration deadline) {
        return routeRefusal;
    }

    @Override
    public synchronized Set<String> lanesBeside(Isolation isolation) {
        return Set.copyOf(lanesByCopy.values());
    }

    @Override
    public synchronized void removeBeside(Set<String> lanes, Isolation isolation) {
        lanesByCopy.entrySet().removeIf(copy -> {
            boolean removed = lanes.contains(copy.getValue());
            if (removed) {
                images.remove(copy.getKey());
                pods.remove(copy.getKey());
            }
            return removed;
        });
    }

    /** What candidates run beside the baseline. */
    public synchronized Set<Digest> beside() {
        return lanesByCopy.keySet().stream()
                .map(copy -> images.get(copy).digest().orElseThrow())
                .collect(Collectors.toSet());
    }

    private void checkFence(Service service, long fence) {
        if (fences.getOrDefault(service.name(), 0L) > fence) {
            throw new EngineException(FailureKind.LOCK_LOST, service.name() + " is held by a newer token");
        }
        fences.put(service.name(), fence);
    }

    @Override
    public synchronized Rollout awaitRollouts(
            Wanted wanted, Set<String> patched, Duration deadline, Progress progress) {
        called("awaitRollouts");
        duringRollouts.run();
        Optional<Blocker> everything = everything();
        wanted.images().keySet().stream()
                .map(s -> s.workload().name())
                .forEach(name -> rollOut(name, kept(name, everything)));
        SortedMap<String, Standing> standings = standings(wanted.images());
        for (Service service : wanted.images().keySet()) {
            Standing standing = standings.get(service.name());
            boolean changed = wanted.changed().contains(service.name());
            if (changed && standing.state() != State.RUNS || !changed && standing.state() == State.OTHER_DIGEST) {
                Blocker blocker =
                        blocker(service, standing, kept(service.workload().name(), everything));
                boolean image = changed && blocker.fault() == Fault.IMAGE;
                return new Rollout(
                        image ? Rollout.Outcome.BLOCKED : Rollout.Outcome.TIMED_OUT, Optional.of(blocker), standings);
            }
        }
        progress.ready(wanted.images().size(), wanted.images().size());
        boolean late = !wanted.steady().isZero() && wanted.steady().compareTo(deadline) >= 0;
        return new Rollout(late ? Rollout.Outcome.TIMED_OUT : Rollout.Outcome.READY, Optional.empty(), standings);
    }

    private Optional<Blocker> everything() {
        return outage.get().map(why -> new Blocker("", "", "FailedCreate", why, Fault.ENVIRONMENT));
    }

    private Optional<Blocker> kept(String workload, Optional<Blocker> everything) {
        return everything
                .or(() -> deniedPods(workload))
                .or(() -> Optional.ofNullable(images.get(workload))
                        .flatMap(ImageReference::digest)
                        .map(d ->
                                restarting.containsKey(d) && !restarting.get(d).getAsBoolean()
                                        ? new Blocker("", "", "CrashLoopBackOff", "exit 1", Fault.UNKNOWN)
                                        : kept.get(d)));
    }

    /** New pods take the place of old ones once they are ready. */
    private void rollOut(String workload, Optional<Blocker> kept) {
        Optional<Digest> asked = Optional.ofNullable(images.get(workload)).flatMap(ImageReference::digest);
        boolean runs = asked.isPresent() && asked.get().equals(pods.get(workload)) && !stale.contains(workload);
        boolean starts =
                asked.filter(d -> !unstartable.contains(d)).isPresent() && (runs || !breaksStarts.getAsBoolean());
        if (starts && kept.isEmpty() && !notExpected.containsKey(workload)) {
            stale.remove(workload);
            if (!asked.get().equals(pods.put(workload, asked.get()))) {
                fallen.remove(workload);
            }
        }
    }

    private Blocker blocker(Service service, Standing standing, Optional<Blocker> kept) {
        String workload = service.workload().name();
        if (!images.containsKey(workload)) {
            // Somebody removed it while it was waited for.
            return new Blocker(service.name(), "", "NotFound", absent(workload), Fault.UNKNOWN);
        }
        Digest asked = images.get(workload).digest().orElseThrow();
        if (unstartable.contains(asked) || breaksStarts.getAsBoolean()) {
            return new Blocker(service.name(), service.name() + "-0", "CrashLoopBackOff", "exit 1", Fault.IMAGE);
        } else if (kept.isPresent()) {
            Blocker by = kept.get();
            return new Blocker(service.name(), "", by.reason(), by.message(), by.fault());
        }
        Fault fault = fallen.getOrDefault(workload, crowded.contains(workload) ? Fault.ENVIRONMENT : Fault.UNKNOWN);
        return new Blocker(
                service.name(),
                service.name() + "-0",
                moved.contains(workload) ? "ImagePullBackOff" : "NotReady",
                standing.why(),
                fault);
    }

    @Override
    public synchronized SortedMap<String, Standing> standings(Map<Service, ImageReference> wanted) {
        called("standings");
        SortedMap<String, Standing> standings = new TreeMap<>();
        wanted.forEach((service, image) -> standings.put(
                service.name(),
                standing(service.workload().name(), image.digest().orElseThrow())));
        return standings;
    }

    private Standing standing(String workload, Digest wanted) {
        Optional<Digest> asked = Optional.ofNullable(images.get(workload)).flatMap(ImageReference::digest);
        Set<Digest> running =
                fallen.containsKey(workload) || !pods.containsKey(workload) ? Set.of() : Set.of(pods.get(workload));
        if (gone.contains(workload)) {
            return new Standing(State.NOT_EXPECTED, Set.of(), absent(workload));
        } else if (notExpected.containsKey(workload)) {
            return new Standing(State.NOT_EXPECTED, Set.of(), workload + " " + notExpected.get(workload));
        } else if (!asked.equals(Optional.of(wanted))) {
            return new Standing(State.OTHER_DIGEST, running, workload + " asks for " + asked);
        } else if (!Set.of(wanted).containsAll(running)) {
            return new Standing(State.OTHER_DIGEST, running, "pods of " + workload + " run " + running);
        }
        if (stale.contains(workload)) {
            return new Standing(State.NOT_READY, running, workload + ": 0 of 1 replicas updated");
        }
        if (crowded.contains(workload) && !running.isEmpty()) {
            return new Standing(State.NOT_READY, running, workload + ": 1 of 2 available");
        }
        return running.isEmpty()
                ? new Standing(State.NOT_READY, running, workload + " has no ready pod")
                : new Standing(State.RUNS, running, "");
    }

    @Override
    public synchronized SortedMap<String, String> unprovable(Collection<Service> services) {
        SortedMap<String, String> why = new TreeMap<>();
        services.forEach(s -> Optional.ofNullable(notExpected.get(s.workload().name()))
                .ifPresent(text -> why.put(s.name(), s.workload() + " " + text)));
        services.stream()
                .filter(s -> gone.contains(s.workload().name()))
                .forEach(s -> why.put(s.name(), absent(s.name())));
        return why;
    }
}
