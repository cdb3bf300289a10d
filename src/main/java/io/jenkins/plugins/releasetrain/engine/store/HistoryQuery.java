package io.jenkins.plugins.releasetrain.engine.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What of the history is wanted; all of it must hold.
 *
 * @param terms made by {@link Terms}
 * @param from inclusive
 * @param to exclusive
 * @param before only what was recorded before the item of this key; {@link Long#MAX_VALUE} for the newest
 */
public record HistoryQuery(List<String> terms, Optional<Instant> from, Optional<Instant> to, long before, int limit) {

    /** The newest of a term. */
    public static HistoryQuery newest(String term, int limit) {
        return new HistoryQuery(List.of(term), Optional.empty(), Optional.empty(), Long.MAX_VALUE, limit);
    }
}
