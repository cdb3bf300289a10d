package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Port: the workloads of one environment (a cluster and a namespace). Every method throws {@link
 * io.jenkins.plugins.releasetrain.engine.model.EngineException} that names the workload and the namespace.
 */
public interface Cluster {
    /**
     * The image that each service's workload asks for now, by service name; of services that are absent, nothing. A
     * reference without digest stands as it is.
     */
    SortedMap<String, ImageReference> installed(Collection<Service> services);

    /**
     * Patches the workloads that ask for another digest, and no other; does not wait. Of services that are not to be proven,
     * the name counts too: once production has an image, nobody is to pull it from the dev registry any more.
     *
     * @return names of the services that were patched
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException LOCK_LOST where a higher token was there;
     *     NOT_FOUND where the namespace is missing, or a workload that is needed; INVALID_INPUT where a container of such
     *     a one is ambiguous
     */
    List<String> install(Wanted wanted);

    /**
     * As {@link #install}, and starts the pods of all these services anew, also of those that ask for these images already
     * (as {@code kubectl rollout restart} does).
     *
     * @return the same, to be waited for: of what is to be proven only pods of this start count
     */
    Wanted restart(Wanted wanted);

    /**
     * Stamps every given workload with the token, so that a former holder with a lower one can change nothing. A higher one
     * that is there already does so too.
     */
    void fence(Collection<Service> services, long fence);

    /**
     * Waits as {@code kubectl rollout status} does: until what is to be proven runs, what was patched is rolled out and
     * nothing else runs another digest; or the first image is found that cannot start; or the deadline is over.
     *
     * @param patched services whose rollouts are awaited, though they prove nothing
     * @param progress told whenever the number of completed rollouts changes
     */
    Rollout awaitRollouts(Wanted wanted, Set<String> patched, Duration deadline, Progress progress)
            throws InterruptedException;

    /** How the services stand to their images now, by service name. */
    SortedMap<String, Standing> standings(Map<Service, ImageReference> images);

    /** Why a new image of a service could not be shown to run, by the names of the services of which that is so. */
    SortedMap<String, String> unprovable(Collection<Service> services);

    /**
     * Puts candidates beside the baseline: a copy of each workload that runs these images, and a copy of its Service; where
     * it is routed, copies of its HTTPRoutes that match the lane's baggage. What is there is not changed, and what is
     * there already is not made again. Does not wait; the copies are asked for as {@link Beside#copy}.
     *
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException INVALID_INPUT, NOT_FOUND or FORBIDDEN, before
     *     anything is made, where a workload cannot have a copy beside it
     */
    void putBeside(Beside beside, Map<Service, ImageReference> images);

    /**
     * Waits until gateways have accepted the HTTPRoutes of a lane's candidates.
     *
     * @return what is missing when the deadline is over; empty where requests with the lane's baggage reach the candidates
     */
    Optional<String> awaitRoutes(Beside beside, Duration deadline) throws InterruptedException;

    /** The lanes of which something is beside the baseline. */
    Set<String> lanesBeside(Isolation isolation);

    /** Removes whatever these lanes put beside the baseline, in all their attempts. */
    void removeBeside(Set<String> lanes, Isolation isolation);

    /** How far a wait for rollouts is. */
    @FunctionalInterface
    interface Progress {
        Progress NONE = (ready, total) -> {};

        /** @param ready rollouts complete so far */
        void ready(int ready, int total);

        /** @param first what the first rollout that is not complete waits for; told again and again */
        default void waitingFor(Blocker first) {}

        /** Tells both. */
        default Progress and(Progress other) {
            Progress one = this;
            return new Progress() {
                @Override
                public void ready(int ready, int total) {
                    one.ready(ready, total);
                    other.ready(ready, total);
                }

                @Override
                public void waitingFor(Blocker first) {
                    one.waitingFor(first);
                    other.waitingFor(first);
                }
            };
        }
    }

    /**
     * What an environment is to run.
     *
     * @param images of all services that matter
     * @param changed names of the services whose image is to be proven
     * @param needed names of the services that have to be there; what is absent of others is left out (I14)
     * @param fence the lock holder's token: a workload stamped with a higher one is not touched (I3)
     * @param steady how long it has to run, without an end of its processes, before it counts as rolled out
     * @param start the one that alone proves anything, as {@link Cluster#restart} named it; empty: any does
     */
    record Wanted(
            Map<Service, ImageReference> images,
            Set<String> changed,
            Set<String> needed,
            long fence,
            Duration steady,
            String start) {
        public Wanted {
            images = Map.copyOf(images);
            changed = Set.copyOf(changed);
            needed = Set.copyOf(needed);
        }

        public Wanted(Map<Service, ImageReference> images, Set<String> changed, Set<String> needed, long fence) {
            this(images, changed, needed, fence, Duration.ZERO, "");
        }

        /** The same, which has to run for a while. */
        public Wanted steadyFor(Duration length) {
            return new Wanted(images, changed, needed, fence, length, start);
        }

        /** The same, once it was started anew. */
        public Wanted startedAs(String newStart) {
            return new Wanted(images, changed, needed, fence, steady, newStart);
        }

        /** What is to be proven has to be there. */
        public Wanted(Map<Service, ImageReference> images, Set<String> changed, long fence) {
            this(images, changed, changed, fence);
        }

        /** All of it is to be proven. */
        public static Wanted proven(Map<Service, ImageReference> images, long fence) {
            return new Wanted(
                    images, images.keySet().stream().map(Service::name).collect(Collectors.toSet()), fence);
        }
    }

    /**
     * How a service stands to the image that is wanted.
     *
     * @param running digests that its running, ready pods were started with
     * @param why for people; empty where it runs
     */
    record Standing(State state, Set<Digest> running, String why) {
        /** What can be said of it. */
        public enum State {
            /** Rolled out; its ready pods run exactly this digest. */
            RUNS,
            /** The workload asks for another digest, or a ready pod runs one. */
            OTHER_DIGEST,
            /** It asks for it and nothing else runs, but it is not, or not all, ready. */
            NOT_READY,
            /** It is not meant to run it now: no replicas, paused, a partition, no node, pods replaced by hand only; absent. */
            NOT_EXPECTED
        }
    }

    /**
     * How waiting for rollouts ended.
     *
     * @param blocker the first that is not as it is wanted, with the fault as far as it is known
     * @param standings when last seen, of all that were asked for
     */
    record Rollout(Outcome outcome, Optional<Blocker> blocker, SortedMap<String, Standing> standings) {
        /** Ends of a wait. */
        public enum Outcome {
            READY,
            /** An image cannot start, whatever the environment; its service is the blocker's. */
            BLOCKED,
            /** The deadline passed. */
            TIMED_OUT
        }
    }

    /**
     * What keeps a service from running as it is wanted.
     *
     * @param pod empty where it is not one pod's
     * @param reason as Kubernetes names it, for example ImagePullBackOff, CrashLoopBackOff, FailedCreate
     * @param message Kubernetes' own words
     */
    record Blocker(String service, String pod, String reason, String message, Fault fault) {
        /** Whether somebody else set another image. */
        public boolean isOverwritten() {
            return reason.equals(Blockers.OVERWRITTEN);
        }

        /** Whether no pod of it was let in. */
        public boolean isDenied() {
            return reason.equals(NamespaceReader.FAILED_CREATE) || reason.equals(Obstacle.NO_REPLICA_SET);
        }

        /** Whether a node could not pull the image. */
        public boolean isPull() {
            return Obstacle.isPull(reason);
        }

        Blocker saying(String more) {
            return new Blocker(service, pod, reason, message + "; " + more, fault);
        }

        @Override
        public String toString() {
            return service + ": " + reason + (pod.isEmpty() ? "" : " in pod " + pod)
                    + (message.isEmpty() ? "" : " (" + message + ")");
        }
    }
}
