package io.jenkins.plugins.releasetrain.engine.lock;

import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** When it is somebody's turn, by how long environments are held on average; a pure function. */
final class Expectation {
    private Expectation() {}

    private record Stay(Entry entry, Instant end) {}

    /**
     * @param holders whoever holds it now
     * @param line all who wait, in order
     * @param id of the one who asks
     * @param typical how long it is held, by {@link EnvironmentLock.Mode#name()}
     * @return empty where too little was measured, or the id does not wait
     */
    static Optional<Duration> of(
            List<Entry> holders, List<Entry> line, String id, Map<String, Duration> typical, Instant now) {
        List<Entry> until = new ArrayList<>();
        for (Entry waiting : line) {
            until.add(waiting);
            if (waiting.id().equals(id)) {
                return Optional.ofNullable(all(holders, until, typical, now).get(id));
            }
        }
        return Optional.empty();
    }

    /** Of all who wait, by id; absent where too little was measured. */
    static Map<String, Duration> all(
            List<Entry> holders, List<Entry> line, Map<String, Duration> typical, Instant now) {
        Map<String, Duration> expected = new HashMap<>();
        List<Stay> stays = new ArrayList<>();
        for (Entry holder : holders) {
            Duration usual = typical.get(holder.mode().name());
            if (usual == null) {
                return expected;
            }
            Instant end = holder.since().plus(usual);
            stays.add(new Stay(holder, end.isBefore(now) ? now : end));
        }
        for (Entry waiting : line) {
            Instant begin = stays.stream()
                    .filter(stay -> !LockState.compatible(stay.entry(), waiting))
                    .map(Stay::end)
                    .max(Instant::compareTo)
                    .orElse(now);
            expected.put(waiting.id(), Duration.between(now, begin));
            Duration usual = typical.get(waiting.mode().name());
            if (usual == null) {
                return expected;
            }
            stays.add(new Stay(waiting, begin.plus(usual)));
        }
        return expected;
    }
}
