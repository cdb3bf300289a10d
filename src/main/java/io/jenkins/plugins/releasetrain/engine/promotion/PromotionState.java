package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.event.TagLeft;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How far a promotion is: planned, content there, tagging, completed; or undoing, undone.
 *
 * @param plan may be without moves
 * @param moving tags that may have moved, as {@code repository:tag}; of the first version's journals: unknown
 * @param undoing why it will not be completed
 * @param left what could not be put back when it was tried last
 */
record PromotionState(
        Optional<Event.PromotionPlanned> plan,
        boolean contentThere,
        SortedSet<String> moving,
        Optional<String> undoing,
        List<TagLeft> left,
        boolean completed,
        Optional<Event.PromotionUndone> undone) {
    static final Journal.Type<PromotionState> TYPE = new Journal.Type<>(
            PromotionState.class,
            new PromotionState(
                    Optional.empty(), false, new TreeSet<>(), Optional.empty(), List.of(), false, Optional.empty()),
            PromotionState::fold);

    boolean planned() {
        return plan.isPresent();
    }

    boolean ended() {
        return completed || undone.isPresent();
    }

    List<Move> moves() {
        return plan.map(Event.PromotionPlanned::moves).orElse(List.of());
    }

    /** Whether tags have begun to move, so that completing it may be the shorter way. */
    boolean tagging() {
        return !moved().isEmpty();
    }

    /** What this promotion may have moved, in the order in which it did; nothing else is ever put back. */
    List<Move> moved() {
        boolean told = plan.map(Event.PromotionPlanned::intents).orElse(true);
        Set<String> names = new HashSet<>(moving);
        return moves().stream()
                .filter(PromotionState::isMove)
                .filter(move -> told ? names.contains(name(move)) : contentThere)
                .toList();
    }

    /** Why it was not completed, with what is left of it; empty where it was, or may be still. */
    String reason() {
        if (undone.isPresent()) {
            return with(
                    undone.get().reason(),
                    "; could not be removed: ",
                    undone.get().leftOver());
        }
        return undoing.map(why -> with(
                        why,
                        "; could not be put back yet: ",
                        left.stream()
                                .map(l -> l.tag() + " (" + l.problem() + ")")
                                .toList()))
                .orElse("");
    }

    private static String with(String reason, String words, List<String> tags) {
        return tags.isEmpty() ? reason : reason + words + String.join(", ", tags);
    }

    /** Whether the tag has to move at all. */
    static boolean isMove(Move move) {
        return !move.former().equals(Optional.of(move.digest()));
    }

    static String name(Move move) {
        return move.targetRepository() + ":" + move.tag();
    }

    static List<String> names(List<Move> moves) {
        return moves.stream().map(PromotionState::name).toList();
    }

    private static PromotionState fold(PromotionState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.PromotionPlanned planned) {
            return new PromotionState(
                    Optional.of(planned), false, s.moving, Optional.empty(), List.of(), false, Optional.empty());
        } else if (event instanceof Event.ContentPromoted) {
            return new PromotionState(s.plan, true, s.moving, s.undoing, s.left, s.completed, s.undone);
        } else if (event instanceof Event.TagsMoving tags) {
            SortedSet<String> moving = new TreeSet<>(s.moving);
            moving.addAll(tags.tags());
            return new PromotionState(s.plan, s.contentThere, moving, s.undoing, s.left, s.completed, s.undone);
        } else if (event instanceof Event.PromotionUndoing undoing) {
            return s.undoing(undoing.reason(), List.of());
        } else if (event instanceof Event.TagsLeft tags) {
            return s.undoing(s.undoing.orElse(""), tags.tags());
        } else if (event instanceof Event.PromotionCompleted) {
            return new PromotionState(s.plan, true, s.moving, Optional.empty(), List.of(), true, Optional.empty());
        } else if (event instanceof Event.PromotionUndone undone) {
            return new PromotionState(
                    s.plan, s.contentThere, s.moving, Optional.empty(), List.of(), false, Optional.of(undone));
        }
        return s;
    }

    private PromotionState undoing(String reason, List<TagLeft> tags) {
        return new PromotionState(plan, contentThere, moving, Optional.of(reason), tags, completed, undone);
    }
}
