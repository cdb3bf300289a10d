package io.jenkins.plugins.releasetrain.engine.progress;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Standing;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionProgress;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * How far rollouts, tests and copies of this process are, and what its trains and lanes wait for; other controllers' work
 * is not known here, and nothing of it is stored. Thread safe.
 */
public final class Live implements CopyProgress {
    private static final int IMAGES = 20_000;
    private static final int TRIALS = 1_000;
    /** Whoever waits asks again more often. */
    private static final Duration LATELY = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<Place, Rollouts> rollouts = atMost(TRIALS);
    private final Map<String, Tests> tests = atMost(TRIALS);
    private final Map<String, Line> lines = new ConcurrentSkipListMap<>();
    private final Map<Waiter, Wait> waits = atMost(TRIALS);
    private final Map<String, List<String>> trouble = atMost(TRIALS);
    private final Map<String, Delivery> deliveries = new ConcurrentSkipListMap<>();
    private final Map<Digest, Bytes> copies = atMost(IMAGES);

    private final Map<String, Promoting> promotions = new ConcurrentSkipListMap<>();
    /** Of trains and lanes, by release. */
    private final Map<String, LivePromotion> releases = new ConcurrentSkipListMap<>();

    /**
     * A promotion that a build ordered and that is under way.
     *
     * @param since when this process began or went on with it
     */
    public record Promoting(Event.PromotionOrdered order, Instant since, LivePromotion progress) {}

    private record Place(String environment, Set<String> services) {}

    private record Waiter(String id, String environment) {}

    /**
     * A wait for rollouts.
     *
     * @param waitingFor the reason of one that is not complete; empty where none is known
     * @param at when this was seen
     */
    public record Rollouts(int ready, int total, String waitingFor, Instant at) {}

    /**
     * Results of a trial's tests, as far as they are recorded.
     *
     * @param at when they became these
     */
    public record Tests(int passed, int failed, int skipped, Instant at) {}

    /**
     * Why a train or a lane does not go on in an environment, in words.
     *
     * @param since when it is for this reason
     */
    public record Wait(String environment, String why, Instant since) {}

    /**
     * Who holds an environment, and who waits for it, in order.
     *
     * @param at when this was seen
     */
    public record Line(String environment, Instant at, List<Standing> standings) {}

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

    /** To be told of one wait for the rollouts of these services in an environment. */
    public Cluster.Progress in(String environment, Set<String> services) {
        Place place = new Place(environment, Set.copyOf(services));
        return new Cluster.Progress() {
            @Override
            public void ready(int ready, int total) {
                rollouts.put(place, new Rollouts(ready, total, "", clock.instant()));
            }

            @Override
            public void waitingFor(Cluster.Blocker first) {
                rollouts.computeIfPresent(
                        place, (e, r) -> new Rollouts(r.ready(), r.total(), first.toString(), clock.instant()));
            }
        };
    }

    /** The rollouts that an environment waits for, or waited for last. */
    public Optional<Rollouts> rollouts(String environment) {
        synchronized (rollouts) {
            return rollouts.entrySet().stream()
                    .filter(e -> e.getKey().environment().equals(environment))
                    .map(Map.Entry::getValue)
                    .max(Comparator.comparing(Rollouts::at));
        }
    }

    /** Those of these very services. */
    public Optional<Rollouts> rollouts(String environment, Set<String> services) {
        return Optional.ofNullable(rollouts.get(new Place(environment, services)));
    }

    /** @param trial id of a trial, or of a lane's attempt */
    public void tested(String trial, int passed, int failed, int skipped) {
        tests.compute(
                trial,
                (t, before) -> before != null
                                && before.passed() == passed
                                && before.failed() == failed
                                && before.skipped() == skipped
                        ? before
                        : new Tests(passed, failed, skipped, clock.instant()));
    }

    public Optional<Tests> tests(String trial) {
        return Optional.ofNullable(tests.get(trial));
    }

    /** What is not as it should be where a trial, or a lane's attempt, changes nothing. */
    public void trouble(String trial, List<String> seen) {
        trouble.put(trial, List.copyOf(seen));
    }

    public List<String> trouble(String trial) {
        return trouble.getOrDefault(trial, List.of());
    }

    /**
     * @param who name of a train, or id of a lane
     * @param why empty: it goes on
     */
    public void waits(String who, String environment, String why) {
        waits.compute(new Waiter(who, environment), (w, before) -> {
            if (why.isEmpty()) {
                return null;
            }
            return before != null && before.why().equals(why) ? before : new Wait(environment, why, clock.instant());
        });
    }

    /** What somebody waits for, by environment; nothing where he does not, or another controller knows. */
    public List<Wait> waits(String who) {
        synchronized (waits) {
            return waits.entrySet().stream()
                    .filter(e -> e.getKey().id().equals(who))
                    .map(Map.Entry::getValue)
                    .sorted(Comparator.comparing(Wait::environment))
                    .toList();
        }
    }

    /** Who holds an environment and who waits for it, as somebody of this process saw it just now. */
    public void line(String environment, List<Standing> standings) {
        lines.put(environment, new Line(environment, clock.instant(), standings));
    }

    /** Where somebody waits, by environment; nothing of what nobody of this process looked at lately. */
    public List<Line> lines() {
        Instant lately = clock.instant().minus(LATELY);
        return lines.values().stream()
                .filter(line ->
                        line.at().isAfter(lately) && line.standings().stream().anyMatch(s -> s.position() > 0))
                .toList();
    }

    /**
     * A promotion begins, or goes on.
     *
     * @param notes told what is worth a line in a log
     * @return to be told how far it is
     */
    public LivePromotion promoting(Event.PromotionOrdered order, Consumer<String> notes) {
        LivePromotion progress = new LivePromotion(clock, notes);
        promotions.put(order.promotion(), new Promoting(order, clock.instant(), progress));
        return progress;
    }

    /** A promotion ended, or waits to be tried again. */
    public void promotingNoMore(String promotion) {
        promotions.remove(promotion);
    }

    public Optional<LivePromotion> promotion(String id) {
        return Optional.ofNullable(promotions.get(id)).map(Promoting::progress);
    }

    /**
     * The promotion of a release begins, or goes on.
     *
     * @param log told how far it is, and what is worth a line of its own
     */
    public PromotionProgress releasing(String release, Consumer<String> log) {
        LivePromotion progress = new LivePromotion(clock, log);
        releases.put(release, progress);
        return new ProgressLines(progress, clock, log, () -> releases.remove(release, progress));
    }

    /** How far the promotion of a release is; empty where this process does not work on it. */
    public Optional<LivePromotion> release(String release) {
        return Optional.ofNullable(releases.get(release));
    }

    /** Those of builds, not of trains and lanes, by id. */
    public List<Promoting> promotions() {
        return List.copyOf(promotions.values());
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

    /** Forgets what came first. */
    private static <K, V> Map<K, V> atMost(int entries) {
        return Collections.synchronizedMap(new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > entries;
            }
        });
    }
}
