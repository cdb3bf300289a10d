package io.jenkins.plugins.releasetrain.engine.registry;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where a HEAD that says "not there" is to be believed: not before one told of something, in each project for itself, as what
 * stands before a registry may treat one otherwise than another. Thread safe.
 */
final class Heads {
    private static final Duration CERTAIN = Duration.ofHours(1);
    private static final int MOST_SEEN = 10_000;
    /** In a project and hour. */
    private static final int MOST_DOUBTS = 4;
    /** In an hour, where there are many projects. */
    private static final int MOST_DOUBTS_IN_ALL = 40;

    private final Clock clock;
    private final Set<String> telling = ConcurrentHashMap.newKeySet();
    private final Map<String, Instant> deniedUntil = new ConcurrentHashMap<>();
    private final Map<String, Integer> doubts = new HashMap<>();
    private Instant doubtsCountedUntil = Instant.MIN;
    private int doubtsInAll;

    Heads(Clock clock) {
        this.clock = clock;
    }

    private static String project(String repository) {
        return repository.substring(0, repository.lastIndexOf('/') + 1);
    }

    /** Whether what is there was seen to be denied by HEAD. */
    boolean deny(String repository) {
        return clock.instant().isBefore(deniedUntil.getOrDefault(project(repository), Instant.MIN));
    }

    void foundDenied(String repository) {
        Abilities.bound(deniedUntil);
        deniedUntil.put(project(repository), clock.instant().plus(CERTAIN));
    }

    void foundTelling(String repository) {
        if (telling.size() >= MOST_SEEN) {
            telling.clear();
        }
        telling.add(project(repository));
    }

    /** @return whether to ask once more, by GET, for what a HEAD denied */
    synchronized boolean areDoubted(String repository) {
        String project = project(repository);
        if (telling.contains(project)) {
            return false;
        }
        if (!clock.instant().isBefore(doubtsCountedUntil)) {
            doubtsCountedUntil = clock.instant().plus(CERTAIN);
            doubtsInAll = 0;
            doubts.clear();
        }
        boolean doubted = doubtsInAll < MOST_DOUBTS_IN_ALL && doubts.getOrDefault(project, 0) < MOST_DOUBTS;
        if (doubted) {
            doubtsInAll++;
            doubts.merge(project, 1, Integer::sum);
        }
        return doubted;
    }
}
