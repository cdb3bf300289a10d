package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.cluster.Refusal;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Problem;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an image that cannot start is measured by: what was there before is put back and started anew (ADR 44). Pods of it that
 * run already tell nothing of how one starts now, since a secret, a database or a registry may be another since then.
 */
record StartControl(Environment environment, Subject subject) {
    /** Without a readiness probe a pod is ready until its process has waited for its database in vain. */
    private static final Duration STEADY = Duration.ofMinutes(1);

    private static final String NOT_STARTED = "; what was there before does not start there now either: ";
    private static final String NOT_TRIED = "; whether what was there before starts there could not be tried: ";

    /** Of an environment's deadline, where that is short: its services start as quickly, or fail. */
    private static final int PART_OF_DEADLINE = 3;

    /**
     * @param problem the image's fault, as it seems
     * @param blocker of it
     * @return the image's still only where what was there before starts; as it is where nothing was there before
     */
    Problem judge(Problem problem, Blocker blocker) throws InterruptedException {
        Optional<Service> service = subject.former().keySet().stream()
                .filter(s -> s.name().equals(blocker.service()))
                .findFirst();
        if (service.isEmpty()) {
            return problem;
        }
        try {
            return judged(problem, blocker, start(service.get(), blocker.isDenied()));
        } catch (Refusal e) {
            return excused(problem, blocker, NOT_STARTED + e.getMessage(), Fault.ENVIRONMENT);
        }
    }

    /** Without all others that are to be proven, since it may need what one of them has broken. */
    private Rollout start(Service service, boolean denied) throws InterruptedException {
        Map<Service, ImageReference> others = new HashMap<>(subject.former());
        others.remove(service);
        if (!others.isEmpty()) {
            Wanted back = new Wanted(others, Set.of(), subject.fence());
            List<String> patched = environment.cluster().install(back);
            await(back, Set.copyOf(patched), environment.rolloutDeadline());
        }
        Duration steady = steady();
        Wanted before = Wanted.proven(Map.of(service, before(service, denied)), subject.fence())
                .steadyFor(steady);
        Wanted started = environment.cluster().restart(before);
        return await(started, Set.of(), environment.rolloutDeadline().plus(steady));
    }

    private Duration steady() {
        Duration part = environment.rolloutDeadline().dividedBy(PART_OF_DEADLINE);
        return part.compareTo(STEADY) < 0 ? part : STEADY;
    }

    /** A policy may deny all images of a registry: it is asked about the same name. */
    private ImageReference before(Service service, boolean denied) {
        ImageReference former = subject.former().get(service);
        ImageReference candidate = subject.images().get(service);
        return denied
                ? ImageReference.of(
                        candidate.registry(),
                        candidate.repository(),
                        former.digest().orElseThrow())
                : former;
    }

    private Rollout await(Wanted wanted, Set<String> patched, Duration deadline) throws InterruptedException {
        environment.lock().renew(subject.holder(), subject.fence(), environment.leaseWhileInstalling());
        return environment.cluster().awaitRollouts(wanted, patched, deadline, Progress.NONE);
    }

    private static Problem judged(Problem problem, Blocker blocker, Rollout control) {
        Optional<Blocker> other = control.blocker();
        boolean starts = control.outcome() == Outcome.READY;
        if (starts || blocker.isDenied() && other.filter(Blocker::isDenied).isEmpty()) {
            String what = blocker.isDenied()
                    ? "; what was there before is let in there"
                    : "; what was there before starts there";
            return new Problem(problem.text() + what, problem.fault(), problem.services());
        }
        Fault fault = other.map(Blocker::fault).orElse(Fault.UNKNOWN);
        boolean tried = other.filter(Blocker::isOverwritten).isEmpty();
        return excused(
                problem,
                blocker,
                (tried ? NOT_STARTED : NOT_TRIED) + other.map(Blocker::toString).orElse("it is not ready in time"),
                fault == Fault.IMAGE ? Fault.ENVIRONMENT : fault);
    }

    private static Problem excused(Problem problem, Blocker blocker, String why, Fault fault) {
        return new Problem(problem.text() + why, fault, Set.of(blocker.service()));
    }
}
