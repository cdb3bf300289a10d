package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.manifest.Publisher;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Holders.RolledBack;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A train over one or several staging environments, in each of which one trial runs at a time (design §5). Everything that
 * it knows is in the store: any conductor, in any process, may call {@link #next} and {@link #report} and goes on where
 * the last one stopped.
 */
public final class Train {
    private final TrainContext context;
    private final TrainCatalog catalog;
    private final Registries registries;
    private final Ports ports;
    private final Journal<TrainState> journal;
    private final SortedMap<String, Track> tracks = new TreeMap<>();
    private final String main;
    private final Releases releases;
    private final Decisions decisions;
    private final Blocks blocks;
    private final Rollbacks rollbacks;

    public Train(TrainSettings settings, Catalog catalog, Registries registries, Environment environment, Ports ports) {
        this(new Plan(settings, Timetable.ALWAYS), catalog, registries, List.of(environment), ports);
    }

    /**
     * How a train runs, when, and where.
     *
     * @param publisher of its releases
     * @param controller id of the process that advances it, among all that share the store; empty where there is one
     * @param installs false: the tests install the set themselves; it is still checked that the set runs at their end
     */
    public record Plan(
            TrainSettings settings, Timetable timetable, Publisher publisher, String controller, boolean installs) {
        public Plan(TrainSettings settings, Timetable timetable) {
            this(settings, timetable, Publisher.NONE);
        }

        public Plan(TrainSettings settings, Timetable timetable, Publisher publisher) {
            this(settings, timetable, publisher, "", true);
        }

        String lockOwner() {
            return "train " + settings.name() + (controller.isEmpty() ? "" : " of controller " + controller);
        }

        /** Each controller holds the environments for itself: another one's trials are under its lock (I3). */
        String lockId() {
            return "train/" + settings.name() + (controller.isEmpty() ? "" : "@" + controller);
        }
    }

    public Train(Plan plan, Catalog catalog, Registries registries, List<Environment> environments, Ports ports) {
        this(plan, TrainCatalog.of(catalog), registries, environments, ports);
    }

    /** @param environments one at least; so many trials run at once */
    public Train(Plan plan, TrainCatalog catalog, Registries registries, List<Environment> environments, Ports ports) {
        this.catalog = catalog;
        this.registries = registries;
        this.ports = ports;
        this.journal = new Journal<>(
                ports.store(), "train/" + plan.settings().name(), TrainState.TYPE, ports.clock(), ports.listener());
        this.context = new TrainContext(plan, catalog, registries, places(environments), ports, journal);
        this.blocks = new Blocks(ports.store(), ports.clock(), ports.listener());
        this.releases = new Releases(context, blocks);
        this.rollbacks = new Rollbacks(context, blocks, releases);
        this.decisions = new Decisions(context, releases);
        this.main = environments.get(0).name();
        Track.Common common = new Track.Common(context, decisions, releases);
        environments.forEach(e -> tracks.put(e.name(), new Track(e, common)));
    }

    private static SortedMap<String, String> places(List<Environment> environments) {
        SortedMap<String, String> places = new TreeMap<>();
        environments.forEach(e -> places.put(e.name(), e.configuration()));
        return places;
    }

    /**
     * A build's request.
     *
     * @param images tag, digest or full reference in the dev registry, or a digest that production runs, by service
     * @param priority at most {@value #PRIORITY} from 0 either way: what people let go first is before them all
     * @param promote false: a test release, tried alone and never released
     */
    public record Request(Map<String, String> images, Origin origin, int priority, boolean promote) {
        private static final int PRIORITY = 100;

        public Request {
            if (priority < -PRIORITY || priority > PRIORITY) {
                throw EngineException.invalid(
                        "priority is " + priority + ", but must be from -" + PRIORITY + " to " + PRIORITY);
            }
        }
    }

    /**
     * Pins the images and queues the change. Older waiting changes that it covers are superseded.
     *
     * @return the change's id
     * @throws EngineException unknown service, image not found or malformed; nothing is queued then
     */
    public String queue(Request request) {
        Admission admission = new Admission(context);
        SortedMap<String, PinnedImage> images = admission.pin(request);
        blocks.check(images);
        Arrivals.checkProvable(images, tracks.values(), catalog.newest(), registries);
        Change change = new Change(
                ports.ids().get(),
                images,
                request.origin(),
                ports.clock().instant(),
                request.priority(),
                request.promote());
        Optional<String> broken = ports.gate().refusal(images, catalog.newest(), registries);
        RolledBack back = admission.rolledBack(images.keySet());
        TrainState after = journal.update(s -> Arrivals.queueing(s, change, broken, back));
        Arrivals.meet(change, after, ports.gate());
        return change.id();
    }

    public TrainState state() {
        return journal.state();
    }

    /** Where the images of a set are that is being tried and are not the baseline's; empty where it is not being tried. */
    public Optional<Map<String, ImageReference>> candidates(Digest set) {
        return journal.state().trials().stream()
                .filter(t -> t.set().equals(set) && trackOf(t).isPresent())
                .findFirst()
                .map(new TrialImages(context)::candidates);
    }

    /** The change's final outcome; empty while it waits or is tried. */
    public Optional<Event.ChangeEnded> outcome(String change) {
        return ports.store().change(change).flatMap(Store.ChangeRecord::ended);
    }

    /** Takes a change out of the queue, or out of its batch; one that is being tried stays. */
    public boolean cancel(String change, String reason) {
        return new Leaving(context).cancel(change, reason);
    }

    /** Also out of a release, before its first tag (I12): the others of it are tried again. To be asked until the change has ended. */
    public boolean withdraw(String change, String reason) {
        return new Leaving(context).withdraw(change, reason, releases);
    }

    /**
     * A person said no to what a trial tests, in words who and why: it says nothing about anybody, and what it tests ends
     * cancelled and is not tried again (I12). Other trials that hold the same changes end with it.
     */
    public void decline(String trial, String reason) {
        new Leaving(context).decline(trial, reason);
    }

    /** Closes the list now, whatever the timetable says; for a train that has one. */
    public void depart(String reason, String user) {
        if (context.timetable().departures().times().isEmpty()) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Train '" + context.settings().name()
                            + "' has no scheduled departures: whoever comes departs anyway");
        }
        journal.update(s -> List.of(new Event.ListClosed(
                ports.clock().instant(), Optional.empty(), Optional.of(reason), Optional.of(user))));
    }

    /**
     * Lets a waiting change depart before all of lower priority.
     *
     * @throws EngineException CONFLICT where it does not wait in the queue any more
     */
    public void prioritise(String change, int priority, String user) {
        journal.update(s -> {
            if (s.queue().stream().noneMatch(c -> c.id().equals(change))) {
                throw new EngineException(
                        FailureKind.CONFLICT,
                        "Change '" + change + "' does not wait in the queue of train '"
                                + context.settings().name() + "'; only who waits can go first");
            }
            return List.of(new Event.ChangePrioritised(change, priority, user));
        });
    }

    public void pause(String reason, String user) {
        if (reason.isBlank()) {
            throw EngineException.invalid("Pausing train '" + context.settings().name() + "' needs a reason");
        }
        journal.update(s -> List.of(new Event.TrainPaused(reason, user)));
    }

    /** Goes on at once, also where an environment is broken: nothing that was measured before says so any more. */
    public void resume(String user) {
        journal.update(s -> s.standsStill() ? List.of(new Event.TrainResumed(user)) : List.of());
    }

    /** Trials go on, but what passes is not released before {@link #free}; a rollback is possible. */
    public void hold(String reason, String user) {
        if (reason.isBlank()) {
            throw EngineException.invalid(
                    "Holding the releases of train '" + context.settings().name() + "' needs a reason");
        }
        journal.update(s -> List.of(new Event.ReleasesHeld(reason, user)));
    }

    /** What passed may be released again. */
    public void free(String user) {
        journal.update(s -> s.held().isEmpty() ? List.of() : List.of(new Event.ReleasesFreed(user)));
    }

    public TrainSettings settings() {
        return context.settings();
    }

    public Timetable timetable() {
        return context.timetable();
    }

    /** Releases earlier sets again: what is under way meanwhile is void, and its changes wait for the new baseline. */
    public Rollbacks rollbacks() {
        return rollbacks;
    }

    public Set<String> environments() {
        return Collections.unmodifiableSet(tracks.keySet());
    }

    public Task next(String conductor) throws InterruptedException {
        return next(main, Conductors.only(conductor));
    }

    /**
     * Does whatever needs no tests — installs, releases, promotes, ejects — until tests are needed in this environment or
     * nothing is left for it. Idempotent: after a crash at any point, calling it again goes on. Calls for different
     * environments may run at the same time.
     */
    public Task next(String environment, Conductors conductors) throws InterruptedException {
        Track track = track(environment);
        voidElsewhere();
        return track.next(conductors);
    }

    /** An environment may be taken from the train while a trial runs in it. */
    private void voidElsewhere() {
        for (Trial trial : journal.state().trials()) {
            if (trackOf(trial).isEmpty()) {
                String why = "environment '" + trial.environment() + "' is not the train's any more";
                journal.update(s -> s.trial(trial.id())
                        .map(t -> List.of(context.ended(t, Verdict.VOID, why)))
                        .orElse(List.of()));
            }
        }
    }

    private Track track(String environment) {
        return Optional.ofNullable(tracks.get(environment))
                .orElseThrow(() -> EngineException.invalid("Train '"
                        + context.settings().name() + "' has no environment '" + environment + "', but "
                        + tracks.keySet()));
    }

    /** The batch limit that holds now. */
    public int batchLimit(TrainState s) {
        return decisions.boarding().batchLimit(s);
    }

    /** Why its catalog is not the newest; empty where it is. */
    public String catalogNote() {
        return catalog.note();
    }

    /** What waiting changes may expect, and why the batch limit is what it is. */
    public Forecast forecast() {
        return new Forecast(state(), context.settings(), tracks.size());
    }

    /** Makes trials void that take longer than the deadline; to be called now and then by whoever watches. */
    public void expire() {
        journal.state()
                .trials()
                .forEach(t -> trackOf(t).ifPresent(track -> track.trials().expire(t)));
    }

    /** Empty where the environment was taken from the train meanwhile. */
    private Optional<Track> trackOf(Trial trial) {
        return Optional.ofNullable(tracks.get(trial.environment()));
    }

    /** Has sets with these changes run, even where their verdict is remembered. */
    public void force(List<String> changes, String user) {
        journal.update(s -> List.of(new Event.RunForced(changes, user)));
    }

    /** The tests' verdict; ignored where the trial is over already, for example because a rollback came between. */
    public void report(String trial, Verdict verdict, String reason) {
        report(trial, verdict, reason, Optional.empty());
    }

    /** The same, with what its body recorded of its tests, which decides nothing (I11). */
    public void report(String trial, Verdict verdict, String reason, Optional<TestReport> tests) {
        journal.state()
                .trial(trial)
                .ifPresent(t -> trackOf(t).ifPresent(k -> k.report(t, new Trials.Reported(verdict, reason, tests))));
    }

    /** The conductor's body runs; asked for again it changes nothing. */
    public void began(String trial) {
        journal.update(s -> s.trial(trial)
                .filter(t -> !t.began())
                .map(t -> List.<Event>of(new Event.TestsBegan(trial)))
                .orElse(List.of()));
    }

    /** Its conductor's build was stopped or is gone: the trial is void, which says nothing about the environment. */
    public void abandoned(String trial, String reason) {
        journal.state()
                .trial(trial)
                .ifPresent(t -> trackOf(t).ifPresent(track -> track.trials().abandoned(t, reason)));
    }

    /** Keeps the environments' locks while tests run; to be called well within the environments' lease. */
    public void renew() {
        journal.state().trials().forEach(t -> trackOf(t).ifPresent(track -> track.renew(t)));
    }

    static List<String> ids(List<Change> changes) {
        return changes.stream().map(Change::id).toList();
    }
}
