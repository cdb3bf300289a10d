package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A train that is not configured any more, so that nobody drives it: whoever waits for it must still end (I8). */
public final class RemovedTrain {
    private final Store store;
    private final Clock clock;
    private final Journal<TrainState> journal;

    /** @param listener told of what is appended */
    public RemovedTrain(Store store, String name, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.clock = clock;
        this.journal = new Journal<>(store, "train/" + name, TrainState.TYPE, clock, listener);
    }

    /**
     * Ends changes cancelled, and trials that hold them without a verdict. What is on its way to production already stays as
     * it is until the train is configured again.
     *
     * @param whose another controller may still drive the train for its own builds
     */
    public void cancel(Predicate<Origin> whose, String reason) {
        journal.update(s -> cancelling(s, whose, reason));
    }

    private List<Event> cancelling(TrainState s, Predicate<Origin> whose, String reason) {
        Set<String> pending = s.pending().stream()
                .flatMap(p -> p.changes().stream())
                .map(Change::id)
                .collect(Collectors.toSet());
        List<String> cancelled = s.undecided()
                .filter(c -> whose.test(c.origin()) && !pending.contains(c.id()))
                .map(Change::id)
                .toList();
        List<Event> events = new ArrayList<>();
        s.trials().stream()
                .filter(t -> cancelled.contains(t.conductor())
                        || t.changes().stream().anyMatch(cancelled::contains))
                .forEach(t -> events.add(new Event.TrialEnded(
                        t.id(),
                        t.set(),
                        "",
                        Verdict.VOID,
                        reason,
                        Duration.between(t.since(), clock.instant()).toMillis())));
        cancelled.forEach(c -> events.add(new Event.ChangeEnded(c, Event.Outcome.CANCELLED, reason, "")));
        return events;
    }

    /** The change's final outcome; empty while it has none. */
    public Optional<Event.ChangeEnded> outcome(String change) {
        return store.change(change).flatMap(Store.ChangeRecord::ended);
    }
}
