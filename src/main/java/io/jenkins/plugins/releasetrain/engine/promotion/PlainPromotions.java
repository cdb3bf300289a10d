package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The promotions under way that belong to no release: no train and no lane goes on with them after a crash, so whoever
 * ordered them must find them again (I6).
 */
public final class PlainPromotions {
    private final Journal<State> journal;

    /** @param open by the promotion's id */
    record State(SortedMap<String, Event.PromotionOrdered> open) {
        private static final Journal.Type<State> TYPE =
                new Journal.Type<>(State.class, new State(new TreeMap<>()), State::fold);

        private static State fold(State s, RecordedEvent recorded) {
            Event event = recorded.event();
            SortedMap<String, Event.PromotionOrdered> open = new TreeMap<>(s.open);
            if (event instanceof Event.PromotionOrdered ordered) {
                open.put(ordered.promotion(), ordered);
            } else if (event instanceof Event.PromotionCompleted completed) {
                open.remove(completed.promotion());
            } else if (event instanceof Event.PromotionUndone undone) {
                open.remove(undone.promotion());
            }
            return new State(open);
        }
    }

    /** @param owner who orders, for ever and among all that share the store */
    public PlainPromotions(Store store, String owner, Clock clock, Consumer<Event> listener) {
        this.journal = new Journal<>(store, "promotions/" + owner, State.TYPE, clock, listener);
    }

    /** Before anything of it is done; a promotion that is open stays as it was ordered. */
    public void order(Event.PromotionOrdered order) {
        journal.update(s -> s.open().containsKey(order.promotion()) ? List.of() : List.of(order));
    }

    /** @param problem why it was undone; empty: it is complete */
    public void ended(String promotion, Optional<String> problem) {
        Event end = problem.<Event>map(p -> new Event.PromotionUndone(promotion, p, List.of()))
                .orElseGet(() -> new Event.PromotionCompleted(promotion));
        journal.update(s -> s.open().containsKey(promotion) ? List.of(end) : List.of());
    }

    public List<Event.PromotionOrdered> open() {
        return List.copyOf(journal.state().open().values());
    }
}
