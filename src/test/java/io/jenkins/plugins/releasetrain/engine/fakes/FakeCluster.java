package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.cluster.Beside;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
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
import java.util.stream.Collectors;

/** Workloads by name, for tests of decisions: an image runs as soon as it is installed, unless it is one that cannot. */
public final class FakeCluster implements Cluster {
    private final Map<String, ImageReference> images = new HashMap<>();
    private final Map<String, String> lanesByCopy = new TreeMap<>();
    private Optional<String> refusal = Optional.empty();
    private Optional<String> routeRefusal = Optional.empty();
    private boolean full;
    private final Map<String, Long> fences = new HashMap<>();
    private final Set<Digest> unstartable = new HashSet<>();
    private final List<List<String>> installations = new ArrayList<>();
    private Runnable duringRollouts = () -> {};

    /** What happens meanwhile, whenever rollouts are awaited. */
    public synchronized void duringRollouts(Runnable happens) {
        duringRollouts = happens;
    }

    public synchronized void cannotStart(Digest digest) {
        unstartable.add(digest);
    }

    /** No further pod is admitted. */
    public synchronized void isFull() {
        full = true;
    }

    /** What each call of install patched. */
    public synchronized List<List<String>> installations() {
        return List.copyOf(installations);
    }

    /** Somebody changes a workload behind our back. */
    public synchronized void meddle(String service, ImageReference image) {
        images.put(service, image);
    }

    @Override
    public synchronized SortedMap<String, ImageReference> installed(Collection<Service> services) {
        SortedMap<String, ImageReference> found = new TreeMap<>();
        services.forEach(
                s -> Optional.ofNullable(images.get(s.workload().name())).ifPresent(i -> found.put(s.name(), i)));
        return found;
    }

    @Override
    public synchronized List<String> install(Map<Service, ImageReference> wanted, long fence) {
        List<String> patched = new ArrayList<>();
        wanted.forEach((service, image) -> {
            ImageReference before = images.get(service.workload().name());
            if (before == null || !before.digest().equals(image.digest())) {
                stamp(service, fence);
                images.put(service.workload().name(), image);
                patched.add(service.name());
            }
        });
        installations.add(patched);
        return patched;
    }

    @Override
    public synchronized void fence(Collection<Service> services, long fence) {
        services.forEach(s -> stamp(s, fence));
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

    private void stamp(Service service, long fence) {
        if (fences.getOrDefault(service.name(), 0L) > fence) {
            throw new EngineException(FailureKind.LOCK_LOST, service.name() + " is held by a newer token");
        }
        fences.put(service.name(), fence);
    }

    @Override
    public synchronized Rollout awaitRollouts(Collection<Service> services, Duration deadline, Progress progress) {
        for (Service service : services) {
            ImageReference image = images.get(service.workload().name());
            if (image != null && unstartable.contains(image.digest().orElseThrow())) {
                return new Rollout(
                        Rollout.Outcome.BLOCKED,
                        Optional.of(new Blocker(service.name(), service.name() + "-0", "CrashLoopBackOff", "exit 1")));
            } else if (full) {
                return new Rollout(
                        Rollout.Outcome.BLOCKED,
                        Optional.of(new Blocker(
                                service.name(),
                                "",
                                "FailedCreate",
                                "pods \"" + service.name()
                                        + "-0\" is forbidden: exceeded quota: pods, requested: pods=1")));
            }
        }
        duringRollouts.run();
        progress.ready(services.size(), services.size());
        return Rollout.READY;
    }

    @Override
    public synchronized Map<String, Set<Digest>> running(Collection<Service> services) {
        Map<String, Set<Digest>> running = new HashMap<>();
        installed(services).forEach((name, image) -> image.digest().ifPresent(d -> running.put(name, Set.of(d))));
        return running;
    }
}
