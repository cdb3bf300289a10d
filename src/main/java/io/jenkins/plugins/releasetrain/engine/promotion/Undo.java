package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.event.TagLeft;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * Puts back what a promotion moved, each tag for itself, in reverse: first what production runs, then the tags that did not
 * exist. A tag that points to something else by now is somebody else's and stays. Never throws for a registry's sake.
 */
final class Undo {
    private final Executor executor;

    Undo(Executor executor) {
        this.executor = executor;
    }

    /** What became of a tag that was to be put back. */
    enum Fate {
        BACK,
        /** It is not back, and may be when it is tried again. */
        LATER,
        /** It cannot be removed now; production runs what it ran. */
        REFUSED,
        /** What it pointed to is gone, or is never taken again: it stays where it was moved to. */
        GONE,
        /** Nothing is there any more: somebody removed it, or its repository. */
        REMOVED
    }

    /** What a tag pointed to and the registry has lost since. */
    interface Lost {
        /** With all below it, children first; empty where nobody kept it. */
        List<Manifest> kept(Digest former);

        /** Brings it from where it was promoted to the target again. */
        void copyAgain(Move move);
    }

    /** @param problem empty where the tag is back */
    record Tag(Move move, Fate fate, String problem) {
        TagLeft left() {
            return new TagLeft(PromotionState.name(move), problem);
        }

        Tag tryAgain() {
            return new Tag(move, Fate.LATER, problem);
        }
    }

    /**
     * @return the tags that are not back
     */
    List<Tag> run(Registry target, List<Move> moved, Lost lost) {
        List<Move> reverse = new ArrayList<>(moved);
        Collections.reverse(reverse);
        List<Tag> tags = Collections.synchronizedList(new ArrayList<>());
        List<Move> existed =
                reverse.stream().filter(m -> m.former().isPresent()).toList();
        Together.each(existed, Tagging.SIDE_BY_SIDE, executor, move -> tags.add(putBack(target, move, lost)));
        List<Move> added = reverse.stream().filter(m -> m.former().isEmpty()).toList();
        tags.addAll(remove(target, added));
        return tags.stream().filter(t -> t.fate() != Fate.BACK).toList();
    }

    private static Tag putBack(Registry target, Move move, Lost lost) {
        try {
            Optional<Digest> now = now(target, move);
            if (now.isEmpty()) {
                return new Tag(move, Fate.REMOVED, "somebody removed it, or its repository");
            }
            if (now.get().equals(move.digest())) {
                putBackOurs(target, move, lost);
            }
            return back(move);
        } catch (RuntimeException e) {
            boolean gone = Failures.isForGood(e) && !isRefused(target, move, e);
            return new Tag(move, gone ? Fate.GONE : Fate.LATER, Failures.text(e));
        }
    }

    /**
     * What the registry holds, and what registries take, it refuses for another reason: it is read only for the night, the tag
     * is locked or immutable by now, a firewall stands before it. One day it takes it again.
     */
    private static boolean isRefused(Registry target, Move move, RuntimeException why) {
        if (Failures.isAbsent(why)) {
            return false;
        }
        try {
            return target.resolve(
                            move.targetRepository(), move.former().orElseThrow().value())
                    .filter(Descriptor::isReadable)
                    .isPresent();
        } catch (EngineException e) {
            return true;
        }
    }

    /**
     * Registries lose a manifest that has no tag any more, at once or later, and what is below it as well: some take an index
     * without its platforms, so it is not put back by itself then.
     */
    private static void putBackOurs(Registry target, Move move, Lost lost) {
        if (!isLost(target, move) || !putBackKept(target, move, lost)) {
            putBackHeld(target, move, lost);
        }
    }

    private static boolean isLost(Registry target, Move move) {
        Digest former = move.former().orElseThrow();
        try {
            return target.resolve(move.targetRepository(), former.value()).isEmpty();
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                throw e;
            }
            return false;
        }
    }

    /** @return false where nothing is kept, or the registry has lost what it refers to as well */
    private static boolean putBackKept(Registry target, Move move, Lost lost) {
        List<Manifest> kept = lost.kept(move.former().orElseThrow());
        if (kept.isEmpty()) {
            return false;
        }
        try {
            target.tag(move.targetRepository(), kept, move.tag());
            return true;
        } catch (EngineException e) {
            if (!Failures.lacksContent(e)) {
                throw e;
            }
            return false;
        }
    }

    private static void putBackHeld(Registry target, Move move, Lost lost) {
        Digest former = move.former().orElseThrow();
        try {
            target.tag(move.targetRepository(), former, move.tag());
        } catch (EngineException why) {
            if (!Failures.lacksContent(why)) {
                throw why;
            }
            try {
                lost.copyAgain(move);
            } catch (EngineException e) {
                throw e.kind().retryable() ? e : why;
            }
            target.tag(move.targetRepository(), former, move.tag());
        }
    }

    /** Those that were refused once more at the end: what went before them may have shown that the registry does it. */
    List<Tag> remove(Registry target, List<Move> added) {
        List<Tag> tags = new ArrayList<>();
        added.forEach(move -> tags.add(remove(target, move, added)));
        boolean some = tags.stream().anyMatch(t -> t.fate() == Fate.BACK);
        tags.replaceAll(t -> some && t.fate() == Fate.REFUSED ? remove(target, t.move(), added) : t);
        return tags;
    }

    private static Tag remove(Registry target, Move move, Collection<Move> added) {
        Set<String> others = added.stream()
                .filter(m -> m.targetRepository().equals(move.targetRepository())
                        && m.digest().equals(move.digest()))
                .map(Move::tag)
                .collect(Collectors.toSet());
        try {
            if (!isOurs(target, move)) {
                return back(move);
            }
            return target.untag(move.targetRepository(), move.tag(), others) && !isOurs(target, move)
                    ? back(move)
                    : new Tag(
                            move,
                            Fate.REFUSED,
                            "the registry does not remove it for this account, or might remove its manifest, which"
                                    + " other tags need");
        } catch (RuntimeException e) {
            return new Tag(move, Failures.isRetryable(e) ? Fate.LATER : Fate.REFUSED, Failures.text(e));
        }
    }

    private static boolean isOurs(Registry target, Move move) {
        return now(target, move).equals(Optional.of(move.digest()));
    }

    /** What is hidden from us by now is not taken for somebody else's. */
    private static Optional<Digest> now(Registry target, Move move) {
        return target.resolveBeside(move.targetRepository(), move.tag(), move.digest())
                .map(Descriptor::digest);
    }

    private static Tag back(Move move) {
        return new Tag(move, Fate.BACK, "");
    }
}
