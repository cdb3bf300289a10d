package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Problem;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.Collections;
import java.util.Map;
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
        // What a lane that is over left in place is an obligation, or differs from what production runs.
    }

    @Override
    public Installation install(Lane lane) throws InterruptedException {
        return installer.install(subject(lane));
    }

    private Subject subject(Lane lane) {
        return Subject.proven(candidates.tested(lane), lane.id(), lane.started().fence())
                .inPlaceOf(candidates.replaced(lane));
    }

    @Override
    public Judged judge(Lane lane, Judged tests) {
        return installer.judge(subject(lane), tests);
    }

    @Override
    public SortedMap<String, String> hosts(Lane lane) {
        return Collections.emptySortedMap();
    }

    /** Whether the baseline comes up is its own affair; what counts is that no pod runs a candidate any more. */
    @Override
    public Optional<String> settle(Obligation obligation, String holder, long token) throws InterruptedException {
        if (obligation.released() || obligation.started().control()) {
            return Optional.empty();
        }
        Map<Service, ImageReference> wanted =
                candidates.before(obligation, store.set(obligation.started().baseline()));
        return installer
                .install(Subject.restored(wanted, holder, token))
                .problem()
                .map(Problem::text);
    }
}
