package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.cluster.Beside;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Problem;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Beside what production runs, which stays as it is, so that no lane sees another's candidates. What nobody else sees
 * needs no claim; it belongs to whoever holds the lock under the lane's id, and to nobody once that is over (ADR 8).
 */
record SideBySide(Isolation isolation, Candidates candidates, Environment environment, Installer installer)
        implements Placement {
    @Override
    public Set<String> claims(Lane lane) {
        return Set.of();
    }

    @Override
    public void sweep() {
        // In this order: a lane that is seen in the cluster had the lock before.
        Set<String> leftOver = new HashSet<>(environment.cluster().lanesBeside(isolation));
        environment.lock().entries().stream().filter(Entry::held).map(Entry::id).forEach(leftOver::remove);
        if (!leftOver.isEmpty()) {
            environment.cluster().removeBeside(leftOver, isolation);
        }
    }

    @Override
    public Installation install(LaneId id, Lane lane) throws InterruptedException {
        Beside beside = beside(id, lane);
        environment.cluster().putBeside(beside, candidates.tested(lane));
        try {
            environment.lock().renew(id.id(), lane.started().orElseThrow().fence(), environment.leaseWhileInstalling());
        } catch (EngineException e) {
            // Nobody else will, where the sweep of whoever came after us was quicker than we.
            environment.cluster().removeBeside(Set.of(id.id()), isolation);
            throw e;
        }
        Installation proven = installer.prove(List.of(), copies(id, lane));
        if (isolation != Isolation.HEADER || proven.problem().isPresent()) {
            return proven;
        }
        return new Installation(
                proven.patched(),
                environment
                        .cluster()
                        .awaitRoutes(beside, environment.rolloutDeadline())
                        .map(why -> new Problem(why, Fault.ENVIRONMENT)),
                proven.notes());
    }

    @Override
    public Judged judge(LaneId id, Lane lane, Judged tests) {
        return installer.judge(copies(id, lane), tests);
    }

    @Override
    public SortedMap<String, String> hosts(LaneId id, Lane lane) {
        Beside beside = beside(id, lane);
        SortedMap<String, String> hosts = new TreeMap<>();
        candidates
                .tested(lane)
                .keySet()
                .forEach(s -> hosts.put(s.name(), beside.name(s.workload()) + "." + environment.namespace() + ".svc"));
        return hosts;
    }

    @Override
    public void remove(LaneId id, Lane lane) {
        environment.cluster().removeBeside(Set.of(id.id()), isolation);
    }

    /** Under the lane's own lock and token: those that were tested against what was here before see it as drift (I7). */
    @Override
    public Optional<String> keep(LaneId id, Lane lane) throws InterruptedException {
        try {
            remove(id, lane);
            return installer
                    .install(Subject.proven(
                            candidates.promoted(lane),
                            id.id(),
                            lane.started().orElseThrow().fence()))
                    .problem()
                    .map(Problem::text);
        } catch (EngineException e) {
            if (e.kind() == FailureKind.LOCK_LOST) {
                // The next lane finds that the baseline is not what production runs, and brings it.
                return Optional.empty();
            }
            if (e.kind().retryable()) {
                throw e;
            }
            return Optional.of(e.getMessage());
        }
    }

    private Beside beside(LaneId id, Lane lane) {
        return new Beside(id.id(), lane.tenant(), isolation);
    }

    private Subject copies(LaneId id, Lane lane) {
        Beside beside = beside(id, lane);
        Map<Service, ImageReference> copies = new HashMap<>();
        candidates.tested(lane).forEach((service, image) -> copies.put(beside.copy(service), image));
        return Subject.proven(copies, id.id(), lane.started().orElseThrow().fence());
    }
}
