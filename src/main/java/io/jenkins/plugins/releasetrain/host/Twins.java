package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;

/**
 * Notices another controller of the same identity at the same store, as a copy of JENKINS_HOME is: each would take the other's
 * builds for its own dead ones. Whoever came later stays quiet.
 */
final class Twins {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);
    /** Of a controller that is gone, so long its identity is not free for another place. */
    private static final Duration CLAIM = Duration.ofMinutes(2);

    private final Supplier<Store> store;
    private final Supplier<String> identity;
    private final Supplier<String> place;
    private final Clock clock;
    private Instant next = Instant.MIN;
    private volatile String trouble = "";

    /**
     * @param identity of this controller among all that share the store
     * @param place where it runs: the same after a restart, another one for a copy
     */
    Twins(Supplier<Store> store, Supplier<String> identity, Supplier<String> place, Clock clock) {
        this.store = store;
        this.identity = identity;
        this.place = place;
        this.clock = clock;
    }

    /** Whether another one goes on under this identity; looks now and then only. */
    synchronized boolean isAnotherOneActive() {
        Instant now = clock.instant();
        if (!now.isBefore(next)) {
            try {
                told(store.get().claim("controller/" + identity.get(), place.get(), now, now.plus(CLAIM)));
                next = now.plus(BETWEEN_LOOKS);
            } catch (EngineException e) {
                // Nobody does anything without a store; it is looked at again before anybody does.
                ReleaseService.LOGGER.log(
                        Level.FINE, "It cannot be told whether there is another controller like this", e);
            }
        }
        return !trouble.isEmpty();
    }

    /** Gives the identity back, as for a container that is made anew under another name. */
    synchronized void leave() {
        Instant now = clock.instant();
        try {
            store.get().claim("controller/" + identity.get(), place.get(), now, now.minus(BETWEEN_LOOKS));
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.FINE, "Whoever comes next waits for its identity", e);
        }
        next = Instant.MAX;
    }

    private void told(boolean alone) {
        String before = trouble;
        trouble = alone
                ? ""
                : "Another Jenkins with the identity of this one uses the same store of Release Train, as a copy of"
                        + " JENKINS_HOME does. This one drives no trains and no lanes. If it is a copy, give it a store"
                        + " of its own under Manage Jenkins » Release Train; if the other one is, stop that one, and"
                        + " this one goes on within "
                        + CLAIM.toMinutes() + " minutes.";
        if (!trouble.equals(before)) {
            ReleaseService.LOGGER.warning(alone ? "This controller is alone again, and goes on" : trouble);
        }
    }

    /** For administrators; empty where there is none. Asks nobody. */
    Optional<String> trouble() {
        return Optional.of(trouble).filter(t -> !t.isEmpty());
    }
}
