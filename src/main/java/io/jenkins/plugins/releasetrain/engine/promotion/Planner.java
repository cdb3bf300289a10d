package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter.Item;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter.Request;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides what a promotion will do, before it does anything. */
final class Planner {
    private Planner() {}

    /**
     * The tags to set, each once.
     *
     * @throws EngineException INVALID_INPUT where one tag is to point to two images
     */
    static List<Item> distinct(List<Item> items) {
        Map<Registry.Tag, Item> byTag = new LinkedHashMap<>();
        for (Item item : items) {
            Item other = byTag.putIfAbsent(tag(item), item);
            if (other != null && !other.digest().equals(item.digest())) {
                throw EngineException.invalid("Nothing was promoted: " + item.targetRepository() + ":" + item.tag()
                        + " is to become " + text(other) + " and " + text(item) + "; name one of them");
            }
        }
        return List.copyOf(byTag.values());
    }

    private static String text(Item item) {
        return item.sourceRepository() + "@" + item.digest();
    }

    static List<String> names(List<Item> items) {
        return items.stream().map(i -> i.targetRepository() + ":" + i.tag()).toList();
    }

    /** @param present what the target's tags pointed to when they were asked */
    record Draft(Event.PromotionPlanned event, Map<Registry.Tag, Registry.Descriptor> present) {
        /** The images to copy, each once. */
        List<ImageCopier.Image> images() {
            return Planner.images(event.moves(), present);
        }
    }

    static List<ImageCopier.Image> images(List<Move> moves, Map<Registry.Tag, Registry.Descriptor> present) {
        Map<String, ImageCopier.Image> images = new LinkedHashMap<>();
        for (Move move : moves) {
            Optional<Registry.Descriptor> there = Optional.ofNullable(present.get(tag(move)))
                    .filter(d -> d.digest().equals(move.digest()));
            images.merge(
                    move.targetRepository() + "@" + move.digest(),
                    new ImageCopier.Image(move.sourceRepository(), move.digest(), move.targetRepository(), there),
                    (one, other) -> one.there().isPresent() ? one : other);
        }
        return List.copyOf(images.values());
    }

    /** @throws EngineException STALE or CONFLICT where an expectation or a version tag stands against it */
    static Draft draft(Request request) {
        List<Item> items = distinct(request.items());
        Map<Registry.Tag, Registry.Descriptor> present =
                request.target().resolveAll(items.stream().map(Planner::tag).toList());
        List<Move> moves = new ArrayList<>();
        for (Item item : items) {
            Optional<Digest> former =
                    Optional.ofNullable(present.get(tag(item))).map(Registry.Descriptor::digest);
            if (request.expected().containsKey(tag(item))) {
                checkExpected(request.target(), tag(item), request.expected().get(tag(item)), former);
            }
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
        return new Draft(
                new Event.PromotionPlanned(
                        request.id(),
                        request.release(),
                        request.source().host(),
                        request.target().host(),
                        moves,
                        true),
                present);
    }

    private static Registry.Tag tag(Item item) {
        return new Registry.Tag(item.targetRepository(), item.tag());
    }

    /**
     * What others moved while a plan waited, none of whose tags has moved.
     *
     * @throws EngineException STALE where production runs something else by now
     */
    static void checkFormer(Registry target, List<Move> planned) {
        List<Move> moves = planned.stream()
                .filter(m -> m.mayMove() && PromotionState.isMove(m))
                .toList();
        Map<Registry.Tag, Registry.Descriptor> present =
                target.resolveAll(moves.stream().map(Planner::tag).toList());
        moves.forEach(move -> checkExpected(
                target,
                tag(move),
                move.former(),
                Optional.ofNullable(present.get(tag(move))).map(Registry.Descriptor::digest)));
    }

    private static Registry.Tag tag(Move move) {
        return new Registry.Tag(move.targetRepository(), move.tag());
    }

    private static void checkExpected(
            Registry target, Registry.Tag tag, Optional<Digest> expected, Optional<Digest> former) {
        if (!expected.equals(former)) {
            throw new EngineException(
                    FailureKind.STALE,
                    "Not promoted: " + describe(target, tag) + " was expected to point to "
                            + expected.map(Digest::abbreviated).orElse("nothing") + " but points to "
                            + former.map(Digest::abbreviated).orElse("nothing")
                            + "; the verdict is stale, test again");
        }
    }

    private static void checkMayMove(Request request, Item item, Optional<Digest> former) {
        if (!item.mayMove() && former.isPresent() && !former.get().equals(item.digest())) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Not promoted: version tag " + describe(request.target(), tag(item)) + " points to "
                            + former.get().abbreviated() + " already, not to "
                            + item.digest().abbreviated()
                            + "; use another tag, or allow the tag to move");
        }
    }

    static String describe(Registry target, Registry.Tag tag) {
        return target.host() + "/" + tag.repository() + ":" + tag.tag();
    }
}
