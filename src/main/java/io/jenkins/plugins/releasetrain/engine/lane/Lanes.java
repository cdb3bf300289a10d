package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Micro releases in one shared environment (design §6): each lane puts its candidates in the place of what production
 * runs, or beside it, has them tested beside its neighbours' candidates, and promotes them if production still is what they were tested
 * against. Everything that it knows is in the store, so any process may go on with a lane.
 */
public final class Lanes {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final LaneSettings settings;
    private final Catalog catalog;
    private final Registries registries;
    private final Environment environment;
    private final Ports ports;
    private final LaneTrial trial;
    private final Blocks blocks;
    private final Map<String, Journal<LaneState>> journals = new ConcurrentHashMap<>();

    public Lanes(LaneSettings settings, Catalog catalog, Registries registries, Environment environment, Ports ports) {
        this.settings = settings;
        this.catalog = catalog;
        this.registries = registries;
        this.environment = environment;
        this.ports = ports;
        this.trial = new LaneTrial(new Candidates(catalog, registries), settings.isolation(), environment, ports);
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
     * Pins the candidates of one group and opens a lane for them.
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
            if (PromotionItems.carriesTag(pinned, settings.movingTags())) {
                registries.checkTagFree(pinned);
            }
            candidates.put(service, pinned);
        });
        blocks.check(candidates);
        LaneId lane = new LaneId(groups.firstKey(), ports.ids().get());
        Event queued = new Event.LaneQueued(lane.id(), environment.name(), lane.group(), candidates, origin);
        journal(lane.group()).update(s -> List.of(queued));
        return lane;
    }

    /** All lanes without a final outcome, with whose they are. */
    public Map<LaneId, Origin> underWay() {
        Map<LaneId, Origin> all = new HashMap<>();
        active().forEach(lane -> all.put(
                new LaneId(lane.queued().group(), lane.queued().lane()),
                lane.queued().origin()));
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

    private List<Lane> active() {
        String prefix = "lane/" + environment.name() + "/";
        return ports.store().activeStreams(prefix, Integer.MAX_VALUE).stream()
                .flatMap(stream -> state(stream.substring(prefix.length())).active().stream())
                .toList();
    }

    /** Services of lanes that have passed and hold their place: they bring what they promote into the environment. */
    private Set<String> beingPromoted() {
        Set<String> holders = environment.lock().entries().stream()
                .filter(EnvironmentLock.Entry::held)
                .map(EnvironmentLock.Entry::id)
                .collect(Collectors.toSet());
        return active().stream()
                .filter(lane -> lane.made().isPresent())
                .filter(lane -> holders.contains(lane.queued().lane()))
                .flatMap(lane -> lane.candidates().keySet().stream())
                .collect(Collectors.toSet());
    }

    /** Removes what lanes that are over left beside the baseline; each lane that comes in does that too. */
    public void sweep() {
        trial.sweep();
    }

    /** Whether another catalog says the same of the services of all lanes under way, so that they can go on with it. */
    public boolean mayGoOnWith(Catalog other) {
        return active().stream()
                .flatMap(lane -> lane.candidates().keySet().stream())
                .map(catalog.services()::get)
                .filter(Objects::nonNull)
                .allMatch(service -> service.equals(other.services().get(service.name())));
    }

    /** Lanes of a group that wait or are tried. */
    public LaneState state(String group) {
        return journal(group).state();
    }

    /**
     * Does whatever needs no tests until tests are needed or the lane is done. Idempotent: after a crash at any point,
     * calling it again goes on.
     */
    public LaneTask next(LaneId id) throws InterruptedException {
        while (true) {
            LaneState state = journal(id.group()).state();
            Optional<Lane> lane = state.lane(id.id());
            if (lane.isEmpty()) {
                environment.lock().release(id.id());
                return new LaneTask.Done(state.ended(id.id())
                        .orElseThrow(
                                () -> EngineException.invalid("There is no lane " + id.id() + " of " + id.group())));
            }
            Optional<LaneTask> task = step(id, lane.get());
            if (task.isPresent()) {
                return task.get();
            }
        }
    }

    private Optional<LaneTask> step(LaneId id, Lane lane) throws InterruptedException {
        if (lane.made().isPresent()) {
            return lane.promoted() ? keep(id, lane) : promote(id, lane);
        } else if (lane.tested().isPresent()) {
            return conclude(id, lane, lane.tested().get());
        } else if (lane.started().isEmpty()) {
            return trial.entry().enter(journal(id.group()), id, lane, this::beingPromoted);
        } else if (lane.installed().isEmpty()) {
            trial.install(journal(id.group()), id, lane);
            return Optional.empty();
        }
        return Optional.of(trial.order(id, lane));
    }

    /**
     * The tests' verdict. Ignored where that attempt is not being tested (any more): a build that comes back reports again
     * what it reported last.
     *
     * @param tenant of the attempt, as in {@link LaneTask.Test}
     */
    public void report(LaneId id, String tenant, Verdict verdict, String reason) {
        journal(id.group())
                .state()
                .lane(id.id())
                .filter(l -> l.installed().isPresent() && l.tested().isEmpty())
                .filter(l -> l.tenant().equals(tenant))
                .ifPresent(lane -> trial.report(journal(id.group()), id, lane, verdict, reason));
    }

    /** Keeps the lane's place in the environment while tests run; to be called well within the environment's lease. */
    public void renew(LaneId id) {
        journal(id.group())
                .state()
                .lane(id.id())
                .flatMap(Lane::started)
                .ifPresent(s -> environment.lock().renew(id.id(), s.fence(), environment.lease()));
    }

    /** Ends a lane whatever it is doing; nothing of its candidates is left. */
    public void cancel(LaneId id, String reason) throws InterruptedException {
        Optional<Lane> lane = journal(id.group()).state().lane(id.id());
        if (lane.isPresent() && lane.get().made().isEmpty()) {
            end(id, lane.get(), Outcome.CANCELLED, reason);
        }
    }

    private Optional<LaneTask> conclude(LaneId id, Lane lane, Event.LaneTested tested) throws InterruptedException {
        if (tested.verdict() == Verdict.VOID) {
            return again(id, lane, tested.reason(), lane.alone());
        } else if (tested.verdict() == Verdict.PASSED) {
            return passed(id, lane, tested);
        }
        if (!lane.alone() && !trial.neighboursThatCount(lane).isEmpty()) {
            return again(id, lane, "failed beside other candidates; confirming without them", true);
        } else if (!lane.alone() && !tested.drift().isEmpty()) {
            return again(id, lane, "failed while " + tested.drift() + " changed; confirming", true);
        }
        Outcome outcome = lane.installed().isPresent() ? Outcome.EJECTED : Outcome.NOT_INSTALLABLE;
        return end(id, lane, outcome, tested.reason());
    }

    private Optional<LaneTask> passed(LaneId id, Lane lane, Event.LaneTested tested) throws InterruptedException {
        ImageSet held = trial.surroundings().held();
        List<String> drift = trial.driftUntilNow(lane, tested, held);
        if (!drift.isEmpty() && settings.onDrift() == OnDrift.RERUN) {
            return again(id, lane, "changed meanwhile: " + drift, lane.alone());
        } else if (!drift.isEmpty() && settings.onDrift() == OnDrift.FAIL) {
            return end(id, lane, Outcome.UNDECIDED, "stale: changed meanwhile: " + drift);
        }
        List<String> undecided = trial.undecidedNeighbours(lane, held, this::hasPassed);
        if (!undecided.isEmpty()) {
            return Optional.of(
                    new LaneTask.Wait("passed beside candidates that are not decided yet: " + undecided, ASK_AGAIN));
        }
        Optional<String> blocked = blocks.refusal(lane.candidates());
        if (blocked.isPresent()) {
            return end(id, lane, Outcome.CANCELLED, blocked.get());
        }
        release(id, lane, tested);
        return Optional.empty();
    }

    /** Whether the lane that claims a service has passed: it and we were tested together. */
    private boolean hasPassed(String service, String lane) {
        return journal(catalog.service(service).group())
                .state()
                .lane(lane)
                .flatMap(Lane::tested)
                .filter(t -> t.verdict() == Verdict.PASSED)
                .isPresent();
    }

    private Optional<LaneTask> again(LaneId id, Lane lane, String reason, boolean alone) throws InterruptedException {
        if (lane.attempts() >= settings.attempts()) {
            return end(id, lane, Outcome.UNDECIDED, "undecided after " + lane.attempts() + " attempts: " + reason);
        }
        trial.leave(id, lane);
        journal(id.group())
                .update(s -> same(s, id, lane) ? List.of(new Event.LaneRetried(id.id(), reason, alone)) : List.of());
        return Optional.empty();
    }

    private void release(LaneId id, Lane lane, Event.LaneTested tested) {
        String prefix = environment.name() + "-" + id.group() + "-";
        journal(id.group())
                .update(s -> same(s, id, lane)
                        ? List.of(new Event.ReleaseMade(
                                prefix + (s.lastNumber() + 1),
                                environment.name() + "/" + id.group(),
                                s.lastNumber() + 1,
                                Event.Kind.MICRO,
                                tested.baseline(),
                                s.lastRelease(),
                                "",
                                lane.candidates(),
                                List.of(id.id()),
                                id.id()))
                        : List.of());
    }

    private Optional<LaneTask> promote(LaneId id, Lane lane) throws InterruptedException {
        Event.ReleaseMade made = lane.made().orElseThrow();
        String promotion = "lane/" + made.id();
        Optional<String> blocked = blocks.refusal(lane.candidates());
        if (blocked.isPresent() && !ports.promoter().isPlanned(promotion)) {
            refuse(id, made, promotion, blocked.get());
            return end(id, lane, Outcome.CANCELLED, blocked.get());
        }
        String refusal;
        try {
            Promoter.Result result = ports.promoter()
                    .promote(PromotionItems.request(
                            promotion,
                            made,
                            catalog,
                            registries,
                            Optional.of(trial.replaced(lane)),
                            settings.movingTags()));
            if (result.promoted()) {
                journal(id.group())
                        .update(s -> same(s, id, lane)
                                ? List.of(new Event.ReleasePromoted(made.id(), promotion))
                                : List.of());
                return Optional.empty();
            }
            refusal = result.reason();
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                return Optional.of(new LaneTask.Wait("promotion: " + e.getMessage(), TRY_AGAIN));
            }
            if (e.kind() == FailureKind.STALE) {
                refuse(id, made, promotion, e.getMessage());
                return again(id, lane, e.getMessage(), lane.alone());
            }
            refusal = e.getMessage();
        }
        refuse(id, made, promotion, refusal);
        return end(id, lane, Outcome.UNDECIDED, "passed, but was not promoted: " + refusal);
    }

    private void refuse(LaneId id, Event.ReleaseMade made, String promotion, String reason) {
        journal(id.group()).update(s -> List.of(new Event.PromotionRefused(made.id(), promotion, reason)));
    }

    private Optional<LaneTask> keep(LaneId id, Lane lane) throws InterruptedException {
        String problem = trial.keep(id, lane)
                .map(p -> "; environment '" + environment.name() + "' does not run it yet: " + p)
                .orElse("");
        return end(id, lane, Outcome.RELEASED, "its tests passed" + problem);
    }

    private Optional<LaneTask> end(LaneId id, Lane lane, Outcome outcome, String reason) throws InterruptedException {
        if (outcome != Outcome.RELEASED) {
            trial.leave(id, lane);
        }
        String release = outcome == Outcome.RELEASED ? lane.made().orElseThrow().id() : "";
        journal(id.group())
                .update(s -> s.lane(id.id()).isPresent()
                        ? List.of(new Event.LaneEnded(id.id(), outcome, reason, release))
                        : List.of());
        return Optional.empty();
    }

    private static boolean same(LaneState s, LaneId id, Lane lane) {
        return s.lane(id.id())
                .filter(l -> l.attempts() == lane.attempts() && l.promoted() == lane.promoted())
                .isPresent();
    }

    private Journal<LaneState> journal(String group) {
        return journals.computeIfAbsent(
                group,
                g -> new Journal<>(
                        ports.store(),
                        "lane/" + environment.name() + "/" + g,
                        LaneState.TYPE,
                        ports.clock(),
                        ports.listener()));
    }
}
