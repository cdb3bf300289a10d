package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
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

/**
 * Port: the workloads of one environment (a cluster and a namespace). Every method throws {@link
 * io.jenkins.plugins.releasetrain.engine.model.EngineException} that names the workload and the namespace.
 */
public interface Cluster {
    /**
     * The image that each service's workload asks for now, by service name. A reference without digest stands as it is.
     *
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException INVALID_INPUT where a container is ambiguous,
     *     NOT_FOUND where the namespace or a workload is missing (all missing ones are named)
     */
    SortedMap<String, ImageReference> installed(Collection<Service> services);

    /**
     * Patches the workloads whose image has another digest, and no other; does not wait.
     *
     * @param fence the holder's fencing token: a workload stamped with a higher one is not touched (I3)
     * @return names of the services that were patched
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException LOCK_LOST where a higher token was there
     */
    List<String> install(Map<Service, ImageReference> images, long fence);

    /** Stamps every given workload with the token, so that a former holder with a lower one can change nothing. */
    void fence(Collection<Service> services, long fence);

    /**
     * Waits until all rollouts are complete, or the first that cannot start is found, or the deadline is over.
     *
     * @param progress told whenever the number of completed rollouts changes
     */
    Rollout awaitRollouts(Collection<Service> services, Duration deadline, Progress progress)
            throws InterruptedException;

    /** The digests that the service's running, ready pods of its workload were started with. */
    Map<String, Set<Digest>> running(Collection<Service> services);

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

    /** How waiting for rollouts ended. */
    record Rollout(Outcome outcome, Optional<Blocker> blocker) {
        /** Ends of a wait. */
        public enum Outcome {
            READY,
            /** A pod cannot start; the set is to blame. */
            BLOCKED,
            /** The deadline passed without a definite reason. */
            TIMED_OUT
        }

        public static final Rollout READY = new Rollout(Outcome.READY, Optional.empty());
    }

    /**
     * The first pod that cannot start.
     *
     * @param reason as Kubernetes names it, for example ImagePullBackOff, CrashLoopBackOff, FailedCreate
     * @param message Kubernetes' own words
     */
    record Blocker(String service, String pod, String reason, String message) {
        /** Whether the namespace is full (Kubernetes' admission plugin ResourceQuota), which is not the image's doing. */
        public boolean isQuota() {
            return message.contains("exceeded quota");
        }

        @Override
        public String toString() {
            return service + ": " + reason + (pod.isEmpty() ? "" : " in pod " + pod)
                    + (message.isEmpty() ? "" : " (" + message + ")");
        }
    }
}
