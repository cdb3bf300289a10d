package io.jenkins.plugins.releasetrain.engine.lock;

import io.jenkins.plugins.releasetrain.engine.lock.LockState.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one reader saw of a lock that others write, so that no two clocks are compared (as client-go's leader election does): a
 * place lives as long as its end, as it is written, is another one than before, and then for as long as its lease by the
 * reader's own clock. Whoever sees a place for the first time gives it a whole lease.
 */
final class Observed {
    private final Map<String, Seen> seen = new HashMap<>();

    /** @param ends by the reader's clock */
    private record Seen(Instant written, Instant ends) {}

    /** The state as it was written, with ends by the reader's clock. */
    synchronized LockState local(LockState written, Instant now) {
        Map<String, Seen> current = new HashMap<>();
        List<Place> line = new ArrayList<>();
        for (Place place : written.line()) {
            if (place.leaseMillis() <= 0) {
                // Of an older version, which compares clocks.
                line.add(place);
                continue;
            }
            Instant mark = place.entry().leaseEnds();
            Seen before = seen.get(key(place));
            // What ends later than that was seen before the clock was set back: it is seen anew.
            Instant latest = now.plus(Duration.ofMillis(place.leaseMillis()));
            Seen now2 = before != null
                            && before.written().equals(mark)
                            && !before.ends().isAfter(latest)
                    ? before
                    : new Seen(mark, latest);
            current.put(key(place), now2);
            line.add(place.until(now2.ends()));
        }
        seen.clear();
        seen.putAll(current);
        return new LockState(written.nextToken(), written.unfenced(), line);
    }

    /** What is to be written for a state that was changed here: whoever was not renewed keeps what is written. */
    synchronized LockState written(LockState local) {
        List<Place> line = new ArrayList<>();
        for (Place place : local.line()) {
            Seen known = seen.get(key(place));
            boolean same = known != null && known.ends().equals(place.entry().leaseEnds());
            line.add(same ? place.until(known.written()) : place);
        }
        return new LockState(local.nextToken(), local.unfenced(), line);
    }

    private static String key(Place place) {
        return place.entry().id();
    }
}
