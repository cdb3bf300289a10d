package io.jenkins.plugins.releasetrain.engine.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lanes, simplified for comparisons: every change by itself, as many at once as there is room for, and a failure is confirmed
 * once. {@link LaneSimulation} runs their real policy.
 */
final class LaneLine implements Line {
    private final Deque<String> queue = new ArrayDeque<>();
    private final Set<String> failedOnce = new HashSet<>();
    private final List<Decided> decided = new ArrayList<>();

    @Override
    public void arrived(String change) {
        queue.add(change);
    }

    @Override
    public Optional<Attempt> next() {
        return Optional.ofNullable(queue.poll()).map(change -> new Attempt(List.of(change)));
    }

    @Override
    public void ended(Attempt attempt, boolean passed) {
        String change = attempt.changes.get(0);
        if (!passed && failedOnce.add(change)) {
            queue.push(change);
        } else {
            failedOnce.remove(change);
            decided.add(new Decided(change, passed));
        }
    }

    @Override
    public List<Decided> decided() {
        List<Decided> news = List.copyOf(decided);
        decided.clear();
        return news;
    }
}
