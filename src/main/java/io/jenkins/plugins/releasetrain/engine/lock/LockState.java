package io.jenkins.plugins.releasetrain.engine.lock;

import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Everything that an environment's lock knows; a value with pure functions, so that any store with compare-and-swap
 * makes a lock of it.
 *
 * <p>Holders and waiting requests stand in one line, in the order in which they joined. A request is granted when it is
 * compatible with every holder and with everybody ahead of it. So whoever is granted can only delay those that came
 * later, and no request starves.
 *
 * @param nextToken fencing token of the next grant; never goes back
 * @param unfenced whether a holder's lease ran out since the last grant: it may still believe to hold the lock
 * @param line in the order of joining
 */
public record LockState(long nextToken, boolean unfenced, List<Place> line) {
    public static final LockState EMPTY = new LockState(1, false, List.of());

    public LockState {
        line = List.copyOf(line);
    }

    /**
     * @param tookOver what the grant said, kept so that asking again gets the same answer
     * @param leaseMillis how long it lives without being renewed; 0 where an older version wrote it
     */
    public record Place(Entry entry, boolean tookOver, long leaseMillis) {
        /** The same with another end. */
        Place until(Instant leaseEnds) {
            Entry e = entry;
            return new Place(
                    new Entry(e.id(), e.owner(), e.mode(), e.claims(), e.token(), e.since(), leaseEnds),
                    tookOver,
                    leaseMillis);
        }
    }

    /** A new state and what to tell the one who asked. */
    public record Answered(LockState state, Answer answer) {}

    /**
     * Joins the line or asks again; renews the lease either way.
     *
     * @throws EngineException INVALID_INPUT for a lease that is not positive, or the id of another request
     */
    public Answered request(Request request, Instant now) {
        if (request.lease().isNegative() || request.lease().isZero()) {
            throw EngineException.invalid("A lease must be longer than zero, not " + request.lease());
        }
        LockState state = expire(now).join(request, now);
        int index = state.indexOf(request.id());
        Place place = state.line.get(index);
        if (place.entry().held()) {
            return new Answered(state, new Answer.Granted(place.entry().token(), place.tookOver()));
        }
        List<String> waitsFor = state.blockers(index).stream().map(Entry::owner).toList();
        return waitsFor.isEmpty()
                ? state.grant(index, now)
                : new Answered(state, new Answer.Waiting(state.positionOf(index), waitsFor));
    }

    /** @throws EngineException LOCK_LOST where the id does not hold the lock with that token */
    public LockState renew(String id, long token, Duration lease, Instant now) {
        LockState state = expire(now);
        int index = state.indexOf(id);
        if (token < 1 || index < 0 || state.line.get(index).entry().token() != token) {
            throw new EngineException(
                    FailureKind.LOCK_LOST,
                    "The environment lock of '" + id + "' with token " + token
                            + " is not held any more: its lease ran out or it was released."
                            + " Nothing more may be changed in the environment");
        }
        return state.renewed(index, lease, now);
    }

    /** A release in time leaves nothing to take over, even if the lease ran out unnoticed. */
    public LockState release(String id, Instant now) {
        List<Place> rest = line.stream().filter(p -> !p.entry().id().equals(id)).toList();
        return new LockState(nextToken, unfenced, rest).expire(now);
    }

    /** Without those whose lease ran out by then. */
    public LockState expire(Instant now) {
        List<Place> alive =
                line.stream().filter(p -> p.entry().leaseEnds().isAfter(now)).toList();
        boolean holderGone = line.stream()
                .anyMatch(p -> p.entry().held() && !p.entry().leaseEnds().isAfter(now));
        return alive.size() == line.size() ? this : new LockState(nextToken, unfenced || holderGone, alive);
    }

    /** Holders by token, then the line, in order. */
    public List<Entry> entries() {
        return line.stream()
                .map(Place::entry)
                .sorted(Comparator.comparing((Entry e) -> !e.held()).thenComparingLong(Entry::token))
                .toList();
    }

    /** Whether both may hold the lock at the same time. */
    static boolean compatible(Entry one, Entry other) {
        return one.mode() == Mode.SHARED
                && other.mode() == Mode.SHARED
                && Collections.disjoint(one.claims(), other.claims());
    }

    private LockState join(Request request, Instant now) {
        int index = indexOf(request.id());
        if (index < 0) {
            List<Place> longer = new ArrayList<>(line);
            longer.add(new Place(waiting(request, now), false, request.lease().toMillis()));
            return new LockState(nextToken, unfenced, longer);
        }
        Entry known = line.get(index).entry();
        if (known.mode() != request.mode() || !known.claims().equals(request.claims())) {
            throw EngineException.invalid("Lock request '" + request.id() + "' asks for " + request.mode() + " "
                    + request.claims() + " but is in line for " + known.mode() + " " + known.claims()
                    + "; another request needs an id of its own");
        }
        return renewed(index, request.lease(), now);
    }

    /** Not before a third of it is over: whoever asks every other second need not write as often. */
    private LockState renewed(int index, Duration lease, Instant now) {
        Place place = line.get(index);
        Duration left = Duration.between(now, place.entry().leaseEnds());
        if (place.leaseMillis() >= lease.toMillis() && left.multipliedBy(3).compareTo(lease.multipliedBy(2)) > 0) {
            return this;
        }
        Place longer = new Place(place.entry(), place.tookOver(), lease.toMillis()).until(now.plus(lease));
        List<Place> places = new ArrayList<>(line);
        places.set(index, longer);
        return new LockState(nextToken, unfenced, places);
    }

    private Answered grant(int index, Instant now) {
        Entry e = line.get(index).entry();
        Entry held = new Entry(e.id(), e.owner(), e.mode(), e.claims(), nextToken, now, e.leaseEnds());
        List<Place> places = new ArrayList<>(line);
        places.set(index, new Place(held, unfenced, line.get(index).leaseMillis()));
        return new Answered(new LockState(nextToken + 1, false, places), new Answer.Granted(nextToken, unfenced));
    }

    private List<Entry> blockers(int index) {
        Entry asking = line.get(index).entry();
        List<Entry> blockers = new ArrayList<>();
        for (int i = 0; i < line.size(); i++) {
            Entry other = line.get(i).entry();
            if (i != index && (i < index || other.held()) && !compatible(asking, other)) {
                blockers.add(other);
            }
        }
        return blockers;
    }

    private int positionOf(int index) {
        return 1
                + (int) line.subList(0, index).stream()
                        .filter(p -> !p.entry().held())
                        .count();
    }

    private int indexOf(String id) {
        Optional<Place> place =
                line.stream().filter(p -> p.entry().id().equals(id)).findFirst();
        return place.map(line::indexOf).orElse(-1);
    }

    private static Entry waiting(Request request, Instant now) {
        return new Entry(
                request.id(),
                request.owner(),
                request.mode(),
                new TreeSet<>(request.claims()),
                0,
                now,
                now.plus(request.lease()));
    }
}
