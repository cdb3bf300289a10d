package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event.Move;
import io.jenkins.plugins.releasetrain.engine.event.Event.TagLeft;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Puts back what a promotion moved, each tag for itself, in reverse: first what production runs, then the tags that did not
 * exist. A tag that points to something else by now is somebody else's and stays. Never throws for a registry's sake.
 */
final class Undo {
    private final Executor executor;
    /** Registries, by host, in which a tag goes without the manifest, or does not; unknown until it is seen. */
    private final Map<String, Boolean> onlyTagGoes = new ConcurrentHashMap<>();

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
        /** This registry never removes it. */
        NEVER
    }

    /** @param problem empty where the tag is back */
    record Tag(Move move, Fate fate, String problem) {
        TagLeft left() {
            return new TagLeft(PromotionState.name(move), problem);
        }
    }

    /** @return the tags that are not back */
    List<Tag> run(Registry target, List<Move> moved) {
        List<Move> reverse = new ArrayList<>(moved);
        Collections.reverse(reverse);
        List<Tag> tags = Collections.synchronizedList(new ArrayList<>());
        List<Move> existed =
                reverse.stream().filter(m -> m.former().isPresent()).toList();
        Together.each(existed, Tagging.SIDE_BY_SIDE, executor, move -> tags.add(putBack(target, move)));
        List<Move> added = reverse.stream().filter(m -> m.former().isEmpty()).toList();
        tags.addAll(remove(target, added));
        return tags.stream().filter(t -> t.fate() != Fate.BACK).toList();
    }

    private static Tag putBack(Registry target, Move move) {
        try {
            if (isOurs(target, move)) {
                target.tag(move.targetRepository(), move.former().orElseThrow(), move.tag());
            }
            return back(move);
        } catch (RuntimeException e) {
            return new Tag(move, Fate.LATER, Failures.text(e));
        }
    }

    /** Those that share their manifest with nobody first: what they show helps to decide on the others. */
    List<Tag> remove(Registry target, List<Move> added) {
        List<Tag> tags = new ArrayList<>();
        List<Move> shared = new ArrayList<>();
        for (Move move : added) {
            try {
                if (!isOurs(target, move)) {
                    tags.add(back(move));
                } else if (knownToKeepManifests(target) || !isShared(target, move, added)) {
                    tags.add(remove(target, move));
                } else {
                    shared.add(move);
                }
            } catch (RuntimeException e) {
                tags.add(refused(move, e));
            }
        }
        shared.forEach(move -> tags.add(
                knownToKeepManifests(target)
                        ? remove(target, move)
                        : new Tag(
                                move,
                                Fate.REFUSED,
                                "other tags point to the same manifest, and this registry might remove it with"
                                        + " the tag")));
        return tags;
    }

    private Tag remove(Registry target, Move move) {
        try {
            if (!target.untag(move.targetRepository(), move.tag())) {
                return new Tag(move, Fate.NEVER, "the registry does not remove tags");
            }
            if (isOurs(target, move)) {
                return new Tag(move, Fate.REFUSED, "the registry says that it removed the tag, and it is still there");
            }
            onlyTagGoes.put(
                    target.host(),
                    target.resolve(move.targetRepository(), move.digest().value())
                            .isPresent());
            return back(move);
        } catch (RuntimeException e) {
            return refused(move, e);
        }
    }

    private boolean knownToKeepManifests(Registry target) {
        return onlyTagGoes.getOrDefault(target.host(), false);
    }

    /** Whether tags that stay point to the same manifest: some registries delete a tag by deleting its manifest. */
    private static boolean isShared(Registry target, Move move, Collection<Move> added) {
        List<Registry.Tag> others = target.tags(move.targetRepository()).stream()
                .map(tag -> new Registry.Tag(move.targetRepository(), tag))
                .filter(tag -> added.stream()
                        .noneMatch(m -> m.targetRepository().equals(tag.repository())
                                && m.tag().equals(tag.tag())))
                .toList();
        return target.resolveAll(others).values().stream()
                .map(Descriptor::digest)
                .anyMatch(move.digest()::equals);
    }

    private static boolean isOurs(Registry target, Move move) {
        Optional<Digest> now =
                target.resolve(move.targetRepository(), move.tag()).map(Descriptor::digest);
        return now.equals(Optional.of(move.digest()));
    }

    private static Tag back(Move move) {
        return new Tag(move, Fate.BACK, "");
    }

    private static Tag refused(Move move, RuntimeException e) {
        return new Tag(move, Failures.isRetryable(e) ? Fate.LATER : Fate.REFUSED, Failures.text(e));
    }
}
