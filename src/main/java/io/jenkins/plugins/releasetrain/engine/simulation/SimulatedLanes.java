package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LaneOrder;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Obligation;
import io.jenkins.plugins.releasetrain.engine.lane.Phase;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The lanes of one environment under a virtual clock in minutes: what is decided is decided by the real {@link LanePolicy}
 * over the real {@link LaneState}. Left out: the time that promotions and installations take, voids, and everything outside.
 */
final class SimulatedLanes {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Digest NO_MATTER = Digest.sha256("no matter");
    private static final Pattern MOVING = Pattern.compile("latest");
    private static final int ATTEMPTS = 5;
    private static final double MILLIS = 60_000;

    private final LanePolicy policy;
    private final World world;
    /** Services that each lane in the environment holds. */
    private final Map<String, Set<String>> claims = new HashMap<>();

    private LaneState state = LaneState.empty();
    private double now;
    private double due = Double.MAX_VALUE;

    /** What the lanes are in. */
    interface World {
        /** The tests of an attempt begin now. */
        void begins(Lane lane);

        void ended(Event.LaneEnded ended);
    }

    SimulatedLanes(LaneSettings.Judging judging, LanePolicy.Counting counting, World world) {
        this.world = world;
        this.policy = new LanePolicy(
                new LaneSettings(Isolation.REPLACE, LaneSettings.OnDrift.RERUN, ATTEMPTS, MOVING).with(judging),
                counting);
    }

    /** It is so many minutes after the beginning. */
    void now(double minutes) {
        now = minutes;
        due = due <= now ? Double.MAX_VALUE : due;
    }

    /** When something is to be looked at again although nothing happens. */
    double due() {
        return due;
    }

    private Instant at() {
        return BEGIN.plusMillis(Math.round(now * MILLIS));
    }

    /** @param build its number, for the order of those of one service */
    void open(String lane, String service, int build) {
        TreeMap<String, PinnedImage> candidates =
                new TreeMap<>(Map.of(service, new PinnedImage(service, NO_MATTER, "" + build)));
        Origin origin = new Origin(service + "#" + build, lane, "");
        Event.LaneQueued queued = new Event.LaneQueued(lane, "cd", service, candidates, origin);
        LaneOrder.queued(state, queued, l -> Optional.empty(), at()).forEach(this::apply);
    }

    /** Where this attempt is still being tested. */
    Optional<Lane> testing(String lane, int attempt) {
        return state.lane(lane).filter(l -> l.attempts() == attempt && l.phase() instanceof Phase.Testing);
    }

    /** Lanes that were there at any time of its tests and that it is connected to. */
    List<String> beside(Lane lane) {
        return lane.phase().seen().of(policy.counting(lane));
    }

    void tested(Lane lane, Verdict verdict) {
        apply(policy.tested(lane, verdict, "tests", NO_MATTER, List.of(), at()));
    }

    private void apply(Event event) {
        state = state.after(event, at());
        if (event instanceof Event.LaneEnded e) {
            world.ended(e);
        }
        // What is left of an attempt is cleaned up at once here.
        for (Obligation o : state.obligations()) {
            claims.remove(o.lane());
            state = state.after(new Event.LaneCleaned(o.lane(), o.number()), at());
        }
    }

    /** Until nobody has anything to do but to wait: until all were asked since somebody did something last. */
    void settle() {
        String last = "";
        boolean more = true;
        while (more) {
            more = false;
            String until = last;
            Set<String> inLine = new HashSet<>();
            List<Lane> lanes = state.lanes();
            for (Lane lane : lanes) {
                Optional<Lane> current = lanes == state.lanes() ? Optional.of(lane) : state.lane(lane.id());
                if (current.isPresent() && step(current.get(), inLine)) {
                    more = true;
                    last = lane.id();
                } else if (!more && lane.id().equals(until)) {
                    return;
                }
            }
        }
    }

    /** @return whether it did something */
    private boolean step(Lane lane, Set<String> inLine) {
        if (lane.phase() instanceof Phase.Testing) {
            return false;
        }
        Next next = lane.phase() instanceof Phase.Waiting
                ? policy.entry(state, lane, at())
                : lane.phase() instanceof Phase.Leaving
                        ? policy.left(state, lane, at())
                        : policy.passed(state, lane, List.of(), at());
        if (next instanceof Next.Wait wait) {
            if (wait.again().compareTo(Duration.ofMinutes(1)) >= 0) {
                due = Math.min(due, now + wait.again().toMillis() / MILLIS);
            }
            return false;
        } else if (next instanceof Next.Enter enter) {
            return enter(lane, enter, inLine);
        } else if (next instanceof Next.End end) {
            apply(end.of(lane));
        } else if (next instanceof Next.Again again) {
            apply(new Event.LaneRetried(lane.id(), again.reason(), again.apart(), again.stays()));
            if (again.stays()) {
                begin(lane.id());
            }
        } else if (next instanceof Next.Release release) {
            Event.ReleaseMade made = LanePolicy.release(state, release.lanes(), NO_MATTER);
            apply(made);
            apply(new Event.ReleasePromoted(made.id(), ""));
            release.lanes().forEach(l -> apply(new Event.LaneEnded(l.id(), Outcome.RELEASED, "", made.id())));
        }
        return true;
    }

    private boolean enter(Lane lane, Next.Enter enter, Set<String> inLine) {
        Set<String> wanted = enter.control()
                ? policy.counting(lane)
                : enter.apart()
                        ? policy.apart(state, lane, at())
                        : lane.candidates().keySet();
        boolean free = Collections.disjoint(wanted, inLine)
                && claims.values().stream().allMatch(held -> Collections.disjoint(held, wanted));
        if (!free) {
            inLine.addAll(wanted);
            return false;
        }
        claims.put(lane.id(), wanted);
        apply(new Event.LaneStarted(
                lane.id(),
                new TreeMap<>(),
                NO_MATTER,
                List.of(),
                1,
                Optional.of(Isolation.REPLACE),
                enter.control(),
                Optional.empty(),
                Optional.empty()));
        begin(lane.id());
        return true;
    }

    private void begin(String lane) {
        apply(new Event.LaneInstalled(lane, NO_MATTER, List.of(), List.of(), 0));
        world.begins(state.lane(lane).orElseThrow());
    }
}
