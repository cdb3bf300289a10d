package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
    /** Intents that no append holds yet: those of several threads go into one. */
    private final Set<String> intents = ConcurrentHashMap.newKeySet();

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
        if (intend(PromotionState.name(move))) {
            set(move);
            progress.tagged();
        }
    }

    /** @return false where it is being undone by now */
    private boolean intend(String tag) {
        intents.add(tag);
        synchronized (this) {
            if (intents.contains(tag)) {
                mayGoOn.run();
                List<String> waiting = new ArrayList<>(intents);
                intended = journal.update(s -> goesOn(s) && !s.moving().containsAll(waiting)
                        ? List.of(new Event.TagsMoving(
                                id, waiting.stream().sorted().toList()))
                        : List.of());
                intents.removeAll(waiting);
            }
            return goesOn(intended) && intended.moving().contains(tag);
        }
    }

    private void set(Move move) {
        try {
            point(move);
        } catch (EngineException e) {
            if (!Failures.lacksContent(e)) {
                throw e;
            }
            copyAgain.accept(move);
            point(move);
        }
    }

    private void point(Move move) {
        String repository = move.targetRepository();
        move.former()
                .ifPresentOrElse(
                        former -> target.tagInstead(repository, move.digest(), move.tag(), former),
                        () -> target.tag(repository, move.digest(), move.tag()));
    }
}
