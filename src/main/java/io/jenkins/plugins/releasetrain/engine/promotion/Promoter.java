package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The owner of all promotions, whoever asks for them: sets of images, all or nothing (I6). The plan with every tag's former
 * digest is journalled, then all content is copied by digest, then the tags are moved, each after its intent is journalled.
 * Run again with the same id after a crash, it goes on where it stopped; what cannot be completed is undone, and tried
 * again by {@link #sweep} until it is. Promotions that want the same tags wait for each other. Thread safe.
 */
public final class Promoter {
    private final Store store;
    private final Clock clock;
    private final Consumer<Event> listener;
    private final OpenPromotions open;
    private final Course.Tools tools;
    private final EarlyContent early;
    private final ProductionCache production;
    private final Function<Request, PromotionProgress> watching;
    /** When the tags that a promotion left over are tried again, by its id. */
    private final Map<String, Instant> leftOver = new ConcurrentHashMap<>();
    /** Promotions that a thread of this process works on. */
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** @param controller who promotes, for ever and among all that share the store */
    public Promoter(
            Store store,
            ImageCopier copier,
            Executor executor,
            Clock clock,
            Consumer<Event> listener,
            String controller) {
        this(store, copier, executor, clock, listener, controller, request -> PromotionProgress.NONE);
    }

    /** @param watching told how far a promotion is that tells nobody itself, such as those of trains and lanes */
    public Promoter(
            Store store,
            ImageCopier copier,
            Executor executor,
            Clock clock,
            Consumer<Event> listener,
            String controller,
            Function<Request, PromotionProgress> watching) {
        this.watching = watching;
        this.store = store;
        this.clock = clock;
        this.listener = listener;
        this.open = new OpenPromotions(store, controller, clock, listener);
        this.tools =
                new Course.Tools(store, open, new Blocks(store, clock, listener), new Undo(executor), copier, executor);
        this.early = new EarlyContent(store, copier, executor);
        this.production = new ProductionCache(store, clock);
    }

    /** What production runs, for whoever does not decide a promotion by it. */
    public ProductionCache production() {
        return production;
    }

    /** Copies content before it is promoted. */
    public EarlyContent early() {
        return early;
    }

    /**
     * What to promote.
     *
     * @param id of the promotion; the same id is the same promotion
     * @param release that it belongs to; empty for a plain promotion
     * @param expected compare-and-swap (I7): the digest that a tag must point to at the start; tags without an entry may
     *     point anywhere
     * @param progress told how far it is
     * @param veto asked once it is planned, and again before the first tag: why it is not wanted any more; empty: it is. May
     *     throw what is retryable, so that it waits as it is
     */
    public record Request(
            String id,
            String release,
            Registry source,
            Registry target,
            List<Item> items,
            Map<Registry.Tag, Optional<Digest>> expected,
            PromotionProgress progress,
            Supplier<Optional<String>> veto) {
        public Request(
                String id,
                String release,
                Registry source,
                Registry target,
                List<Item> items,
                Map<Registry.Tag, Optional<Digest>> expected) {
            this(id, release, source, target, items, expected, PromotionProgress.NONE, Optional::empty);
        }

        /** Of one that is planned: what it consists of is known from its journal. */
        public static Request planned(String id, Registry source, Registry target) {
            return new Request(id, "", source, target, List.of(), Map.of());
        }

        /** @param reason as {@code veto} */
        public Request unless(Supplier<Optional<String>> reason) {
            return new Request(id, release, source, target, items, expected, progress, reason);
        }

        public Request telling(PromotionProgress told) {
            return new Request(id, release, source, target, items, expected, told, veto);
        }
    }

    /**
     * One tag to be set in the target.
     *
     * @param mayMove false: refuse if the tag points to another digest
     */
    public record Item(String sourceRepository, String targetRepository, Digest digest, String tag, boolean mayMove) {}

    /**
     * How a promotion ended, as its journal says.
     *
     * @param promoted whether all tags are moved
     * @param ended false: it is being undone, and some tags are not back yet
     * @param reason why it was not promoted, with the tags that are left over; empty where it was
     * @param copied what this call copied
     * @param moves what was planned, with each tag's former digest
     */
    public record Result(boolean promoted, boolean ended, String reason, ImageCopier.Report copied, List<Move> moves) {
        static Result of(PromotionState state, ImageCopier.Report copied) {
            return new Result(state.completed(), state.ended(), state.reason(), copied, state.moves());
        }
    }

    /**
     * Runs or resumes a promotion.
     *
     * @return how it ended
     * @throws EngineException retryable: it may be resumed with the same id, and BUSY: somebody else has to be done first;
     *     FORBIDDEN: an image is blocked; INVALID_INPUT, STALE or CONFLICT at planning: something stands against it and
     *     nothing was changed
     */
    public Result promote(Request request) {
        return alone(request.id(), () -> {
            boolean told = request.progress() != PromotionProgress.NONE;
            Request watched = told ? request : request.telling(watching.apply(request));
            try {
                Journal<PromotionState> journal = journal(request.id());
                Optional<Map<Registry.Tag, Registry.Descriptor>> present =
                        journal.state().planned() || journal.state().ended()
                                ? Optional.empty()
                                : Optional.of(plan(request, journal));
                return new Course(tools, watched, journal, present).run();
            } finally {
                watched.progress().over();
            }
        });
    }

    /**
     * What a promotion would do; changes nothing.
     *
     * @throws EngineException as {@link #promote}: something stands against it
     */
    public Plan plan(Request request) {
        tools.blocks().check(request.items().stream().map(Item::digest).toList());
        Planner.Draft draft = Planner.draft(request);
        return new Plan(draft.event().moves(), tools.copier().plan(request.source(), request.target(), draft.images()));
    }

    /**
     * What a promotion takes.
     *
     * @param moves all tags, also those that point to their image already
     * @param content what has to be copied
     */
    public record Plan(List<Move> moves, CopyPlan content) {
        /** Requests at most, to both registries, where none has to be sent again. */
        public long requests() {
            return content.requests()
                    + 2L * moves.stream().filter(PromotionState::isMove).count();
        }
    }

    /** Goes on with a promotion that is planned; what it consists of is known from its journal. */
    public Result resume(String id, Registry source, Registry target) {
        return promote(Request.planned(id, source, target));
    }

    /**
     * Ends a promotion that is not to go on in peace: completes it where its tags have begun to move, else undoes it.
     *
     * @throws EngineException retryable: neither can be done now
     */
    public Result completeOrUndo(String id, String reason, Registry source, Registry target) {
        PromotionState state = journal(id).state();
        if (state.tagging() && !state.ended()) {
            return resume(id, source, target);
        }
        Result result = abandon(id, reason, target);
        if (!result.ended()) {
            throw new EngineException(
                    FailureKind.UNAVAILABLE, "Promotion " + id + " is being undone: " + result.reason());
        }
        return result;
    }

    /**
     * Undoes a promotion that nobody will go on with; one that has ended stays as it is. May be called again; what a
     * registry refuses now is tried again by {@link #sweep}.
     */
    public Result abandon(String id, String reason, Registry target) {
        Journal<PromotionState> journal = journal(id);
        PromotionState state =
                journal.update(s -> s.planned() && !s.ended() && s.undoing().isEmpty()
                        ? List.of(new Event.PromotionUndoing(id, reason))
                        : List.of());
        if (!state.planned()) {
            return new Result(false, true, reason, ImageCopier.Report.NOTHING, List.of());
        }
        try {
            return alone(id, () -> {
                Request nothing = Request.planned(id, target, target);
                return new Course(tools, nothing, journal, Optional.empty()).undo();
            });
        } catch (EngineException e) {
            if (e.kind() == FailureKind.BUSY) {
                // Whoever works on it finds out before the next tags, and undoes it.
                return Result.of(journal.state(), ImageCopier.Report.NOTHING);
            }
            throw e;
        }
    }

    /** The same for one that is never to be, also where nothing is planned yet: who would plan it just now finds it undone. */
    public Result callOff(String id, String reason, Registry target) {
        journal(id)
                .update(s -> s.planned() || s.ended()
                        ? List.of()
                        : List.of(new Event.PromotionUndone(id, reason, List.of())));
        return abandon(id, reason, target);
    }

    /** Whether a promotion has begun, so that it has to be completed or undone (I6). */
    public boolean isPlanned(String id) {
        return journal(id).state().planned();
    }

    /** Ids of those that have begun, wherever, and are neither completed nor undone. */
    public List<String> underWay() {
        return open.all().entrySet().stream()
                .filter(e -> !e.getValue().over())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether tags have begun to move and the promotion has not ended: production may be half of it. */
    public boolean isTagging(String id) {
        PromotionState state = journal(id).state();
        return state.tagging() && !state.ended();
    }

    /** Whether a promotion was completed or undone. */
    public boolean hasEnded(String id) {
        return journal(id).state().ended();
    }

    /**
     * Goes on undoing whatever is not undone yet. To be called every minute or so, which also tells other controllers that
     * this one lives.
     *
     * @param targets the registry of a promotion, by its id and its host; empty where it is not configured here
     * @return what could not be undone yet, in words, by promotion
     */
    public Map<String, String> sweep(Function<Open, Optional<Registry>> targets) {
        open.beHere();
        return new Sweep(this, tools, targets, new Sweep.Patience(clock.instant(), leftOver)).run();
    }

    /** A promotion that is under way, and the host of the registry that it goes to. */
    public record Open(String id, String target) {}

    private Map<Registry.Tag, Registry.Descriptor> plan(Request request, Journal<PromotionState> journal) {
        tools.blocks().check(request.items().stream().map(Item::digest).toList());
        List<Item> items = Planner.distinct(request.items());
        open.take(request.id(), request.target().host(), Planner.names(items));
        try {
            Planner.Draft draft = Planner.draft(request);
            journal.update(s -> s.planned() || s.ended() ? List.of() : List.of(draft.event()));
            return draft.present();
        } catch (EngineException e) {
            if (!e.kind().retryable()) {
                open.close(request.id(), List.of());
            }
            throw e;
        }
    }

    Journal<PromotionState> journal(String id) {
        return new Journal<>(store, stream(id), PromotionState.TYPE, clock, listener);
    }

    static String stream(String id) {
        return "promotion/" + id;
    }

    /** One thread at a time works on a promotion. */
    <T> T alone(String id, Supplier<T> work) {
        if (!busy.add(id)) {
            throw new EngineException(FailureKind.BUSY, "Promotion " + id + " is being worked on already");
        }
        try {
            return work.get();
        } finally {
            busy.remove(id);
        }
    }
}
