package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Measured;
import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Micro releases in one shared environment (design §6): each lane puts its candidates in the place of what production
 * runs, or beside it, has them tested beside its neighbours' candidates, and promotes them if production still is what they
 * were tested against. Everything that it knows is in the environment's stream of events, so any process may go on with a
 * lane; what is decided is {@link LanePolicy}'s.
 */
public final class Lanes {
    private final LaneSettings settings;
    private final Catalog catalog;
    private final Registries registries;
    private final Environment environment;
    private final Ports ports;
    private final Journal<LaneState> journal;
    private final LanePolicy policy;
    private final LaneTrial trial;
    private final LaneEntry entry;
    private final LanePromotion promotion;
    private final LaneRollback rollback;
    private final Cleaning cleaning;
    private final Places places;
    private final Precedence precedence;
    private final Blocks blocks;
    private volatile boolean moved;

    public Lanes(LaneSettings settings, Catalog catalog, Registries registries, Environment environment, Ports ports) {
        this.settings = settings;
        this.catalog = catalog;
        this.registries = registries;
        this.environment = environment;
        this.ports = ports;
        this.journal = new Journal<>(
                ports.store(), "lane/" + environment.name(), LaneState.TYPE, ports.clock(), ports.listener());
        this.policy = new LanePolicy(settings, new Connections(catalog, settings.hops()));
        Candidates candidates = new Candidates(catalog, registries);
        this.places = new Places(environment, catalog, ports.clock());
        this.trial = new LaneTrial(candidates, settings.isolation(), environment, ports, journal, policy);
        this.entry = new LaneEntry(trial, places, policy, journal, ports.clock());
        this.precedence = new Precedence(ports.store(), registries, catalog);
        this.promotion =
                new LanePromotion(trial, policy, precedence, journal, ports, candidates, settings.movingTags());
        this.rollback = new LaneRollback(environment.name(), trial, journal, ports, candidates, settings.movingTags());
        this.cleaning = new Cleaning(journal, trial::placement, places, ports.clock());
        this.blocks = new Blocks(ports.store(), ports.clock(), ports.listener());
    }

    /** A lane's name: its group, and an id that is unique for ever. */
    public record LaneId(String group, String id) {}

    /** One lane's worth of candidates for each group among them, so that groups can be tested in parallel. */
    public SortedMap<String, SortedMap<String, String>> byGroup(Map<String, String> images) {
        SortedMap<String, SortedMap<String, String>> groups = new TreeMap<>();
        images.forEach((service, image) -> groups.computeIfAbsent(
                        catalog.service(service).group(), g -> new TreeMap<>())
                .put(service, image));
        return groups;
    }

    /**
     * Pins the candidates of one group and opens a lane for them. Older ones that wait are superseded; one that comes after a
     * newer one is itself (I13).
     *
     * @param images tag, digest or full reference in the dev registry, by service
     * @throws EngineException unknown service, several groups, image not found; no lane is opened then
     */
    public LaneId open(Map<String, String> images, Origin origin) {
        SortedMap<String, SortedMap<String, String>> groups = byGroup(images);
        if (groups.size() != 1) {
            throw EngineException.invalid("A lane is for the services of one group, not of " + groups.keySet());
        }
        SortedMap<String, PinnedImage> candidates = new TreeMap<>();
        images.forEach((service, image) -> {
            PinnedImage pinned = registries.pin(catalog.service(service), image);
            if (PromotionItems.carriesTag(pinned, catalog, settings.movingTags())) {
                registries.checkTagFree(pinned);
            }
            candidates.put(service, pinned);
        });
        PromotionItems.checkTagsApart(candidates, catalog, settings.movingTags());
        blocks.check(candidates);
        trial.checkProvable(candidates.keySet());
        Optional<Next.End> broken = ports.gate()
                .refusal(candidates, catalog, registries)
                .map(why -> new Next.End(Outcome.INCOMPATIBLE, why, ""));
        LaneId lane = new LaneId(groups.firstKey(), ports.ids().get());
        Event.LaneQueued queued = new Event.LaneQueued(lane.id(), environment.name(), lane.group(), candidates, origin);
        adopt();
        journal.update(precedence.queueing(queued, broken, ports.clock()));
        return lane;
    }

    /** Takes over what the streams tell that groups had before. */
    private LaneState adopt() {
        LaneState s = journal.state();
        if (!moved && !s.moved()) {
            OldStreams.of(ports.store(), environment.name())
                    .ifPresent(old -> journal.update(now -> now.moved() ? List.of() : List.of(old)));
            moved = true;
            return journal.state();
        }
        return s;
    }

    /** All lanes without a final outcome, with whose they are. */
    public Map<LaneId, Origin> underWay() {
        Map<LaneId, Origin> all = new HashMap<>();
        adopt().lanes()
                .forEach(lane -> all.put(
                        new LaneId(lane.group(), lane.id()), lane.queued().origin()));
        return all;
    }

    /** Lanes under way that are neither in the environment nor in its line: nobody goes on with them just now. */
    public Map<LaneId, Origin> unattended() {
        Map<LaneId, Origin> all = new HashMap<>(underWay());
        environment
                .lock()
                .entries()
                .forEach(e ->
                        all.keySet().removeIf(lane -> e.id().equals(lane.id()) || e.id().startsWith(lane.id() + "/")));
        return all;
    }

    /** How long the holder of a place in the environment may be silent. */
    public Duration lease() {
        return environment.lease();
    }

    /** Removes what lanes that are over left beside the baseline, whatever isolation is configured by now. */
    public void sweep() {
        for (Isolation isolation : Isolation.values()) {
            if (isolation.beside()) {
                trial.placement(isolation).sweep();
            }
        }
    }

    /** Does what lanes that are over, and rollbacks that died, left to do, as far as it can be done now. */
    public void tidy() throws InterruptedException {
        if (!adopt().obligations().isEmpty()) {
            cleaning.renew();
            cleaning.tidy(o -> true);
        }
        rollback.goOn();
    }

    /** What could not be cleaned up yet, by lane. */
    public SortedMap<String, String> problems() {
        return cleaning.problems();
    }

    /** Whether another catalog says the same of the services of all lanes under way, so that they can go on with it. */
    public boolean mayGoOnWith(Catalog other) {
        return adopt().lanes().stream()
                .flatMap(lane -> lane.candidates().keySet().stream())
                .filter(catalog.services()::containsKey)
                .allMatch(name ->
                        catalog.services().get(name).equals(other.services().get(name)));
    }

    public LaneState state() {
        return adopt();
    }

    /**
     * Does whatever needs no tests until tests are needed or the lane is done. Idempotent: after a crash at any point,
     * calling it again goes on.
     *
     * @throws EngineException retryable, or waiting for a repair: nothing is lost, and calling it again goes on; else the
     *     lane cannot go on
     */
    public LaneTask next(LaneId id) throws InterruptedException {
        while (true) {
            LaneState s = adopt();
            if (s.owes(id.id())) {
                cleaning.tidy(o -> o.lane().equals(id.id()));
                s = journal.state();
            }
            Optional<Lane> lane = s.lane(id.id());
            if (lane.isEmpty()) {
                if (!s.owes(id.id())) {
                    leaveLine(id.id());
                }
                return new LaneTask.Done(outcome(id));
            }
            Optional<LaneTask> task = step(s, lane.get());
            if (task.isPresent()) {
                return task.get();
            }
        }
    }

    /** However long ago it ended. */
    private Event.LaneEnded outcome(LaneId id) {
        return ports.store().requests(List.of(id.id())).stream()
                .map(Entry::ended)
                .flatMap(Optional::stream)
                .filter(Event.LaneEnded.class::isInstance)
                .map(Event.LaneEnded.class::cast)
                .findFirst()
                .orElseThrow(() -> EngineException.invalid("There is no lane " + id.id() + " of " + id.group()));
    }

    private Optional<LaneTask> step(LaneState s, Lane lane) throws InterruptedException {
        if (lane.phase() instanceof Phase.Waiting) {
            return enter(s, lane);
        }
        boolean kept = places.keeps(lane.id(), lane.started().fence());
        if (lane.phase() instanceof Phase.Entered) {
            trial.install(lane);
            return Optional.empty();
        } else if (lane.phase() instanceof Phase.Testing testing) {
            Optional<String> late =
                    settings.limits().overdue(testing.since(), ports.clock().instant());
            return late.isEmpty()
                    ? Optional.of(trial.order(lane))
                    : apply(lane, new Next.End(Outcome.UNDECIDED, late.get(), ""));
        } else if (lane.phase() instanceof Phase.Promoting) {
            return promotion.promote(lane);
        } else if (lane.phase() instanceof Phase.Leaving) {
            return apply(
                    lane,
                    trial.unlessMissing(lane, policy.left(s, lane, ports.clock().instant())));
        }
        return kept
                ? promotion.next(s, lane).flatMap(next -> apply(lane, next))
                : apply(lane, policy.again(lane, LanePolicy.LOST, false, false));
    }

    private Optional<LaneTask> enter(LaneState s, Lane lane) throws InterruptedException {
        if (!s.obligations().isEmpty()) {
            List<String> counting = List.copyOf(policy.counting(lane));
            cleaning.tidy(o -> o.services().stream().anyMatch(counting::contains));
        }
        LaneState now = journal.state();
        Next next = policy.entry(now, lane, ports.clock().instant());
        if (next instanceof Next.Enter enter) {
            Optional<Next.End> no = blocks.refusal(lane.candidates())
                    .map(why -> new Next.End(Outcome.CANCELLED, why, ""))
                    .or(() -> precedence.superseded(lane));
            return no.isPresent() ? apply(lane, no.get()) : entry.enter(lane, enter);
        }
        return apply(lane, next);
    }

    private Optional<LaneTask> apply(Lane lane, Next next) {
        if (next instanceof Next.Wait wait) {
            return Optional.of(new LaneTask.Wait(LaneNames.in(wait.why(), journal.state()), wait.again()));
        } else if (next instanceof Next.End end) {
            String why = LaneNames.in(end.reason(), journal.state(), ports.store());
            end(lane, new Next.End(end.outcome(), why, end.related()).of(lane));
        } else if (next instanceof Next.Again again) {
            journal.update(s -> isSame(s, lane) ? policy.retried(s, lane, again) : List.of());
        }
        return Optional.empty();
    }

    /** How often changes are bad, runs flake and the environment breaks, as measured by now. */
    public Measured measured() {
        return adopt().runs().statistics().measured(settings.judging().prior());
    }

    private static boolean isSame(LaneState s, Lane lane) {
        return s.lane(lane.id())
                .filter(l -> l.attempts() == lane.attempts()
                        && l.phase().getClass().equals(lane.phase().getClass()))
                .isPresent();
    }

    /** The outcome first; what is to be cleaned up is then the environment's to do. */
    private void end(Lane lane, Event ended) {
        journal.update(s -> isSame(s, lane) ? List.of(ended) : List.of());
        if (lane.phase().attempt().isEmpty()) {
            leaveLine(lane.id());
        }
    }

    private void leaveLine(String lane) {
        places.release(LaneEntry.refreshId(lane), false);
        places.release(lane, false);
    }

    /**
     * The tests' verdict, with what the body recorded of them, which decides nothing (I11). Ignored where that attempt is not
     * being tested (any more): a build that comes back reports again what it reported last.
     *
     * @param tenant of the attempt, as in {@link LaneTask.Test}
     * @throws EngineException retryable: to be reported again
     */
    public void report(LaneId id, String tenant, Reported reported) {
        adopt().lane(id.id())
                .filter(l -> l.phase() instanceof Phase.Testing && l.tenant().equals(tenant))
                .ifPresent(lane -> trial.report(lane, reported));
    }

    /**
     * What a body reports.
     *
     * @param tests that it recorded, told with its verdict
     */
    public record Reported(Verdict verdict, String reason, Optional<TestReport> tests) {}

    /** Keeps a lane's place in the environment, whatever it does there; to be called well within the environment's lease. */
    public void renew(LaneId id) {
        adopt().lane(id.id())
                .flatMap(l -> l.phase().attempt())
                .ifPresent(started -> places.keeps(id.id(), started.fence()));
    }

    /** Ends a lane whatever it is doing, unless it is being promoted; its candidates go out as soon as that can be done. */
    public void cancel(LaneId id, String reason) throws InterruptedException {
        Optional<Lane> lane = adopt().lane(id.id()).filter(l -> !(l.phase() instanceof Phase.Promoting));
        if (lane.isPresent()) {
            end(lane.get(), new Event.LaneEnded(id.id(), Outcome.CANCELLED, reason, ""));
            cleaning.tidy(o -> o.lane().equals(id.id()));
        }
    }

    /** The same for who leaves because somebody says so: also where its release waits, before its first tag (I12). */
    public void withdraw(LaneId id, String reason) throws InterruptedException {
        adopt().lane(id.id())
                .filter(l -> l.phase() instanceof Phase.Promoting)
                .ifPresent(lane -> promotion.withdraw(lane, reason));
        cancel(id, reason);
    }

    /**
     * Lets a lane in before all others that wait for room.
     *
     * @param priority as of a train's changes, for people
     * @throws EngineException CONFLICT where it does not wait
     */
    public void prioritise(String lane, int priority, String user) {
        adopt();
        journal.update(s -> LaneOrder.first(s, lane, priority, user));
    }

    /** Nobody is let in and nothing is promoted until somebody resumes. */
    public void pause(String reason, String user) {
        adopt();
        journal.update(s -> s.paused().isEmpty() ? List.of(new Event.TrainPaused(reason, user)) : List.of());
    }

    /** Also where the environment is taken to be broken: whatever failed before says nothing about it any more. */
    public void resume(String user) {
        adopt();
        journal.update(s -> List.of(new Event.TrainResumed(user)));
    }

    public LaneRollback rollback() {
        adopt();
        return rollback;
    }

    /** Tests go on; nothing is promoted until somebody frees it. */
    public void hold(String reason, String user) {
        adopt();
        journal.update(s -> s.held().isEmpty() ? List.of(new Event.ReleasesHeld(reason, user)) : List.of());
    }

    public void free(String user) {
        adopt();
        journal.update(s -> s.held().isEmpty() ? List.of() : List.of(new Event.ReleasesFreed(user)));
    }
}
