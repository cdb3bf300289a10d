package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the parts of a train share.
 *
 * @param environments how many trials can run at once
 */
record TrainContext(
        Train.Plan plan,
        TrainCatalog catalogs,
        Registries registries,
        int environments,
        Ports ports,
        Journal<TrainState> journal) {

    /** The one that the batch under way uses. */
    Catalog catalog() {
        return catalogs.taken();
    }

    TrainSettings settings() {
        return plan.settings();
    }

    Timetable timetable() {
        return plan.timetable();
    }

    ImageSet set(Digest digest) {
        return ports.store()
                .set(digest)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Set " + digest + " of train '" + settings().name() + "' is not in the store"));
    }

    Event ended(Trial trial, Verdict verdict, String reason) {
        return new Event.TrialEnded(
                trial.id(),
                trial.set(),
                settings().suite(trial.testRelease()),
                verdict,
                reason,
                Duration.between(trial.since(), ports.clock().instant()).toMillis());
    }

    Event broken(String environment, TrainState.Broken broken) {
        return new Event.EnvironmentBroken(
                settings().name(),
                environment,
                broken.since(),
                broken.runs(),
                Decisions.text(environment, broken),
                broken.due());
    }

    /** Ends everything that is under way without a verdict; what is undecided goes back to the head of the queue. */
    List<Event> abandon(TrainState s, String reason) {
        List<Event> events = new ArrayList<>();
        s.trials().forEach(t -> events.add(ended(t, Verdict.VOID, reason)));
        s.batch().ifPresent(b -> events.add(new Event.BatchEnded(b.id(), Train.ids(b.changes()))));
        return events;
    }
}
