package io.jenkins.plugins.releasetrain.engine.lock;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Postponed;
import io.jenkins.plugins.releasetrain.engine.model.Standing;
import io.jenkins.plugins.releasetrain.engine.store.WaitingLine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A lock whose line is in the store, however long it is: of all who wait, only the first one, and whoever may go in at once,
 * asks the lock itself, which so has little to keep. Controllers with stores of their own each have their first one in the
 * lock's own line, and so take turns (ADR 27).
 *
 * <p>What others do may be seen later by as much as is said when it is made; the lock decides.
 */
public final class StoredLine implements EnvironmentLock {
    /** A place is renewed when so much of its lease is over. */
    private static final int THIRD = 3;
    /** Nobody reads more. */
    private static final int TOLD = 100;

    private final EnvironmentLock lock;
    private final WaitingLine line;
    private final Clock clock;
    private final Duration freshness;
    private final Consumer<List<Standing>> told;
    /** What this process saw of others' places, and until when they live if it sees nothing else. */
    private final Map<String, Seen> seen = new HashMap<>();

    private final Map<String, Instant> renewed = new HashMap<>();
    private Look look;

    private record Seen(long renewals, Instant ends) {}

    /**
     * One look at both.
     *
     * @param known of the lock: who holds it, and who waits there
     * @param waiting those of the store's line that do not hold it, in order
     * @param left ids that hold it and are in the store's line nevertheless
     */
    private record Look(
            Instant at, List<Entry> known, List<Entry> waiting, Set<String> left, Map<String, Duration> typical) {
        List<Entry> holders() {
            return known.stream().filter(Entry::held).toList();
        }

        Look without(String id) {
            return new Look(at, others(known, id), others(waiting, id), left, typical);
        }

        private static List<Entry> others(List<Entry> entries, String id) {
            return entries.stream().filter(e -> !e.id().equals(id)).toList();
        }

        Optional<Entry> own(String id) {
            return waiting.stream().filter(e -> e.id().equals(id)).findFirst();
        }

        List<Entry> ahead(String id) {
            return waiting.stream().takeWhile(e -> !e.id().equals(id)).toList();
        }

        /** Of controllers with another store. */
        List<Entry> strangers() {
            Set<String> ours = waiting.stream().map(Entry::id).collect(Collectors.toSet());
            return known.stream()
                    .filter(e -> !e.held() && !ours.contains(e.id()))
                    .toList();
        }
    }

    /** @param freshness how old what is known of others may be, so that many who ask do not read as often */
    public StoredLine(EnvironmentLock lock, WaitingLine line, Clock clock, Duration freshness) {
        this(lock, line, clock, freshness, standings -> {});
    }

    /** @param told with each look who holds it and who waits, in order, at most {@value #TOLD} of them */
    public StoredLine(
            EnvironmentLock lock, WaitingLine line, Clock clock, Duration freshness, Consumer<List<Standing>> told) {
        this.lock = lock;
        this.line = line;
        this.clock = clock;
        this.freshness = freshness;
        this.told = told;
    }

    @Override
    public Answer request(Request request) {
        if (request.lease().isNegative() || request.lease().isZero()) {
            throw EngineException.invalid("A lease must be longer than zero, not " + request.lease());
        }
        return again(request).orElseGet(() -> inLine(request));
    }

    /** Empty where it is not held. */
    private Optional<Answer> again(Request request) {
        if (!isHeld(request.id())) {
            return Optional.empty();
        }
        Answer again = lock.request(request);
        if (!(again instanceof Answer.Granted)) {
            // It was lost in between.
            forget();
            return Optional.empty();
        }
        if (look().left().contains(request.id())) {
            leaveLine(request.id());
        }
        return Optional.of(again);
    }

    private Answer inLine(Request request) {
        Look now = joined(request);
        Entry asking = now.own(request.id()).orElseThrow();
        List<Entry> ahead = now.ahead(request.id());
        List<Entry> strangers = ahead.isEmpty() ? List.of() : now.strangers();
        List<Entry> inTheWay = Stream.of(now.holders(), ahead, strangers)
                .flatMap(List::stream)
                .filter(e -> !LockState.compatible(e, asking))
                .toList();
        Optional<Duration> expected =
                Expectation.of(now.holders(), now.waiting(), request.id(), now.typical(), clock.instant());
        if (ahead.isEmpty() || inTheWay.isEmpty()) {
            Answer answer = ask(request);
            if (!(answer instanceof Answer.Waiting waiting)) {
                return answer;
            } else if (ahead.isEmpty()) {
                return new Answer.Waiting(waiting.position(), waiting.waitsFor(), expected);
            }
            lock.release(request.id());
            return new Answer.Waiting(ahead.size() + 1, waiting.waitsFor(), expected);
        }
        return new Answer.Waiting(
                ahead.size() + strangers.size() + 1,
                inTheWay.stream().map(Entry::owner).distinct().toList(),
                expected);
    }

    private Answer ask(Request request) {
        Answer answer = lock.request(request);
        if (answer instanceof Answer.Granted) {
            leaveLine(request.id());
        }
        return answer;
    }

    private boolean isHeld(String id) {
        return look().known().stream().anyMatch(e -> e.held() && e.id().equals(id));
    }

    /** A look that shows the one who asks in the line. */
    private Look joined(Request request) {
        Look now = look();
        Optional<Entry> own = now.own(request.id());
        own.filter(e -> e.mode() != request.mode() || !e.claims().equals(request.claims()))
                .ifPresent(e -> {
                    throw EngineException.invalid("Lock request '" + request.id() + "' asks for " + request.mode() + " "
                            + request.claims() + " but is in line for " + e.mode() + " " + e.claims()
                            + "; another request needs an id of its own");
                });
        if (own.isPresent() && !isDue(request)) {
            return now;
        }
        line.join(new WaitingLine.Request(
                request.id(),
                request.owner(),
                request.mode().name(),
                request.claims(),
                request.lease(),
                clock.instant()));
        synchronized (this) {
            renewed.put(request.id(), clock.instant());
            look = null;
        }
        return look();
    }

    private synchronized boolean isDue(Request request) {
        Instant last = renewed.get(request.id());
        Duration third = request.lease().dividedBy(THIRD);
        return last == null || !Postponed.waits(last.plus(third), clock.instant(), third);
    }

    private synchronized Look look() {
        Instant now = clock.instant();
        if (look == null || !Postponed.waits(look.at().plus(freshness), now, freshness)) {
            List<Entry> known = lock.entries();
            Set<String> holding =
                    known.stream().filter(Entry::held).map(Entry::id).collect(Collectors.toSet());
            List<Entry> places = alive(line.places(), now);
            look = new Look(
                    now,
                    known,
                    places.stream().filter(e -> !holding.contains(e.id())).toList(),
                    places.stream().map(Entry::id).filter(holding::contains).collect(Collectors.toSet()),
                    line.typical());
            told.accept(standings(look));
        }
        return look;
    }

    private List<Standing> standings(Look now) {
        Instant at = clock.instant();
        List<Entry> holders = now.holders().stream().limit(TOLD).toList();
        List<Entry> waiting = Stream.concat(now.strangers().stream(), now.waiting().stream())
                .limit(TOLD)
                .toList();
        Map<String, Duration> expected = Expectation.all(holders, waiting, now.typical(), at);
        List<Standing> standings = new ArrayList<>();
        holders.forEach(e -> standings.add(standing(e, 0, Optional.empty())));
        waiting.forEach(e -> standings.add(standing(
                e,
                standings.size() - holders.size() + 1,
                Optional.ofNullable(expected.get(e.id())).map(d -> at.plus(d).truncatedTo(ChronoUnit.SECONDS)))));
        return List.copyOf(standings);
    }

    private static Standing standing(Entry entry, int position, Optional<Instant> expected) {
        boolean alone = entry.mode() == Mode.EXCLUSIVE;
        return new Standing(entry.id(), entry.owner(), alone, position, entry.since(), expected);
    }

    /** Whoever went is not told of until somebody looks again. */
    private synchronized void tellWithout(String id) {
        if (look != null) {
            told.accept(standings(look.without(id)));
        }
    }

    /** Without those that were not renewed for a whole lease of this process' clock, which are taken away. */
    private List<Entry> alive(List<WaitingLine.Place> places, Instant now) {
        List<Entry> alive = new ArrayList<>();
        Map<String, Seen> current = new HashMap<>();
        for (WaitingLine.Place place : places) {
            WaitingLine.Request r = place.request();
            Seen before = seen.get(r.id());
            // What ends later than that was seen before the clock was set back: it is seen anew.
            Instant latest = now.plus(r.lease());
            Seen state = before != null
                            && before.renewals() == place.renewals()
                            && !before.ends().isAfter(latest)
                    ? before
                    : new Seen(place.renewals(), latest);
            if (state.ends().isAfter(now) || !line.drop(r.id(), place.renewals())) {
                current.put(r.id(), state);
                alive.add(new Entry(
                        r.id(),
                        r.owner(),
                        Mode.valueOf(r.mode()),
                        new TreeSet<>(r.claims()),
                        0,
                        r.since(),
                        state.ends()));
            }
        }
        seen.clear();
        seen.putAll(current);
        return alive;
    }

    private synchronized void forget() {
        look = null;
    }

    private void leaveLine(String id) {
        line.leave(id);
        synchronized (this) {
            renewed.remove(id);
            look = null;
        }
    }

    @Override
    public void renew(String id, long token, Duration lease) {
        lock.renew(id, token, lease);
    }

    @Override
    public void release(String id) {
        Optional<Entry> held = look().known().stream()
                .filter(e -> e.held() && e.id().equals(id))
                .findFirst();
        lock.release(id);
        tellWithout(id);
        leaveLine(id);
        held.filter(StoredLine::isMeasured).ifPresent(this::measure);
    }

    /** What is done for a lane has the lane's id before a slash; how long it takes says nothing of lanes. */
    private static boolean isMeasured(Entry held) {
        return held.id().indexOf('/') < 0;
    }

    private void measure(Entry held) {
        Duration took = Duration.between(held.since(), clock.instant());
        try {
            line.held(held.mode().name(), took.isNegative() ? Duration.ZERO : took);
        } catch (EngineException e) {
            // It only makes what people are told better.
            forget();
        }
    }

    /** Read anew: who holds it, those of other stores that wait, and those of ours. */
    @Override
    public List<Entry> entries() {
        forget();
        Look now = look();
        return Stream.of(now.holders(), now.strangers(), now.waiting())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public Optional<Entry> place(String id) {
        Look now = look();
        return Stream.concat(now.holders().stream(), now.waiting().stream())
                .filter(e -> e.id().equals(id))
                .findFirst();
    }
}
