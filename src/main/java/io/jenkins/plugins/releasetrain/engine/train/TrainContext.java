package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.KeptOut;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the parts of a train share.
 *
 * @param places how its environments are set up, by their names
 */
record TrainContext(
        Train.Plan plan,
        TrainCatalog catalogs,
        Registries registries,
        SortedMap<String, String> places,
        Ports ports,
        Journal<TrainState> journal) {

    /** The one that the batch under way uses. */
    Catalog catalog() {
        return catalogs.taken();
    }

    TrainSettings settings() {
        return plan.settings();
    }

    /** Names of the environments. */
    Set<String> environmentNames() {
        return places.keySet();
    }

    /** How many trials can run at once. */
    int environments() {
        return places.size();
    }

    Timetable timetable() {
        return plan.timetable();
    }

    /** Why nothing may be tried or released now: paused, or frozen. */
    Optional<String> stopped(TrainState state) {
        return state.isPaused()
                ? Optional.of("paused: " + state.paused())
                : timetable().closed(ports.clock().instant());
    }

    /**
     * What production runs.
     *
     * @param fresh services of which nothing older than this call will do
     */
    ImageSet production(Collection<String> fresh) {
        return ports.promoter().production().of(registries, catalog().services().values(), fresh);
    }

    ImageSet set(Digest digest) {
        return ports.store()
                .set(digest)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Set " + digest + " of train '" + settings().name() + "' is not in the store"));
    }

    String releaseId(int number) {
        return settings().name() + "-" + number;
    }

    Event ended(Trial trial, Verdict verdict, String reason) {
        return ended(trial, verdict, reason, false, Optional.empty());
    }

    /** @param byConductor and {@code keptOut} as of {@link Event.TrialEnded} */
    Event ended(Trial trial, Verdict verdict, String reason, boolean byConductor, Optional<KeptOut> keptOut) {
        return new Event.TrialEnded(
                trial.id(),
                trial.set(),
                suite(trial.environment(), trial.testRelease()),
                verdict,
                reason,
                Duration.between(trial.since(), ports.clock().instant()).toMillis(),
                byConductor,
                keptOut);
    }

    /** What a verdict is remembered by, besides its set (design §5.5). */
    private String suite(String environment, boolean testRelease) {
        String configuration = places.getOrDefault(environment, "");
        return settings().suite(testRelease) + (configuration.isEmpty() ? "" : " in " + configuration);
    }

    /** All that a verdict of one of today's environments is remembered by. */
    Set<String> suites(boolean testRelease) {
        return places.keySet().stream().map(e -> suite(e, testRelease)).collect(Collectors.toCollection(TreeSet::new));
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

    /** Whether no environment is left that works. */
    boolean isBroken(TrainState state) {
        return state.broken().size() >= environments();
    }

    /** By environments that are set up as they were then (design §5.5). */
    Runs remembered(Digest set, boolean otherSuite, Instant since) {
        return suites(otherSuite).stream()
                .map(suite -> ports().store().runs(suite, List.of(set), since).getOrDefault(set, Runs.NONE))
                .reduce(Runs.NONE, (a, b) -> new Runs(a.passed() + b.passed(), a.failed() + b.failed()));
    }
}
