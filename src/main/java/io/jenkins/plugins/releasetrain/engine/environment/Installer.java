package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Brings images into an environment and proves that they run there. */
public final class Installer {
    private final Environment environment;

    public Installer(Environment environment) {
        this.environment = environment;
    }

    /**
     * How an installation ended.
     *
     * @param patched names of the services whose workload was patched
     * @param problem empty where all images run
     * @param imageToBlame whether the problem is the images' and not the infrastructure's
     */
    public record Installation(List<String> patched, Optional<String> problem, boolean imageToBlame) {}

    /**
     * Patches what differs, waits for the rollouts, and checks that ready pods run exactly these digests.
     *
     * @param holder of the environment's lock, with the token {@code fence}; it holds it for as long as this may take
     */
    public Installation install(Map<Service, ImageReference> images, String holder, long fence)
            throws InterruptedException {
        environment.lock().renew(holder, fence, environment.leaseWhileInstalling());
        return prove(environment.cluster().install(images, fence), images);
    }

    /**
     * Waits for the rollouts, and checks that ready pods run exactly these digests.
     *
     * @param patched what was changed for it
     */
    public Installation prove(List<String> patched, Map<Service, ImageReference> images) throws InterruptedException {
        Rollout rollout = environment
                .cluster()
                .awaitRollouts(images.keySet(), environment.rolloutDeadline(), Cluster.Progress.NONE);
        return switch (rollout.outcome()) {
            case READY -> proven(patched, images);
            case BLOCKED -> new Installation(patched, Optional.of(describe(rollout, "cannot start")), !isFull(rollout));
            case TIMED_OUT ->
                new Installation(
                        patched,
                        Optional.of(describe(
                                rollout,
                                "rollouts were not complete within "
                                        + environment.rolloutDeadline().toSeconds() + " s")),
                        false);
        };
    }

    private Installation proven(List<String> patched, Map<Service, ImageReference> images) {
        List<String> strangers = notRunning(images);
        return strangers.isEmpty()
                ? new Installation(patched, Optional.empty(), false)
                : new Installation(patched, Optional.of("pods do not run the wanted digest: " + strangers), false);
    }

    /** The services of which some ready pod, or none, runs another digest than the wanted one. */
    public List<String> notRunning(Map<Service, ImageReference> images) {
        Map<String, Set<Digest>> running = environment.cluster().running(images.keySet());
        return images.entrySet().stream()
                .filter(e -> !running.getOrDefault(e.getKey().name(), Set.of())
                        .equals(Set.of(e.getValue().digest().orElseThrow())))
                .map(e -> e.getKey().name())
                .sorted()
                .toList();
    }

    /** What the environment's workloads ask for now, for the services that ask by digest; the others are absent. */
    public SortedMap<String, Digest> installed(Collection<Service> services) {
        SortedMap<String, Digest> digests = new TreeMap<>();
        environment
                .cluster()
                .installed(services)
                .forEach((name, reference) -> reference.digest().ifPresent(digest -> digests.put(name, digest)));
        return digests;
    }

    private static boolean isFull(Rollout rollout) {
        return rollout.blocker().filter(Cluster.Blocker::isQuota).isPresent();
    }

    private static String describe(Rollout rollout, String otherwise) {
        return rollout.blocker().map(blocker -> otherwise + ": " + blocker).orElse(otherwise);
    }
}
