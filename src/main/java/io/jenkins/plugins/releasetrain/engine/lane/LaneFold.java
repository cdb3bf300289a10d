package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.event.LaneMoved;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Presence.Fate;
import io.jenkins.plugins.releasetrain.engine.lane.Presence.Neighbour;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** How the lanes of an environment are after one more event. An event of a lane that is not known changes nothing. */
final class LaneFold {
    private List<Lane> lanes;
    private List<Obligation> obligations;
    private SortedMap<String, Order> newest;
    private RunLog runs;
    private List<Event.ReleaseMade> rollbacks;
    private final LaneState before;
    /** What the clock said. */
    private final Instant at;
    /** In the order of the stream. */
    private final Instant now;

    private LaneFold(LaneState before, Event event, Instant at) {
        this.before = before;
        this.at = at;
        this.now = StreamTime.of(event, before, at);
        this.lanes = new ArrayList<>(before.lanes());
        this.obligations = before.obligations();
        this.newest = before.newest();
        this.runs = before.runs();
        this.rollbacks = before.rollbacks();
    }

    static LaneState fold(LaneState s, RecordedEvent recorded) {
        return fold(s, recorded.event(), recorded.at());
    }

    static LaneState fold(LaneState s, Event event, Instant at) {
        LaneFold fold = new LaneFold(StreamTime.seenFrom(s, at), event, at);
        if (event instanceof Event.LanesMoved e) {
            e.lanes().forEach(fold::adopt);
            return fold.state(true, e.lastNumber(), s.lastRelease(), s.paused(), s.held());
        } else if (event instanceof Event.ReleaseMade e) {
            e.changes().forEach(id -> fold.lane(id, l -> l.in(new Phase.Promoting(l.started(), e))));
            fold.rolledBack(e);
            return fold.state(s.moved(), e.number(), s.lastRelease(), s.paused(), s.held());
        } else if (event instanceof Event.ReleasePromoted e) {
            fold.decided(e.release());
            return fold.state(s.moved(), s.lastNumber(), e.release(), s.paused(), s.held());
        } else if (event instanceof Event.OthersReleased e) {
            fold.newest = without(s.newest(), e.rolledBack().orElse(List.of()));
            return fold.state(s.moved(), s.lastNumber(), s.lastRelease(), s.paused(), s.held());
        } else if (event instanceof Event.TrainPaused e) {
            return fold.state(s.moved(), s.lastNumber(), s.lastRelease(), e.reason(), s.held());
        } else if (event instanceof Event.TrainResumed) {
            fold.runs = fold.runs.resumedAt(fold.now);
            return fold.state(s.moved(), s.lastNumber(), s.lastRelease(), "", s.held());
        } else if (event instanceof Event.ReleasesHeld e) {
            return fold.state(s.moved(), s.lastNumber(), s.lastRelease(), s.paused(), e.reason());
        } else if (event instanceof Event.ReleasesFreed) {
            return fold.state(s.moved(), s.lastNumber(), s.lastRelease(), s.paused(), "");
        }
        if (event instanceof Event.PromotionRefused e) {
            fold.decided(e.release());
        }
        fold.ofLane(event);
        return fold.state(s.moved(), s.lastNumber(), s.lastRelease(), s.paused(), s.held());
    }

    private LaneState state(boolean moved, int number, String release, String paused, String held) {
        return new LaneState(
                moved, List.copyOf(lanes), obligations, newest, runs, rollbacks, number, release, paused, held);
    }

    /** Whoever goes back on purpose lets what is between come again, as in trains; what production runs is asked besides. */
    private void rolledBack(Event.ReleaseMade made) {
        if (!made.rollbackOf().isEmpty()) {
            newest = without(newest, made.changed().keySet());
            rollbacks = Stream.concat(rollbacks.stream(), Stream.of(made)).toList();
        }
    }

    private static SortedMap<String, Order> without(SortedMap<String, Order> all, Collection<String> services) {
        SortedMap<String, Order> rest = new TreeMap<>(all);
        rest.keySet().removeAll(services);
        return rest;
    }

    private void decided(String release) {
        rollbacks =
                rollbacks.stream().filter(made -> !made.id().equals(release)).toList();
    }

    private void ofLane(Event event) {
        if (event instanceof Event.LaneQueued e) {
            lanes.add(Lane.queued(e, inOrder(e), at, 0));
        } else if (event instanceof Event.LaneStarted e) {
            lane(e.lane(), l -> l.attempt(e, now));
            arrived(e.lane());
        } else if (event instanceof Event.LaneInstalled e) {
            lane(e.lane(), l -> l.in(new Phase.Testing(l.started(), e, now, present(l))));
        } else if (event instanceof Event.LaneTested e) {
            before.lane(e.lane()).filter(l -> l.phase().attempt().isPresent()).ifPresent(l -> tested(l, e));
        } else if (event instanceof Event.LaneRetried e) {
            before.lane(e.lane()).ifPresent(l -> retried(l, e));
        } else if (event instanceof Event.LaneEnded e) {
            before.lane(e.lane()).ifPresent(l -> ended(l, e));
        } else if (event instanceof Event.LaneCleaned e) {
            obligations = obligations.stream()
                    .filter(o -> !o.isOf(e.lane(), e.attempt()))
                    .toList();
        } else if (event instanceof Event.ChangePrioritised e) {
            before.lane(e.change())
                    .filter(l -> l.phase() instanceof Phase.Waiting)
                    .ifPresent(this::goesFirst);
        } else if (event instanceof Event.BaselineInstalled e) {
            see(p -> p.moved(e.patched()));
        }
    }

    /** Who comes later is not older for a clock that was set back, or another controller's that is slow (I13). */
    private Instant inOrder(Event.LaneQueued queued) {
        Set<String> services = queued.candidates().keySet();
        return Stream.concat(
                        lanes.stream()
                                .filter(l ->
                                        !Collections.disjoint(l.candidates().keySet(), services))
                                .map(Lane::queuedAt),
                        newest.entrySet().stream()
                                .filter(e -> services.contains(e.getKey()))
                                .map(e -> e.getValue().queuedAt()))
                .max(Instant::compareTo)
                .filter(last -> !last.isBefore(at))
                .map(last -> last.plusMillis(1))
                .orElse(at);
    }

    private void goesFirst(Lane lane) {
        lanes.remove(lane);
        List<Lane> waiting =
                lanes.stream().filter(l -> l.phase() instanceof Phase.Waiting).toList();
        lanes.add(waiting.isEmpty() ? lanes.size() : lanes.indexOf(waiting.get(0)), lane);
    }

    /** As the stream of its group left it; a verdict that was not acted upon is given up. */
    private void adopt(LaneMoved moved) {
        Lane lane = Lane.queued(moved.queued(), at, at, moved.attempts());
        if (moved.started().isPresent()) {
            Event.LaneStarted started = moved.started().get();
            if (moved.made().isPresent()) {
                lane = lane.in(new Phase.Promoting(started, moved.made().get()));
            } else if (moved.installed().isPresent()) {
                lane = lane.in(new Phase.Testing(started, moved.installed().get(), now, Presence.NONE));
            } else {
                obligations = concat(obligations, owed(lane.in(new Phase.Entered(started, now)), false));
            }
        }
        lanes.add(lane);
    }

    private Obligation owed(Lane lane, boolean released) {
        return new Obligation(
                lane.id(), lane.group(), lane.attempts(), lane.started(), lane.candidates(), released, at);
    }

    private void lane(String id, UnaryOperator<Lane> change) {
        lanes.replaceAll(l -> l.id().equals(id) ? change.apply(l) : l);
    }

    private void see(UnaryOperator<Presence> change) {
        lanes.replaceAll(l -> l.phase() instanceof Phase.Testing || l.phase() instanceof Phase.Passed
                ? l.in(l.phase().seeing(change.apply(l.phase().seen())))
                : l);
    }

    /** Who comes while tests run was not there throughout; when they have passed it is no matter. */
    private void arrived(String id) {
        Lane comer = find(id).filter(Lane::isVisible).orElse(null);
        if (comer == null) {
            return;
        }
        lanes.replaceAll(l -> l.phase() instanceof Phase.Testing && !l.id().equals(id)
                ? l.in(l.phase()
                        .seeing(besides(
                                l, l.phase().seen(), id, comer.candidates().keySet(), false, Fate.HERE)))
                : l);
    }

    /** Of its own services nobody has anything there that it sees: it was proven to run itself. */
    private static Presence besides(
            Lane lane, Presence seen, String id, Set<String> services, boolean throughout, Fate fate) {
        SortedSet<String> others = new TreeSet<>(services);
        others.removeAll(lane.candidates().keySet());
        return others.isEmpty() ? seen : seen.with(id, new Neighbour(others, throughout, fate));
    }

    private Optional<Lane> find(String id) {
        return lanes.stream().filter(l -> l.id().equals(id)).findFirst();
    }

    /** Who is there when a lane's tests begin, and what is not out yet. */
    private Presence present(Lane lane) {
        Presence all = Presence.NONE;
        for (Obligation o : obligations) {
            if (!o.released()) {
                all = besides(lane, all, o.lane(), o.services(), true, Fate.LEFT);
            }
        }
        for (Lane other : lanes) {
            if (!other.id().equals(lane.id()) && other.isVisible()) {
                all = besides(lane, all, other.id(), other.candidates().keySet(), true, Fate.HERE);
            }
        }
        return all;
    }

    private void tested(Lane lane, Event.LaneTested e) {
        boolean installed = lane.phase() instanceof Phase.Testing;
        Presence presence = lane.phase().seen();
        boolean passed = e.verdict() == Verdict.PASSED && !lane.isControl();
        Phase next = passed
                ? new Phase.Passed(lane.started(), e, presence)
                : new Phase.Leaving(lane.started(), e, installed, presence);
        lane(lane.id(), l -> l.in(next));
        if (e.verdict() == Verdict.FAILED && !lane.isControl()) {
            lane(lane.id(), l -> l.failed(e.reason(), presence.neighbours()));
        }
        if (e.verdict() != Verdict.VOID) {
            List<String> changes = new ArrayList<>();
            if (!lane.isControl()) {
                changes.add(lane.id());
                e.beside().ifPresent(changes::addAll);
            }
            Run run = new Run(lane.tenant(), lane.queued().environment(), changes, start(lane, e), now, e.verdict());
            runs = runs.with(run).about(lanes.stream().map(Lane::id).toList());
        }
    }

    /** An installation is a run as well, and begins with the last try; what came before that attempt came before it. */
    private Instant start(Lane lane, Event.LaneTested e) {
        Instant began = lane.phase().began().orElse(now);
        Instant tried = now.minusMillis(Math.max(0, e.milliseconds()));
        return lane.phase() instanceof Phase.Testing || tried.isBefore(began) ? began : tried;
    }

    private void retried(Lane lane, Event.LaneRetried e) {
        if (e.stays() && lane.phase().attempt().isPresent()) {
            lane(lane.id(), l -> l.repeated().attempt(l.started(), at));
            return;
        }
        leaves(lane, false);
        lane(lane.id(), l -> l.repeated().in(new Phase.Waiting(e.reason(), e.alone(), at)));
    }

    private void ended(Lane lane, Event.LaneEnded e) {
        boolean released = e.outcome() == Outcome.RELEASED;
        leaves(lane, released);
        lanes.removeIf(l -> l.id().equals(lane.id()));
        if (released) {
            lanes.replaceAll(l -> l.without(lane.id()));
            SortedMap<String, Order> later = new TreeMap<>(newest);
            lane.candidates().keySet().forEach(s -> later.merge(s, lane.order(), LaneFold::newer));
            newest = later;
        }
        if (released || e.outcome() == Outcome.EJECTED || e.outcome() == Outcome.NOT_INSTALLABLE) {
            runs = runs.decided(!released);
        }
    }

    private static Order newer(Order one, Order other) {
        return other.isOlderThan(one) ? one : other;
    }

    private void leaves(Lane lane, boolean released) {
        if (lane.phase().attempt().isEmpty()) {
            return;
        }
        obligations = concat(obligations, owed(lane, released));
        UnaryOperator<Presence> change = released ? p -> p.released(lane.id()) : p -> p.left(lane.id());
        if (lane.isVisible()) {
            see(change);
        } else if (released) {
            Collection<String> services = lane.candidates().keySet();
            see(p -> p.moved(services));
        }
    }

    private static List<Obligation> concat(List<Obligation> all, Obligation one) {
        List<Obligation> longer = new ArrayList<>(all);
        longer.add(one);
        return List.copyOf(longer);
    }
}
