package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Postponed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Places of lanes in the environment's lock, shared where they claim few services; two that claim one exclude each other. */
final class Places {
    /** A lease is renewed when so much of it is over. */
    private static final int THIRD = 3;

    /** Names of services are up to some hundred characters; a Lease has 256 KiB, and the line's column 100,000 characters. */
    static final int MOST_CLAIMS = 500;

    private final Environment environment;
    private final Catalog catalog;
    private final Clock clock;
    /** Grants after which nobody with a lower token can change anything any more. */
    private final Set<String> stamped = ConcurrentHashMap.newKeySet();

    private final Map<String, Instant> renewed = new ConcurrentHashMap<>();

    Places(Environment environment, Catalog catalog, Clock clock) {
        this.environment = environment;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Whether who claims these has the environment for itself: thousands of names are more than a lock can hold. */
    static boolean isAlone(Set<String> claims) {
        return claims.size() > MOST_CLAIMS;
    }

    /**
     * Asks for a place, as often as it takes. Where a former holder's lease ran out, all that nobody else claims is stamped
     * first; if that fails the place is kept until its lease runs out, so that the next one is told too.
     */
    Answer ask(String id, String owner, Set<String> claims) {
        Mode mode = isAlone(claims) ? Mode.EXCLUSIVE : Mode.SHARED;
        Set<String> named = mode == Mode.EXCLUSIVE ? Set.of() : claims;
        environment
                .lock()
                .place(id)
                .filter(e -> e.mode() != mode || !e.claims().equals(named))
                .ifPresent(this::giveBack);
        Answer answer =
                environment.lock().request(new EnvironmentLock.Request(id, owner, mode, named, environment.lease()));
        if (answer instanceof Answer.Granted granted) {
            String grant = grant(id, granted.token());
            if (granted.takenOver() && !stamped.contains(grant)) {
                stamp(id, granted.token());
            }
            stamped.add(grant);
            renewed.put(id, clock.instant());
        }
        return answer;
    }

    /** It asked for something else before: it was to be alone, or the isolation was another. */
    private void giveBack(EnvironmentLock.Entry entry) {
        String grant = grant(entry.id(), entry.token());
        if (entry.held() && !stamped.contains(grant)) {
            // Whoever was granted it may have died before all was stamped.
            stamp(entry.id(), entry.token());
            stamped.add(grant);
        }
        release(entry.id(), false);
    }

    private void stamp(String id, long token) {
        environment.stamp(id, token, catalog.services().values());
    }

    /** Whether it is held still; renewed where that is due. */
    boolean keeps(String id, long token) {
        Instant now = clock.instant();
        Instant last = renewed.get(id);
        Duration third = environment.lease().dividedBy(THIRD);
        if (last != null && Postponed.waits(last.plus(third), now, third)) {
            return true;
        }
        try {
            environment.lock().renew(id, token, environment.lease());
            renewed.put(id, now);
            return true;
        } catch (EngineException e) {
            if (e.kind() != FailureKind.LOCK_LOST) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Gives a place back, or leaves the line.
     *
     * @param entered whether its lane was let in: then all was stamped that had to be
     */
    void release(String id, boolean entered) {
        // What is not there any more ran out, which the next one is to be told.
        boolean may = entered
                || environment.lock().entries().stream()
                        .anyMatch(e -> e.id().equals(id) && (!e.held() || stamped.contains(grant(id, e.token()))));
        if (may) {
            environment.lock().release(id);
        }
        stamped.removeIf(grant -> grant.startsWith(id + "@"));
        renewed.remove(id);
    }

    private static String grant(String id, long token) {
        return id + "@" + token;
    }
}
