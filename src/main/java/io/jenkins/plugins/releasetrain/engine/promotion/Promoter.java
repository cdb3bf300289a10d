package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Promotes sets of images all or nothing (I6): the plan with every tag's former digest is journalled, then all content is
 * copied by digest, then the tags are moved. Run again with the same id after a crash, it goes on where it stopped.
 */
public final class Promoter {
    private final Store store;
    private final ImageCopier copier;
    private final Executor executor;
    private final Clock clock;
    private final Blocks blocks;
    private final Consumer<Event> listener;
    /** Check and move of a tag are two requests, since registries have no compare-and-swap: one promotion at a time. */
    private final ReentrantLock tagging = new ReentrantLock(true);

    public Promoter(Store store, ImageCopier copier, Executor executor, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.copier = copier;
        this.executor = executor;
        this.clock = clock;
        this.blocks = new Blocks(store, clock, listener);
        this.listener = listener;
    }

    /**
     * What to promote.
     *
     * @param id of the promotion; the same id is the same promotion
     * @param release that it belongs to; empty for a plain promotion
     * @param expected compare-and-swap (I7): the digest that a tag must point to at the start; tags without an entry may
     *     point anywhere
     */
    public record Request(
            String id,
            String release,
            Registry source,
            Registry target,
            List<Item> items,
            Map<Registry.Tag, Optional<Digest>> expected) {}

    /**
     * One tag to be set in the target.
     *
     * @param mayMove false: refuse if the tag points to another digest
     */
    public record Item(String sourceRepository, String targetRepository, Digest digest, String tag, boolean mayMove) {}

    /** How a promotion ended, and what it cost if this call copied something. */
    public record Result(boolean promoted, String reason, ImageCopier.Report copied) {}

    /**
     * Runs or resumes a promotion.
     *
     * @throws EngineException FORBIDDEN: an image is blocked; retryable: it may be resumed with the same id; STALE or CONFLICT at planning: an expectation or
     *     a version tag stands against it and nothing was changed
     */
    public Result promote(Request request) {
        Journal<PromotionState> journal = journal(request.id());
        PromotionState state = journal.state();
        if (!state.planned()) {
            Event plan = plan(request);
            state = journal.update(s -> s.planned() ? List.of() : List.of(plan));
        }
        ImageCopier.Report copied = ImageCopier.Report.NOTHING;
        if (!state.contentThere() && !state.ended()) {
            ImageCopier.Report report = copyContent(request, state.plan());
            copied = report;
            state = journal.update(s -> List.of(new Event.ContentPromoted(
                    request.id(), report.bytes(), report.copiedBlobs(), report.mountedBlobs())));
        }
        if (!state.ended()) {
            state = moveTags(request, journal);
        }
        return new Result(state.completed(), state.reason(), copied);
    }

    /**
     * Undoes a promotion that nobody will go on with; one that has ended stays as it is. May be called again after a
     * failure.
     *
     * @throws EngineException where a tag cannot be put back now
     */
    public void abandon(String id, String reason, Registry target) {
        Journal<PromotionState> journal = journal(id);
        tagging.lock();
        try {
            PromotionState state = journal.state();
            if (state.planned() && !state.ended()) {
                Event undone = new Event.PromotionUndone(id, reason, undo(target, state.plan()));
                journal.update(s -> s.ended() ? List.of() : List.of(undone));
            }
        } finally {
            tagging.unlock();
        }
    }

    private Journal<PromotionState> journal(String id) {
        return new Journal<>(store, "promotion/" + id, PromotionState.TYPE, clock, listener);
    }

    /** Whether a promotion has begun, so that it has to be completed or undone (I6). */
    public boolean isPlanned(String id) {
        return journal(id).state().planned();
    }

    private Event plan(Request request) {
        blocks.check(request.items().stream().map(Item::digest).toList());
        List<Registry.Tag> tags = request.items().stream()
                .map(i -> new Registry.Tag(i.targetRepository(), i.tag()))
                .toList();
        Map<Registry.Tag, Registry.Descriptor> present = request.target().resolveAll(tags);
        List<Move> moves = new ArrayList<>();
        for (Item item : request.items()) {
            Registry.Tag tag = new Registry.Tag(item.targetRepository(), item.tag());
            Optional<Digest> former = Optional.ofNullable(present.get(tag)).map(Registry.Descriptor::digest);
            checkExpected(request, tag, former);
            checkMayMove(request, item, former);
            moves.add(new Move(
                    item.sourceRepository(),
                    item.targetRepository(),
                    item.digest(),
                    item.tag(),
                    former,
                    item.mayMove()));
        }
        // Version tags first: what production runs is told by the moving tags, so they come when all else is there.
        moves.sort(Comparator.comparing(Move::mayMove));
        return new Event.PromotionPlanned(
                request.id(),
                request.release(),
                request.source().host(),
                request.target().host(),
                moves);
    }

    private void checkExpected(Request request, Registry.Tag tag, Optional<Digest> former) {
        Optional<Digest> expected = request.expected().get(tag);
        if (request.expected().containsKey(tag) && !expected.equals(former)) {
            throw new EngineException(
                    FailureKind.STALE,
                    "Not promoted: " + describe(request, tag) + " was expected to point to "
                            + expected.map(Digest::toString).orElse("nothing") + " but points to "
                            + former.map(Digest::toString).orElse("nothing")
                            + "; the verdict is stale, test again");
        }
    }

    private void checkMayMove(Request request, Item item, Optional<Digest> former) {
        if (!item.mayMove() && former.isPresent() && !former.get().equals(item.digest())) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Not promoted: version tag "
                            + describe(request, new Registry.Tag(item.targetRepository(), item.tag()))
                            + " points to " + former.get() + " already, not to " + item.digest()
                            + "; use another tag, or allow the tag to move");
        }
    }

    private ImageCopier.Report copyContent(Request request, List<Move> moves) {
        Map<String, CompletableFuture<ImageCopier.Report>> copies = new LinkedHashMap<>();
        for (Move move : moves) {
            copies.computeIfAbsent(
                    move.targetRepository() + "@" + move.digest(),
                    key -> CompletableFuture.supplyAsync(
                            () -> copier.copy(
                                    request.source(),
                                    move.sourceRepository(),
                                    move.digest(),
                                    request.target(),
                                    move.targetRepository()),
                            executor));
        }
        return joinAll(copies.values());
    }

    /** Waits for all, also when one failed: nothing goes on copying behind the back of who tries again. */
    private static ImageCopier.Report joinAll(Collection<CompletableFuture<ImageCopier.Report>> copies) {
        ImageCopier.Report sum = ImageCopier.Report.NOTHING;
        RuntimeException failure = null;
        for (CompletableFuture<ImageCopier.Report> copy : copies) {
            try {
                sum = sum.plus(copy.join());
            } catch (CompletionException e) {
                failure = e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return sum;
    }

    private PromotionState moveTags(Request request, Journal<PromotionState> journal) {
        tagging.lock();
        try {
            PromotionState state = journal.state();
            if (state.ended()) {
                return state;
            }
            Event end = moveTags(request, state.plan());
            return journal.update(s -> s.ended() ? List.of() : List.of(end));
        } finally {
            tagging.unlock();
        }
    }

    private static Event moveTags(Request request, List<Move> moves) {
        try {
            for (Move move : moves) {
                moveTag(request, move);
            }
            return new Event.PromotionCompleted(request.id());
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                throw e;
            }
            return new Event.PromotionUndone(request.id(), e.getMessage(), undo(request.target(), moves));
        }
    }

    private static void moveTag(Request request, Move move) {
        Optional<Digest> current = current(request.target(), move);
        if (current.equals(Optional.of(move.digest()))) {
            return;
        }
        if (!current.equals(move.former())) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Somebody else moved " + describe(request, new Registry.Tag(move.targetRepository(), move.tag()))
                            + " to " + current.map(Digest::toString).orElse("nothing") + " during the promotion");
        }
        request.target().tag(move.targetRepository(), move.digest(), move.tag());
    }

    /** Puts back only what points to our digest and did not before: somebody else's tag stays. */
    private static List<String> undo(Registry target, List<Move> moves) {
        List<String> leftOver = new ArrayList<>();
        for (Move move : moves) {
            boolean ours = current(target, move).equals(Optional.of(move.digest()));
            if (!ours || move.former().equals(Optional.of(move.digest()))) {
                continue;
            }
            if (move.former().isPresent()) {
                target.tag(move.targetRepository(), move.former().get(), move.tag());
            } else if (!target.untag(move.targetRepository(), move.tag())) {
                leftOver.add(move.targetRepository() + ":" + move.tag());
            }
        }
        return leftOver;
    }

    private static Optional<Digest> current(Registry target, Move move) {
        return target.resolve(move.targetRepository(), move.tag()).map(Registry.Descriptor::digest);
    }

    private static String describe(Request request, Registry.Tag tag) {
        return request.target().host() + "/" + tag.repository() + ":" + tag.tag();
    }
}
