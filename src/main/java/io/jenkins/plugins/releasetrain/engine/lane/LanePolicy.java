package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is to become of a lane, as pure functions of the state of its environment: used by {@link Lanes} and by the
 * simulator alike.
 */
public final class LanePolicy {
    static final String LOST = "its place in the environment was lost";

    private static final Duration ASK_AGAIN = Duration.ofSeconds(5);

    /** After so many attempts that decided nothing, in a row: again at once, then ever later. */
    private static final List<Duration> PAUSES = List.of(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofMinutes(60));

    private final LaneSettings settings;
    private final Counting counting;
    private final Judgements judgements;

    /** Which services count for a verdict on others. */
    public interface Counting {
        /** With the given ones. */
        SortedSet<String> of(Collection<String> services);

        /** Whether anything says what counts; else all services do, as far as {@link OnDrift} says. */
        boolean isDeclared();
    }

    public LanePolicy(LaneSettings settings, Counting counting) {
        this.settings = settings;
        this.counting = counting;
        this.judgements = new Judgements(settings.judging());
    }

    /** What to do with a lane now. */
    public sealed interface Next {
        /** @param again when it may be otherwise, at the latest */
        record Wait(String why, Duration again) implements Next {}

        /**
         * Let it in.
         *
         * @param control for a run of its tests on the baseline alone
         */
        record Enter(boolean apart, boolean control) implements Next {}

        /** @param related the lane that superseded it, or empty */
        record End(Outcome outcome, String reason, String related) implements Next {
            public Event.LaneEnded of(Lane lane) {
                return new Event.LaneEnded(lane.id(), outcome, reason, related);
            }
        }

        /** Once more, in the place that it has or in one that it waits for. */
        record Again(String reason, boolean apart, boolean stays) implements Next {}

        /** Promote these together: each passed beside all others. */
        record Release(List<Lane> lanes) implements Next {}
    }

    /** Services whose change can change the verdict on a lane; its own are among them. */
    public SortedSet<String> counting(Lane lane) {
        return decides(lane)
                ? counting.of(lane.candidates().keySet())
                : new TreeSet<>(lane.candidates().keySet());
    }

    /**
     * Services that must be as production has them while a lane is tested apart: those that count; and those of lanes that
     * were there each time it failed, since suites look at more than a catalog says (I4).
     */
    public SortedSet<String> apart(LaneState s, Lane lane, Instant now) {
        SortedSet<String> services = new TreeSet<>(counting(lane));
        SortedSet<String> company = s.company(lane, now);
        if (!services.containsAll(company) && judge(s, lane) instanceof Judgement.Reject) {
            services.addAll(company);
        }
        return services;
    }

    /** Where nothing is declared, what changes is recorded, but decides only where that is asked for. */
    private boolean decides(Lane lane) {
        return counting.isDeclared() || settings.onDrift() == OnDrift.RERUN || settings.onDrift() == OnDrift.FAIL;
    }

    /** Services whose change is recorded with a verdict. */
    SortedSet<String> recorded(Lane lane) {
        return counting.of(lane.candidates().keySet());
    }

    /** A lane that waits. */
    public Next entry(LaneState s, Lane lane, Instant now) {
        Optional<Next.End> superseded = superseded(s, lane);
        if (superseded.isPresent()) {
            return superseded.get();
        } else if (s.owes(lane.id())) {
            return new Next.Wait("its candidates of the attempt before are being taken out", ASK_AGAIN);
        }
        Optional<Next> closed = closed(s, now);
        if (closed.isPresent()) {
            return closed.get();
        }
        Phase.Waiting waiting = (Phase.Waiting) lane.phase();
        return obstacle(s, lane, now)
                .or(() -> new LaneRoom(s, settings.limits(), other -> mayComeIn(s, other, now)).full(lane))
                .orElseGet(() -> new Next.Enter(waiting.apart(), false));
    }

    /** What it waits for by itself, or does, whether there is room or not. */
    private Optional<Next> obstacle(LaneState s, Lane lane, Instant now) {
        return untidy(s, lane)
                .or(() -> putOff(lane, now))
                .or(() -> LaneOrder.awaited(s, lane).map(why -> new Next.Wait(why, ASK_AGAIN)))
                .or(() -> new LaneHealth(judgements, s, lane, now).next());
    }

    private boolean mayComeIn(LaneState s, Lane lane, Instant now) {
        return !s.owes(lane.id()) && obstacle(s, lane, now).isEmpty();
    }

    /** What keeps it out now keeps it out in a minute as well: not two more times at once. */
    private static Optional<Next> putOff(Lane lane, Instant now) {
        Phase.Waiting waiting = (Phase.Waiting) lane.phase();
        int before = Math.max(lane.undecided(), lane.hindered() == 0 ? 0 : lane.hindered() + 2);
        Instant due = waiting.since().plus(PAUSES.get(Math.min(before, PAUSES.size() - 1)));
        return now.isBefore(due) && !StreamTime.isSetBack(waiting.since(), now)
                ? Optional.of(new Next.Wait("tried again at " + due + ": " + waiting.why(), Duration.between(now, due)))
                : Optional.empty();
    }

    /** What counts for it is not what it is to be before that is cleaned up; everything else is no matter (I14). */
    private Optional<Next> untidy(LaneState s, Lane lane) {
        SortedSet<String> counts = counting(lane);
        return s.obligations().stream()
                .filter(o -> o.services().stream().anyMatch(counts::contains))
                .findFirst()
                .map(o -> new Next.Wait(
                        "what a lane left of " + String.join(", ", o.services()) + " is cleaned up", ASK_AGAIN));
    }

    /** Nobody is let in and nothing is promoted. */
    private Optional<Next> closed(LaneState s, Instant now) {
        return s.paused().isEmpty()
                ? frozen(now)
                : Optional.of(new Next.Wait("the lanes are paused: " + s.paused(), ASK_AGAIN));
    }

    private Optional<Next> frozen(Instant now) {
        return settings.closed(now).map(why -> new Next.Wait(why, Duration.ofMinutes(1)));
    }

    /** Why nothing may be promoted now, though it passed. */
    public Optional<Next> gate(LaneState s, Instant now) {
        return s.held().isEmpty()
                ? closed(s, now)
                : Optional.of(new Next.Wait("releases are held: " + s.held(), ASK_AGAIN));
    }

    /** A lane goes on, or out to come in again; with what that means for all where the baseline alone failed. */
    List<Event> retried(LaneState s, Lane lane, Next.Again again) {
        List<Event> events = new ArrayList<>();
        events.add(new Event.LaneRetried(lane.id(), again.reason(), again.apart(), again.stays()));
        events.addAll(Outage.after(s, lane, settings.judging().whenBroken()));
        return events;
    }

    Optional<Next.End> superseded(LaneState s, Lane lane) {
        return LaneOrder.superseded(s, lane);
    }

    /**
     * A verdict with what others did meanwhile.
     *
     * @param held the set that the environment holds now
     * @param changed services that it does not hold as it did when the tests began
     */
    public Event.LaneTested tested(
            Lane lane, Verdict verdict, String reason, Digest held, Collection<String> changed, Instant now) {
        Phase.Testing testing = (Phase.Testing) lane.phase();
        SortedSet<String> drift = testing.presence().drift(recorded(lane));
        drift.addAll(changed);
        return new Event.LaneTested(
                lane.id(),
                verdict,
                reason,
                held,
                List.copyOf(drift),
                Math.max(0, Duration.between(testing.since(), now).toMillis()),
                Optional.of(testing.presence().of(counting(lane))),
                Optional.empty());
    }

    /** One release of lanes that passed. */
    public static Event.ReleaseMade release(LaneState s, List<Lane> lanes, Digest set) {
        Event.LaneQueued first = lanes.get(0).queued();
        SortedMap<String, PinnedImage> changed = new TreeMap<>();
        lanes.forEach(l -> changed.putAll(l.candidates()));
        int number = s.lastNumber() + 1;
        return new Event.ReleaseMade(
                first.environment() + "-" + first.group() + "-" + number,
                first.environment(),
                number,
                Event.Kind.MICRO,
                set,
                s.lastRelease(),
                "",
                changed,
                lanes.stream().map(Lane::id).toList(),
                first.lane(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * A lane that passed.
     *
     * @param elsewhere services that count and are not in production any more as they were when it was tested
     */
    public Next passed(LaneState s, Lane lane, Collection<String> elsewhere, Instant now) {
        Optional<Next.End> superseded = superseded(s, lane);
        if (superseded.isPresent()) {
            return superseded.get();
        }
        if (s.isDisplaced(lane)) {
            return again(lane, LOST, false, false);
        }
        SortedSet<String> drift = drift(lane);
        drift.addAll(elsewhere);
        if (!drift.isEmpty() && onDrift() != OnDrift.ACCEPT) {
            String what = "changed meanwhile: " + drift;
            return onDrift() == OnDrift.FAIL
                    ? new Next.End(Outcome.UNDECIDED, "stale: " + what, "")
                    : again(lane, what, false, staysFor(s, lane, drift));
        }
        Optional<Next> closed = gate(s, now);
        return closed.isPresent() ? closed.get() : together(s, lane);
    }

    /** Where others' candidates came, they are there still; anything else that changed has to be brought when it comes in anew. */
    private static boolean staysFor(LaneState s, Lane lane, SortedSet<String> drift) {
        Set<String> there = new HashSet<>();
        s.lanes().stream()
                .filter(Lane::isVisible)
                .forEach(l -> there.addAll(l.candidates().keySet()));
        return lane.isVisible() && there.containsAll(drift);
    }

    OnDrift onDrift() {
        return settings.onDrift() != OnDrift.AUTO
                ? settings.onDrift()
                : counting.isDeclared() ? OnDrift.RERUN : OnDrift.ACCEPT;
    }

    /** What counts for a lane and was not the same all the time. */
    private SortedSet<String> drift(Lane lane) {
        SortedSet<String> counts = counting(lane);
        SortedSet<String> drift = lane.phase().seen().drift(counts);
        List<String> told = lane.phase() instanceof Phase.Passed passed
                ? passed.tested().drift()
                : lane.phase() instanceof Phase.Leaving left ? left.tested().drift() : List.of();
        told.stream().filter(counts::contains).forEach(drift::add);
        return drift;
    }

    /** Those that passed beside each other go together; nobody goes on the strength of what may never reach production. */
    private Next together(LaneState s, Lane first) {
        Map<String, Lane> group = new LinkedHashMap<>(Map.of(first.id(), first));
        Deque<Lane> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
            Lane member = open.pop();
            for (String id : s.undecided(member, counting(member))) {
                Optional<Lane> other = s.lane(id);
                if (other.isPresent() && !group.containsKey(id)) {
                    if (!isReady(s, other.get()) || !other.get().isApartFrom(group.values())) {
                        return new Next.Wait(
                                "passed beside candidates that are not decided yet: "
                                        + other.get().candidates().keySet(),
                                ASK_AGAIN);
                    }
                    group.put(id, other.get());
                    open.push(other.get());
                }
            }
        }
        return new Next.Release(group.values().stream()
                .sorted(Comparator.comparing(l -> s.lanes().indexOf(l)))
                .toList());
    }

    private boolean isReady(LaneState s, Lane other) {
        return other.phase() instanceof Phase.Passed
                && superseded(s, other).isEmpty()
                && !s.isDisplaced(other)
                && (onDrift() == OnDrift.ACCEPT || drift(other).isEmpty());
    }

    /** A lane whose attempt failed or is void. */
    public Next left(LaneState s, Lane lane, Instant now) {
        Phase.Leaving left = (Phase.Leaving) lane.phase();
        Event.LaneTested tested = left.tested();
        boolean failedBefore = !s.runs().failures(lane.id()).isEmpty();
        if (lane.isControl()) {
            String what = "what production runs was tested alone: "
                    + States.of(tested.verdict()).word();
            return tested.verdict() == Verdict.VOID
                    ? again(lane, what + ": " + tested.reason(), failedBefore, false)
                    : judgements
                            .rejection(s, lane, lane.failure(), now)
                            .orElseGet(() -> new Next.Again(what, failedBefore, false));
        } else if (left.isHindered()) {
            return new Next.Again(tested.reason(), failedBefore, false);
        } else if (tested.verdict() == Verdict.VOID) {
            return again(lane, tested.reason(), failedBefore, false);
        }
        List<String> beside = tested.beside().orElse(List.of());
        if (!beside.isEmpty()) {
            return again(lane, "failed beside other candidates; confirming without them", true, false);
        }
        SortedSet<String> drift = drift(lane);
        if (!drift.isEmpty()) {
            return again(lane, "failed while " + drift + " changed; confirming", true, false);
        }
        return judgements
                .rejection(s, lane, tested.reason(), now)
                .orElseGet(() -> new Next.Again("failed: " + tested.reason(), true, false));
    }

    private Judgement judge(LaneState s, Lane lane) {
        return judgements.of(s.runs(), lane.id());
    }

    /** One more attempt that decided nothing. */
    Next again(Lane lane, String reason, boolean apart, boolean stays) {
        int undecided = lane.undecided() + 1;
        return undecided >= settings.attempts()
                ? new Next.End(Outcome.UNDECIDED, "no verdict after " + undecided + " trials: " + reason, "")
                : new Next.Again(reason, apart, stays);
    }
}
