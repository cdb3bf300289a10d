package io.jenkins.plugins.releasetrain.engine.lock;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Port: the shared/exclusive lock of one environment (I3). Fair: who asked first goes first, and a waiting exclusive
 * request lets no later shared one pass. Nobody is blocked inside a call: a request that cannot be granted stays in
 * line and is asked again. Every holder and every waiting request lives as long as its lease is renewed.
 */
public interface EnvironmentLock {
    /** Joins the line, or asks again with the same id; renews the request's lease. */
    Answer request(Request request);

    /**
     * Renews a held lease.
     *
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException LOCK_LOST where it is not held any more
     */
    void renew(String id, long token, Duration lease);

    /** Gives the lock back, or leaves the line; does nothing where the id is unknown. */
    void release(String id);

    /** Holders first, then the line, in order. */
    List<Entry> entries();

    /** One's own place, which may be some moments old. */
    default Optional<Entry> place(String id) {
        return entries().stream().filter(e -> e.id().equals(id)).findFirst();
    }

    /** How an environment is held. */
    enum Mode {
        /** Lanes: together with other shared holders. */
        SHARED,
        /** Trains and baseline changes: alone. */
        EXCLUSIVE
    }

    /**
     * @param id unique per holder; asking again with it is the same request
     * @param owner who, for people: a train or lane, and its build
     * @param claims names that no two shared holders may have in common: the services that a lane replaces
     */
    record Request(String id, String owner, Mode mode, Set<String> claims, Duration lease) {}

    /** The answer to a request. */
    sealed interface Answer {
        /**
         * @param token fencing token: higher than that of every earlier grant
         * @param takenOver whether a former holder's lease ran out without its release, so that it may still believe to
         *     hold the lock. Then stamp ({@code Cluster.fence}) all workloads, but those that other holders claim, before
         *     anything else; if that fails, do not release but let the lease run out, so that the next one is told too
         */
        record Granted(long token, boolean takenOver) implements Answer {}

        /**
         * @param position 1 is next
         * @param waitsFor owners that must leave first
         * @param expected how long it is going to take, by what was measured; empty where nothing was
         */
        record Waiting(int position, List<String> waitsFor, Optional<Duration> expected) implements Answer {
            private static final long COARSE = 5;
            private static final long HOUR = 60;

            public Waiting(int position, List<String> waitsFor) {
                this(position, waitsFor, Optional.empty());
            }

            /** For people: who must leave first. */
            public String owners() {
                return String.join(", ", waitsFor);
            }

            /** For people, as in {@code 2, in about 15 minutes}. */
            public String place() {
                return position + expected.map(Waiting::text).orElse("");
            }

            /** So coarse that it is not another one every minute. */
            private static String text(Duration expected) {
                long minutes = (expected.toMinutes() / COARSE + 1) * COARSE;
                if (minutes == COARSE) {
                    return ", within " + COARSE + " minutes";
                }
                return ", in about " + (minutes < HOUR ? minutes + " minutes" : (minutes + HOUR / 2) / HOUR + " h");
            }
        }
    }

    /**
     * A holder or a waiting request.
     *
     * @param token 0 while waiting
     * @param since when it was granted, or when it joined the line
     */
    record Entry(String id, String owner, Mode mode, Set<String> claims, long token, Instant since, Instant leaseEnds) {
        public boolean held() {
            return token > 0;
        }
    }
}
