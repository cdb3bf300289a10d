package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Moves the tags of one promotion, those that say what production runs after all the others. Each is looked at right before
 * it moves, since registries have no compare-and-swap, and its intent is journalled.
 */
final class Tagging {
    static final int SIDE_BY_SIDE = 16;

    private final String id;
    private final Registry target;
    private final Journal<PromotionState> journal;
    private final Executor executor;
    private final Consumer<Move> copyAgain;
    private final PromotionProgress progress;
    private final Runnable mayGoOn;
    /** What the journal said when intents were appended last. */
    private PromotionState intended = PromotionState.TYPE.initial();
    /** Intents that no append holds yet, with what each tag points to: those of several threads go into one. */
    private final Map<String, List<Manifest>> intents = new ConcurrentHashMap<>();

    /**
     * @param copyAgain brings content to the target that it collected since it was copied
     * @param mayGoOn asked before each append of intents; throws where not
     */
    Tagging(
            String id,
            Registry target,
            Journal<PromotionState> journal,
            Executor executor,
            Consumer<Move> copyAgain,
            PromotionProgress progress,
            Runnable mayGoOn) {
        this.id = id;
        this.target = target;
        this.journal = journal;
        this.executor = executor;
        this.copyAgain = copyAgain;
        this.progress = progress;
        this.mayGoOn = mayGoOn;
    }

    /**
     * Moves what is not moved yet.
     *
     * @param planned all tags of the promotion, also those that need not move
     * @throws RuntimeException where a tag cannot be moved
     */
    void run(List<Move> planned) {
        List<Move> moves = planned.stream().filter(PromotionState::isMove).toList();
        progress.tagging(moves.size());
        for (boolean last : new boolean[] {false, true}) {
            List<Move> phase = moves.stream().filter(m -> m.mayMove() == last).toList();
            Together.each(phase, SIDE_BY_SIDE, executor, this::move);
        }
    }

    private static boolean goesOn(PromotionState state) {
        return state.undoing().isEmpty() && !state.ended();
    }

    private void move(Move move) {
        Optional<Digest> now = target.resolveBeside(move.targetRepository(), move.tag(), move.digest())
                .map(Registry.Descriptor::digest);
        if (now.equals(Optional.of(move.digest()))) {
            progress.tagged();
            return;
        }
        if (!now.equals(move.former())) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Somebody else moved " + target.host() + "/" + PromotionState.name(move) + " to "
                            + now.map(Digest::toString).orElse("nothing") + " during the promotion");
        }
        List<Manifest> former =
                move.former().map(d -> target.whole(move.targetRepository(), d)).orElse(List.of());
        if (intend(PromotionState.name(move), former)) {
            set(move);
            progress.tagged();
        }
    }

    /** @return false where it is being undone by now */
    private boolean intend(String tag, List<Manifest> former) {
        intents.put(tag, former);
        synchronized (this) {
            if (intents.containsKey(tag)) {
                mayGoOn.run();
                SortedMap<String, List<Manifest>> waiting = new TreeMap<>(intents);
                Optional<String> formers = Formers.packed(waiting.values());
                intended = journal.update(s -> goesOn(s) && !s.moving().containsAll(waiting.keySet())
                        ? List.of(new Event.TagsMoving(id, List.copyOf(waiting.keySet()), formers))
                        : List.of());
                intents.keySet().removeAll(waiting.keySet());
            }
            return goesOn(intended) && intended.moving().contains(tag);
        }
    }

    private void set(Move move) {
        try {
            target.tag(move.targetRepository(), move.digest(), move.tag());
        } catch (EngineException e) {
            if (!Failures.lacksContent(e)) {
                throw e;
            }
            copyAgain.accept(move);
            target.tag(move.targetRepository(), move.digest(), move.tag());
        }
    }
}
