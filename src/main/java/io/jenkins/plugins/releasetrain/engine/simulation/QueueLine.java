package io.jenkins.plugins.releasetrain.engine.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What others do, in one environment: a batch is tried; where it fails it is split. A single change that fails is run
 * once more where the tests flake, then rejected. The policies are described in bors-ng's batcher, and in the paper on
 * batching by Beheshtian et al. (Batch4); serial is batches of one.
 */
final class QueueLine implements Line {
    /** What happens to a batch that failed. */
    enum Split {
        /** Every change is tried alone (Dorfman 1943). */
        SINGLES,
        /** Both halves are tried, whatever the other half's verdict (bors). */
        HALVES,
        /** As halves, but the second half is known to be bad where the first one passed. */
        KNOWN_HALVES
    }

    private final Split split;
    private final int limit;
    private final boolean retry;
    private final Deque<String> queue = new ArrayDeque<>();
    private final Deque<Part> parts = new ArrayDeque<>();
    private final List<Decided> decided = new ArrayList<>();
    private Part current;

    /**
     * @param knownBad its failure follows from another verdict
     * @param first whether the second half of the same batch comes next
     */
    private record Part(List<String> changes, boolean knownBad, boolean first, int failures) {}

    /** @param retry whether a single change gets a second run */
    QueueLine(Split split, int limit, boolean retry) {
        this.split = split;
        this.limit = limit;
        this.retry = retry;
    }

    @Override
    public void arrived(String change) {
        queue.add(change);
    }

    @Override
    public Optional<Attempt> next() {
        if (current != null) {
            return Optional.empty();
        }
        while (!parts.isEmpty() || !queue.isEmpty()) {
            Part part = parts.isEmpty() ? departing() : parts.pop();
            if (part.knownBad() && (part.changes().size() > 1 || !retry)) {
                failed(part);
            } else {
                current = part;
                return Optional.of(new Attempt(part.changes()));
            }
        }
        return Optional.empty();
    }

    private Part departing() {
        List<String> batch = new ArrayList<>();
        while (batch.size() < limit && !queue.isEmpty()) {
            batch.add(queue.remove());
        }
        return new Part(batch, false, false, 0);
    }

    @Override
    public void ended(Attempt attempt, boolean passed) {
        Part part = current;
        current = null;
        if (!passed) {
            failed(part);
            return;
        }
        part.changes().forEach(change -> decided.add(new Decided(change, true)));
        if (part.first() && split == Split.KNOWN_HALVES && !parts.isEmpty()) {
            Part second = parts.pop();
            parts.push(new Part(second.changes(), true, false, 0));
        }
    }

    private void failed(Part part) {
        List<String> changes = part.changes();
        if (changes.size() == 1) {
            boolean again = retry && part.failures() == 0 && !part.knownBad();
            if (again) {
                parts.push(new Part(changes, false, part.first(), 1));
            } else {
                decided.add(new Decided(changes.get(0), false));
            }
        } else if (split == Split.SINGLES) {
            for (int i = changes.size() - 1; i >= 0; i--) {
                parts.push(new Part(changes.subList(i, i + 1), false, false, 0));
            }
        } else {
            int half = changes.size() / 2;
            parts.push(new Part(changes.subList(half, changes.size()), false, false, 0));
            parts.push(new Part(changes.subList(0, half), false, true, 0));
        }
    }

    @Override
    public List<Decided> decided() {
        List<Decided> news = List.copyOf(decided);
        decided.clear();
        return news;
    }
}
