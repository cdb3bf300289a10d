package io.jenkins.plugins.releasetrain.engine.progress;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * How far rollouts and copies of this process are; other controllers' work is not known here, and nothing of it is stored.
 * Thread safe.
 */
public final class Live implements CopyProgress {
    private static final int IMAGES = 20_000;

    private final Clock clock;
    private final Map<String, Rollouts> rollouts = new ConcurrentHashMap<>();
    private final Map<String, Delivery> deliveries = new ConcurrentSkipListMap<>();
    private final Map<Digest, Bytes> copies = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Bytes> eldest) {
            return size() > IMAGES;
        }
    };

    /**
     * A wait for rollouts.
     *
     * @param waitingFor the reason of one that is not complete; empty where none is known
     * @param at when this was seen
     */
    public record Rollouts(int ready, int total, String waitingFor, Instant at) {}

    /** Copied, and to be copied altogether. */
    public record Bytes(long copied, long total) {
        private Bytes plus(Bytes o) {
            return new Bytes(copied + o.copied, total + o.total);
        }
    }

    /**
     * How a webhook goes.
     *
     * @param origin of its URL
     * @param state DELIVERING, RETRYING or PARKED
     * @param failures attempts in a row that failed, the last one for this reason
     */
    public record Delivery(
            String name,
            String origin,
            String state,
            int failures,
            String reason,
            Optional<Instant> next,
            Optional<Instant> delivered) {}

    public Live(Clock clock) {
        this.clock = clock;
    }

    /** To be told of the rollouts in an environment. */
    public Cluster.Progress in(String environment) {
        return new Cluster.Progress() {
            @Override
            public void ready(int ready, int total) {
                rollouts.put(environment, new Rollouts(ready, total, "", clock.instant()));
            }

            @Override
            public void waitingFor(Cluster.Blocker first) {
                rollouts.computeIfPresent(
                        environment, (e, r) -> new Rollouts(r.ready(), r.total(), first.toString(), clock.instant()));
            }
        };
    }

    /** The rollouts that an environment waits for, or waited for last. */
    public Optional<Rollouts> rollouts(String environment) {
        return Optional.ofNullable(rollouts.get(environment));
    }

    /** @return what was known of this webhook before */
    public Optional<Delivery> delivery(Delivery newest) {
        return Optional.ofNullable(deliveries.put(newest.name(), newest));
    }

    /** Others are configured now. */
    public void forgetDeliveries() {
        deliveries.clear();
    }

    /** By name. */
    public List<Delivery> deliveries() {
        return List.copyOf(deliveries.values());
    }

    @Override
    public void planned(Digest image, long bytes) {
        add(image, new Bytes(0, bytes));
    }

    @Override
    public void copied(Digest image, long bytes) {
        add(image, new Bytes(bytes, 0));
    }

    private void add(Digest image, Bytes more) {
        synchronized (copies) {
            copies.merge(image, more, Bytes::plus);
        }
    }

    /** How far the copies of these images are; empty where none of them was copied. */
    public Optional<Bytes> copies(Collection<Digest> images) {
        synchronized (copies) {
            return images.stream()
                    .distinct()
                    .map(copies::get)
                    .filter(c -> c != null && c.total() > 0)
                    // what a registry lost meanwhile is copied twice
                    .map(c -> new Bytes(Math.max(0, Math.min(c.copied(), c.total())), c.total()))
                    .reduce(Bytes::plus);
        }
    }
}
