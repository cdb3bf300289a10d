package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Lanes of one environment, for comparisons: the decisions are those of the real ones, control runs included. No two changes
 * that are there at once are of one service or count for each other, and so many are there at once as there are places: the
 * others wait in the order in which they came, as they do where lanes have that limit.
 */
final class LaneLine implements Line, SimulatedLanes.World {
    private final SimulatedLanes lanes;
    private final Deque<String> waiting = new ArrayDeque<>();
    /** Services for each place: those that somebody's proof stands on are seldom changed again meanwhile. */
    private static final int SERVICES = 32;

    private final int places;
    /** Of which nothing is there; that longest first. */
    private final Deque<String> services = new ArrayDeque<>();

    private final Map<String, String> taken = new HashMap<>();
    private final Deque<Attempt> ready = new ArrayDeque<>();
    private final Map<Attempt, Tenant> tenants = new IdentityHashMap<>();
    private final List<Decided> decided = new ArrayList<>();
    private int builds;

    private record Tenant(String lane, int attempt) {}

    /** Nobody counts for anybody else. */
    private record Alone() implements LanePolicy.Counting {
        @Override
        public SortedSet<String> of(Collection<String> services) {
            return new TreeSet<>(services);
        }

        @Override
        public boolean isDeclared() {
            return true;
        }
    }

    /** @param places as many are in the environment at once */
    LaneLine(LaneSettings.Judging judging, int places) {
        this.lanes = new SimulatedLanes(judging, new Alone(), this);
        this.places = places;
        for (int i = 0; i < SERVICES * places; i++) {
            services.add("s" + i);
        }
    }

    @Override
    public void arrived(String change) {
        waiting.add(change);
    }

    @Override
    public Optional<Attempt> next() {
        throw new UnsupportedOperationException("Lanes look at the time");
    }

    @Override
    public Optional<Attempt> next(int place, double now) {
        lanes.now(now);
        lanes.settle();
        while (taken.size() < places && !waiting.isEmpty()) {
            String change = waiting.remove();
            taken.put(change, services.remove());
            lanes.open(change, taken.get(change), ++builds);
            lanes.settle();
        }
        return Optional.ofNullable(ready.poll());
    }

    @Override
    public double wakes() {
        return lanes.due();
    }

    @Override
    public int environment(int place) {
        return 0;
    }

    @Override
    public void begins(Lane lane) {
        boolean control = lane.phase().attempt().orElseThrow().control();
        Attempt attempt = new Attempt(control ? List.of() : List.of(lane.id()));
        tenants.put(attempt, new Tenant(lane.id(), lane.attempts()));
        ready.add(attempt);
    }

    @Override
    public void ended(Attempt attempt, boolean passed) {
        throw new UnsupportedOperationException("Lanes look at the time");
    }

    @Override
    public void ended(Attempt attempt, boolean passed, double now) {
        lanes.now(now);
        Tenant tenant = tenants.remove(attempt);
        lanes.testing(tenant.lane(), tenant.attempt())
                .ifPresent(lane -> lanes.tested(lane, passed ? Verdict.PASSED : Verdict.FAILED));
    }

    @Override
    public void ended(Event.LaneEnded ended) {
        services.add(taken.remove(ended.lane()));
        decided.add(new Decided(ended.lane(), ended.outcome() == Outcome.RELEASED));
    }

    @Override
    public List<Decided> decided() {
        List<Decided> news = List.copyOf(decided);
        decided.clear();
        return news;
    }
}
