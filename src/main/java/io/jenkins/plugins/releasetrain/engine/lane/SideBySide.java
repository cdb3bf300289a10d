package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.cluster.Beside;
import io.jenkins.plugins.releasetrain.engine.cluster.Refusal;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Problem;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.environment.Probe;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.Comparator;
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
    public Installation install(Lane lane) throws InterruptedException {
        Beside beside = beside(lane);
        try {
            environment.cluster().putBeside(beside, candidates.tested(lane));
        } catch (Refusal e) {
            // What was made before it was refused is cleaned up after every attempt.
            return Installation.refused(e);
        }
        try {
            environment.lock().renew(lane.id(), lane.started().fence(), environment.leaseWhileInstalling());
        } catch (EngineException e) {
            // Nobody else will, where the sweep of whoever came after us was quicker than we.
            environment.cluster().removeBeside(Set.of(lane.id()), isolation);
            throw e;
        }
        Installation proven = installer.prove(List.of(), copies(lane));
        if (isolation != Isolation.HEADER || proven.problem().isPresent()) {
            return proven;
        }
        Optional<String> missing = environment.cluster().awaitRoutes(beside, environment.rolloutDeadline());
        if (missing.isEmpty()) {
            environment.lock().renew(lane.id(), lane.started().fence(), environment.leaseWhileInstalling());
            missing = environment.probe().await(targets(lane), environment.rolloutDeadline());
        }
        return new Installation(
                proven.patched(), missing.map(why -> new Problem(why, Fault.ENVIRONMENT, Set.of())), proven.notes());
    }

    private List<Probe.Target> targets(Lane lane) {
        Beside beside = beside(lane);
        return candidates.tested(lane).entrySet().stream()
                .map(e -> new Probe.Target(
                        e.getKey().name(),
                        beside.name(e.getKey().workload()),
                        e.getValue().digest().orElseThrow(),
                        lane.tenant()))
                .sorted(Comparator.comparing(Probe.Target::service))
                .toList();
    }

    @Override
    public Judged judge(Lane lane, Judged tests) {
        return installer.judge(copies(lane), tests);
    }

    @Override
    public SortedMap<String, String> hosts(Lane lane) {
        Beside beside = beside(lane);
        SortedMap<String, String> hosts = new TreeMap<>();
        candidates
                .tested(lane)
                .keySet()
                .forEach(s -> hosts.put(s.name(), beside.name(s.workload()) + "." + environment.namespace() + ".svc"));
        return hosts;
    }

    /** Under its own place: those that were tested against what was here before see it as drift (I7). */
    @Override
    public Optional<String> settle(Obligation obligation, String holder, long token) throws InterruptedException {
        environment.cluster().removeBeside(Set.of(obligation.lane()), isolation);
        return obligation.released()
                ? installer
                        .install(Subject.restored(candidates.promoted(obligation), holder, token))
                        .problem()
                        .map(Problem::text)
                : Optional.empty();
    }

    private Beside beside(Lane lane) {
        return new Beside(lane.id(), lane.tenant(), isolation);
    }

    private Subject copies(Lane lane) {
        Beside beside = beside(lane);
        return Subject.proven(
                        copies(beside, candidates.tested(lane)),
                        lane.id(),
                        lane.started().fence())
                .inPlaceOf(copies(beside, candidates.replaced(lane)));
    }

    private static Map<Service, ImageReference> copies(Beside beside, Map<Service, ImageReference> images) {
        Map<Service, ImageReference> copies = new HashMap<>();
        images.forEach((service, image) -> copies.put(beside.copy(service), image));
        return copies;
    }
}
