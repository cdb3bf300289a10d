package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What environments ask for, as it was seen when somebody looked last. Looks in the background while anybody wants to know,
 * at most once a minute, and once at a time, into each. Thread safe.
 */
public final class Sightings {
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final Executor executor;
    private final Clock clock;
    private final Map<String, Sighting> seen = new ConcurrentHashMap<>();
    private final Map<String, Instant> looked = new ConcurrentHashMap<>();
    private final Set<String> looking = ConcurrentHashMap.newKeySet();

    /**
     * What was seen.
     *
     * @param images by service, of those that were looked for
     */
    public record Sighting(Instant at, SortedMap<String, ImageReference> images) {}

    /** @param executor for what takes as long as a cluster takes to answer */
    public Sightings(Executor executor, Clock clock) {
        this.executor = executor;
        this.clock = clock;
    }

    /** What was seen last; empty where nobody could look so far. */
    public Optional<Sighting> of(Environment environment, Collection<Service> services) {
        String name = environment.name();
        Instant before = looked.get(name);
        boolean old = before == null || !clock.instant().isBefore(before.plus(AGAIN));
        if (old && looking.add(name)) {
            try {
                executor.execute(() -> look(environment, services));
            } catch (RejectedExecutionException e) {
                looking.remove(name);
            }
        }
        return Optional.ofNullable(seen.get(name));
    }

    /** What cannot be seen is not told; whoever installs there says why. */
    private void look(Environment environment, Collection<Service> services) {
        String name = environment.name();
        Instant at = clock.instant();
        try {
            seen.put(name, new Sighting(at, environment.cluster().installed(services)));
        } catch (EngineException e) {
            seen.remove(name);
        } finally {
            looked.put(name, at);
            looking.remove(name);
        }
    }
}
