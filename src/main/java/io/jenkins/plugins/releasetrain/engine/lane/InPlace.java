package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** In the place of what production runs: the image of its workload is patched. */
record InPlace(Candidates candidates, Installer installer, Store store) implements Placement {
    @Override
    public Isolation isolation() {
        return Isolation.REPLACE;
    }

    @Override
    public Set<String> claims(Lane lane) {
        return lane.candidates().keySet();
    }

    @Override
    public void sweep() {
        // Whoever gets a dead lane's place brings the baseline: it differs from what production runs.
    }

    @Override
    public Installation install(LaneId id, Lane lane) throws InterruptedException {
        return installer.install(subject(id, lane));
    }

    private Subject subject(LaneId id, Lane lane) {
        return Subject.proven(
                candidates.tested(lane), id.id(), lane.started().orElseThrow().fence());
    }

    @Override
    public Judged judge(LaneId id, Lane lane, Judged tests) {
        return installer.judge(subject(id, lane), tests);
    }

    @Override
    public SortedMap<String, String> hosts(LaneId id, Lane lane) {
        return Collections.emptySortedMap();
    }

    @Override
    public void remove(LaneId id, Lane lane) throws InterruptedException {
        ImageSet held = store.set(lane.baseline()).orElseThrow();
        try {
            installer.install(new Subject(
                    candidates.before(lane, held),
                    Set.of(),
                    id.id(),
                    lane.started().orElseThrow().fence()));
        } catch (EngineException e) {
            if (e.kind() != FailureKind.LOCK_LOST) {
                throw e;
            }
            // Whoever holds the environment by now brings the baseline himself.
        }
    }

    /** The candidate is there already. */
    @Override
    public Optional<String> keep(LaneId id, Lane lane) {
        return Optional.empty();
    }
}
