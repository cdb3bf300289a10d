package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Move;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.List;

/**
 * How far a promotion is.
 *
 * @param planned whether the plan is made; it may be empty
 * @param reason why it was undone; empty otherwise
 */
record PromotionState(
        boolean planned, List<Move> plan, boolean contentThere, boolean completed, boolean undone, String reason) {
    static final Journal.Type<PromotionState> TYPE = new Journal.Type<>(
            PromotionState.class, new PromotionState(false, List.of(), false, false, false, ""), PromotionState::fold);

    boolean ended() {
        return completed || undone;
    }

    private static PromotionState fold(PromotionState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.PromotionPlanned planned) {
            return new PromotionState(true, planned.moves(), false, false, false, "");
        } else if (event instanceof Event.ContentPromoted) {
            return new PromotionState(true, s.plan, true, false, false, "");
        } else if (event instanceof Event.PromotionCompleted) {
            return new PromotionState(true, s.plan, true, true, false, "");
        } else if (event instanceof Event.PromotionUndone undone) {
            return new PromotionState(true, s.plan, s.contentThere, false, true, undoneReason(undone));
        }
        return s;
    }

    private static String undoneReason(Event.PromotionUndone undone) {
        return undone.leftOver().isEmpty()
                ? undone.reason()
                : undone.reason() + "; could not be removed: " + String.join(", ", undone.leftOver());
    }
}
