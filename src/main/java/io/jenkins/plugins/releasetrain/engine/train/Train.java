package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A serial train over one staging environment (design §5). Everything that it knows is in the store: any conductor, in
 * any process, may call {@link #next} and {@link #report} and goes on where the last one stopped.
 */
public final class Train {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private final TrainSettings settings;
    private final Timetable timetable;
    private final Catalog catalog;
    private final Registries registries;
    private final Environment environment;
    private final Ports ports;
    private final Journal<TrainState> journal;
    private final Trials trials;
    private final Releases releases;
    private final Decisions decisions;
    private final Blocks blocks;

    /**
     * What a train stands on.
     *
     * @param ids makes ids that are unique for ever
     * @param listener told of every event once it is durable
     */
    public record Ports(
            Store store,
            Promoter promoter,
            Clock clock,
            Supplier<String> ids,
            Consumer<Event> listener,
            Cluster.Progress progress) {}

    public Train(TrainSettings settings, Catalog catalog, Registries registries, Environment environment, Ports ports) {
        this(new Plan(settings, Timetable.ALWAYS), catalog, registries, environment, ports);
    }

    /** How a train runs, and when. */
    public record Plan(TrainSettings settings, Timetable timetable) {}

    public Train(Plan plan, Catalog catalog, Registries registries, Environment environment, Ports ports) {
        this.settings = plan.settings();
        this.timetable = plan.timetable();
        this.catalog = catalog;
        this.registries = registries;
        this.environment = environment;
        this.ports = ports;
        this.journal = new Journal<>(
                ports.store(), "train/" + settings.name(), TrainState.TYPE, ports.clock(), ports.listener());
        this.trials = new Trials(settings, catalog, registries, environment, ports, journal);
        this.blocks = new Blocks(ports.store(), ports.clock(), ports.listener());
        this.releases = new Releases(settings, catalog, registries, ports, journal);
        this.decisions = new Decisions(settings, ports, journal, trials, releases, blocks);
    }

    /**
     * A build's request.
     *
     * @param images tag, digest or full reference in the dev registry, by service
     * @param promote false: a test release, tried alone and never released
     */
    public record Request(Map<String, String> images, Origin origin, int priority, boolean promote) {}

    /**
     * Pins the images and queues the change. Older waiting changes that it covers are superseded.
     *
     * @return the change's id
     * @throws EngineException unknown service, image not found or malformed; nothing is queued then
     */
    public String queue(Request request) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        request.images().forEach((service, image) -> images.put(service, pin(service, image, request.promote())));
        blocks.check(images);
        Change change = new Change(
                ports.ids().get(),
                images,
                request.origin(),
                ports.clock().instant(),
                request.priority(),
                request.promote());
        journal.update(s -> queueing(s, change));
        return change.id();
    }

    private PinnedImage pin(String service, String image, boolean promote) {
        PinnedImage pinned = registries.pin(catalog.service(service), image);
        if (promote && PromotionItems.carriesTag(pinned, settings.movingTags())) {
            registries.checkTagFree(pinned);
        }
        return pinned;
    }

    private static List<Event> queueing(TrainState s, Change change) {
        List<Event> events = new ArrayList<>();
        if (change.promote()) {
            s.queue().stream()
                    .filter(Change::promote)
                    .filter(old ->
                            change.images().keySet().containsAll(old.images().keySet()))
                    .forEach(old -> events.add(new Event.ChangeEnded(
                            old.id(),
                            Outcome.SUPERSEDED,
                            "a newer image of the same service was queued",
                            change.id())));
        }
        events.add(new Event.ChangeQueued(change));
        return events;
    }

    public TrainState state() {
        return journal.state();
    }

    /** The change's final outcome; empty while it waits or is tried. */
    public Optional<Event.ChangeEnded> outcome(String change) {
        return ports.store().change(change).flatMap(Store.ChangeRecord::ended);
    }

    /** Takes a change out of the queue, or out of its batch between two trials; one that is being tried stays. */
    public boolean cancel(String change, String reason) {
        Event ended = new Event.ChangeEnded(change, Outcome.CANCELLED, reason, "");
        boolean[] free = {false};
        journal.update(s -> {
            Stream<Change> aboard =
                    s.trial().isPresent() ? Stream.of() : s.batch().stream().flatMap(b -> b.changes().stream());
            free[0] = Stream.concat(s.queue().stream(), aboard).anyMatch(c -> c.id().equals(change));
            return free[0] ? List.of(ended) : List.of();
        });
        return free[0];
    }

    public void pause(String reason, String user) {
        if (reason.isBlank()) {
            throw EngineException.invalid("Pausing train '" + settings.name() + "' needs a reason");
        }
        journal.update(s -> List.of(new Event.TrainPaused(reason, user)));
    }

    public void resume(String user) {
        journal.update(s -> s.isPaused() ? List.of(new Event.TrainResumed(user)) : List.of());
    }

    /**
     * Releases an earlier release's set again. What is under way meanwhile is void, and its changes wait for the new
     * baseline.
     *
     * @return the new release's id; it is installed and promoted by the next {@link #next}
     */
    public String rollBack(String release, String user) {
        return releases.rollBack(release, user);
    }

    /**
     * Does whatever needs no tests — installs, releases, promotes, ejects — until tests are needed or nothing is left.
     * Idempotent: after a crash at any point, calling it again goes on.
     *
     * @param conductor who will run the tests; a trial of another one is void
     */
    public Task next(String conductor) throws InterruptedException {
        while (true) {
            TrainState state = journal.state();
            Optional<Task> task = state.pending().isPresent() ? releases.promote(state) : step(state, conductor);
            if (task.isPresent()) {
                return task.get();
            }
        }
    }

    /** @return empty where something was done and the state is another by now */
    private Optional<Task> step(TrainState state, String conductor) throws InterruptedException {
        Optional<String> stopped = stopped(state);
        Duration gathering = state.batch().isPresent() || stopped.isPresent()
                ? Duration.ZERO
                : timetable.gathering(
                        state.queue(), batchLimit(state), ports.clock().instant());
        boolean nothing = state.queue().isEmpty() || stopped.isPresent() || gathering.toMillis() > 0;
        if (state.batch().isEmpty() && state.settled() && nothing) {
            environment.lock().release(lockId());
            return Optional.of(resting(state, stopped, gathering));
        }
        EnvironmentLock.Answer answer = environment
                .lock()
                .request(new EnvironmentLock.Request(
                        lockId(),
                        "train " + settings.name(),
                        EnvironmentLock.Mode.EXCLUSIVE,
                        Set.of(),
                        environment.lease()));
        if (answer instanceof EnvironmentLock.Answer.Waiting waiting) {
            return Optional.of(new Task.Wait("environment is held by " + waiting.waitsFor(), ASK_AGAIN));
        }
        EnvironmentLock.Answer.Granted lock = (EnvironmentLock.Answer.Granted) answer;
        if (lock.takenOver()) {
            environment.cluster().fence(catalog.services().values(), lock.token());
        }
        if (state.trial().isPresent()) {
            return trials.resume(state, conductor, lock.token());
        }
        if (state.batch().isPresent() && stopped.isEmpty()) {
            decisions.decide(state, conductor, lock.token());
            return Optional.empty();
        }
        return depart(state, nothing, lock.token());
    }

    private static Task resting(TrainState state, Optional<String> stopped, Duration gathering) {
        if (stopped.isPresent()) {
            return new Task.Wait(stopped.get(), ASK_AGAIN);
        }
        return state.queue().isEmpty()
                ? new Task.Idle()
                : new Task.Wait("gathering changes for another " + gathering.toSeconds() + " s", ASK_AGAIN);
    }

    /** Why nothing may be tried now: paused, or frozen. */
    private Optional<String> stopped(TrainState state) {
        return state.isPaused()
                ? Optional.of("paused: " + state.paused())
                : timetable.closed(ports.clock().instant());
    }

    private Optional<Task> depart(TrainState state, boolean nothing, long token) throws InterruptedException {
        if (state.batch().isPresent()) {
            decisions.requeue(state, state.batch().get().changes());
        } else if (nothing) {
            return trials.installBaseline(token);
        } else {
            ImageSet production = registries.productionSet(catalog);
            ports.store().saveSet(production, releases.lastSet(state));
            String batch = ports.ids().get();
            journal.update(s ->
                    s.batch().isPresent() || s.queue().isEmpty() || s.pending().isPresent()
                            ? List.of()
                            : List.of(new Event.BatchDeparted(batch, decisions.departing(s), production.digest())));
        }
        return Optional.empty();
    }

    /** The batch limit that holds now. */
    public int batchLimit(TrainState s) {
        return decisions.batchLimit(s);
    }

    /** What waiting changes may expect, and why the batch limit is what it is. */
    public Forecast forecast() {
        return new Forecast(state(), settings);
    }

    /** Makes a trial void whose tests take longer than the deadline; to be called now and then by whoever watches. */
    public void expire() {
        trials.expire(timetable.testDeadline());
    }

    /** Has sets with these changes run, even where their verdict is remembered. */
    public void force(List<String> changes, String user) {
        journal.update(s -> List.of(new Event.RunForced(changes, user)));
    }

    /**
     * The tests' verdict. Ignored where the trial is over already, for example because a rollback came between.
     *
     * @param reason for people; what failed
     */
    public void report(String trial, Verdict verdict, String reason) {
        trials.report(trial, verdict, reason, lockId());
    }

    /** Keeps the environment's lock while tests run; to be called well within the environment's lease. */
    public void renew() {
        journal.state().trial().ifPresent(t -> environment.lock().renew(lockId(), t.fence(), environment.lease()));
    }

    private String lockId() {
        return "train/" + settings.name();
    }

    static List<String> ids(List<Change> changes) {
        return changes.stream().map(Change::id).toList();
    }
}
