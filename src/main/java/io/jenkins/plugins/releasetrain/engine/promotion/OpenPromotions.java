package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Which promotions are under way, who works on each, and which tags they hold: one stream for all controllers that share
 * the store, so that two promotions never move the same tag at the same time.
 */
final class OpenPromotions {
    /** The one stream of it. */
    static final String STREAM = "open-promotions";

    /** Controllers that are not heard of for so long are gone. */
    private static final Duration SILENCE = Duration.ofMinutes(10);

    private final Store store;
    private final Journal<State> journal;
    private final String controller;
    private final Clock clock;
    /** When this controller was last heard of. */
    private volatile Instant here = Instant.EPOCH;

    /** @param open by the promotion's id */
    record State(SortedMap<String, Open> open) {
        private static final Journal.Type<State> TYPE =
                new Journal.Type<>(State.class, new State(new TreeMap<>()), State::fold);

        private static State fold(State s, RecordedEvent recorded) {
            SortedMap<String, Open> open = new TreeMap<>(s.open);
            if (recorded.event() instanceof Event.PromotionOpened opened) {
                Open held = new Open(opened.controller(), opened.target(), new TreeSet<>(opened.tags()), false);
                open.replaceAll((id, other) -> other.over() ? other.without(held) : other);
                open.values().removeIf(other -> other.over() && other.tags().isEmpty());
                open.put(opened.promotion(), held);
            } else if (recorded.event() instanceof Event.PromotionClosed closed) {
                open.computeIfPresent(
                        closed.promotion(), (id, o) -> closed.leftOver().isEmpty() ? null : o.over(closed.leftOver()));
            }
            return new State(open);
        }
    }

    /**
     * A promotion that is under way, or over but for some tags.
     *
     * @param controller who works on it
     * @param target host of the registry
     * @param tags as {@code repository:tag}
     * @param over whether it ended, and its tags are only those that it would remove yet: whoever wants one takes it
     */
    record Open(String controller, String target, SortedSet<String> tags, boolean over) {
        private Open without(Open taker) {
            SortedSet<String> rest = new TreeSet<>(tags);
            if (RegistrySettings.isSameHost(taker.target, target)) {
                rest.removeAll(taker.tags);
            }
            return new Open(controller, target, rest, over);
        }

        private Open over(List<String> leftOver) {
            SortedSet<String> rest = new TreeSet<>(tags);
            rest.retainAll(leftOver);
            return new Open(controller, target, rest, true);
        }
    }

    OpenPromotions(Store store, String controller, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.controller = controller;
        this.clock = clock;
        this.journal = new Journal<>(store, STREAM, State.TYPE, clock, listener);
    }

    Map<String, Open> all() {
        return journal.state().open();
    }

    boolean isOurs(Open open) {
        return open.controller().equals(controller);
    }

    /**
     * Takes tags, all or none of them; those that it has it keeps.
     *
     * @throws EngineException BUSY where another promotion holds one of them, or another controller works on this one
     */
    void take(String id, String target, List<String> tags) {
        beHere();
        Open wanted = new Open(controller, target, new TreeSet<>(tags), false);
        Optional<Open> before = Optional.ofNullable(all().get(id));
        before.filter(o -> !isOurs(o) && !isGone(o)).ifPresent(o -> {
            throw new EngineException(
                    FailureKind.BUSY,
                    "Controller " + o.controller() + " works on promotion " + id + "; waiting until it is done");
        });
        State after = journal.update(s -> wanted.equals(s.open().get(id))
                        || !before.equals(Optional.ofNullable(s.open().get(id)))
                        || holder(s, id, wanted).isPresent()
                ? List.of()
                : List.of(new Event.PromotionOpened(id, controller, target, List.copyOf(wanted.tags()))));
        if (!wanted.equals(after.open().get(id))) {
            throw new EngineException(
                    FailureKind.BUSY,
                    "Promotion " + id + " waits: "
                            + holder(after, id, wanted).orElse("another controller works on it"));
        }
    }

    private static Optional<String> holder(State state, String id, Open wanted) {
        for (Map.Entry<String, Open> other : state.open().entrySet()) {
            Open open = other.getValue();
            boolean same = RegistrySettings.isSameHost(open.target(), wanted.target());
            if (other.getKey().equals(id) || open.over() || !same) {
                continue;
            }
            Optional<String> common =
                    wanted.tags().stream().filter(open.tags()::contains).findFirst();
            if (common.isPresent()) {
                return Optional.of("promotion " + other.getKey() + " is moving " + wanted.target() + "/" + common.get()
                        + " and is not done yet");
            }
        }
        return Optional.empty();
    }

    /** @throws EngineException BUSY where another controller has taken it over meanwhile */
    void requireOurs(String id) {
        beHere();
        if (Optional.ofNullable(all().get(id)).filter(this::isOurs).isEmpty()) {
            throw new EngineException(FailureKind.BUSY, "Another controller goes on with promotion " + id);
        }
    }

    /** @param leftOver tags that are still to be removed, unless somebody else wants them */
    void close(String id, List<String> leftOver) {
        journal.update(s -> {
            Open open = s.open().get(id);
            boolean changes = open != null && !(open.over() && open.equals(open.over(leftOver)));
            return changes ? List.of(new Event.PromotionClosed(id, leftOver)) : List.of();
        });
    }

    /** Others see by it that this controller lives. */
    void beHere() {
        Instant now = clock.instant();
        if (here.plus(SILENCE.dividedBy(10)).isBefore(now)) {
            store.claim(presence(controller), controller, now, now.plus(SILENCE));
            here = now;
        }
    }

    /** Whether its controller has not been heard of for long; it is told so when it comes back. */
    boolean isGone(Open open) {
        return !isOurs(open) && store.claim(presence(open.controller()), controller, clock.instant(), clock.instant());
    }

    private static String presence(String controller) {
        return "promotions of " + controller;
    }
}
