package io.jenkins.plugins.releasetrain.engine.blame;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** When one environment is known, or said, to have worked; each question costs the logarithm of the number of runs. */
final class Passes {
    /** When runs that passed ended, in order. */
    private final List<Instant> ends = new ArrayList<>();
    /** The earliest start of that run and of all that ended after it. */
    private final Instant[] starts;

    private final List<Instant> resumed;

    /**
     * @param runs in the order of their ends, of all environments
     * @param resumed when somebody said that it works, in order
     */
    Passes(List<Run> runs, String environment, List<Instant> resumed) {
        this.resumed = resumed;
        List<Run> passed = new ArrayList<>();
        for (Run run : runs) {
            if (run.passed() && run.environment().equals(environment)) {
                passed.add(run);
                ends.add(run.end());
            }
        }
        this.starts = new Instant[passed.size()];
        Instant earliest = Instant.MAX;
        for (int i = starts.length - 1; i >= 0; i--) {
            Instant start = passed.get(i).start();
            earliest = start.isBefore(earliest) ? start : earliest;
            starts[i] = earliest;
        }
    }

    /** Whether there is a moment between the two at which it worked. */
    boolean between(Instant from, Instant to) {
        int first = first(ends, from);
        int said = first(resumed, from);
        return first < starts.length && !starts[first].isAfter(to)
                || said < resumed.size() && !resumed.get(said).isAfter(to);
    }

    /** When it is last known to have worked before, at the latest then; empty: never seen. */
    Optional<Instant> last(Instant begin) {
        int first = first(ends, begin);
        if (first < starts.length && !starts[first].isAfter(begin)) {
            return Optional.of(begin);
        }
        int said = firstAfter(resumed, begin);
        Optional<Instant> passed = first == 0 ? Optional.empty() : Optional.of(ends.get(first - 1));
        return said == 0
                ? passed
                : passed.filter(at -> at.isAfter(resumed.get(said - 1))).or(() -> Optional.of(resumed.get(said - 1)));
    }

    /** When what passed next began, at the earliest then; empty where nothing did, or where somebody had said before that it works. */
    Optional<Instant> next(Instant end) {
        int first = first(ends, end);
        if (first == starts.length) {
            return Optional.empty();
        }
        Instant at = starts[first].isBefore(end) ? end : starts[first];
        int said = first(resumed, end);
        return said < resumed.size() && !resumed.get(said).isAfter(at) ? Optional.empty() : Optional.of(at);
    }

    /** Index of the first that is not before; their number if there is none. */
    private static int first(List<Instant> sorted, Instant at) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted.get(middle).isBefore(at)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int firstAfter(List<Instant> sorted, Instant at) {
        int index = first(sorted, at);
        while (index < sorted.size() && sorted.get(index).equals(at)) {
            index++;
        }
        return index;
    }
}
