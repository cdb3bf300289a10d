package io.jenkins.plugins.releasetrain.engine.image;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.store.ImageRecord;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads in the background what images say of themselves, newest first, two at a time per registry, through its host's gate.
 * What cannot be read is tried again after an hour and after a day, and then given up; a restart tries anew. Nothing waits
 * for it (I11).
 */
public final class Describer {
    private static final int AT_ONCE = 2;
    private static final int PAGE = 200;
    private static final int REMEMBERED = 10_000;
    private static final List<Duration> AGAIN = List.of(Duration.ofHours(1), Duration.ofDays(1));

    private final Store store;
    private final Function<ImageRecord, List<Place>> places;
    private final Executor threads;
    private final Clock clock;
    private final Consumer<Event> listener;
    private final LabelReader reader = new LabelReader();
    private final Map<String, Semaphore> hosts = new HashMap<>();
    private final Map<Digest, Failed> failed = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Failed> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Where an image may be. */
    public record Place(Registry registry, String repository) {}

    /** @param again when it may be tried; null where it is given up */
    private record Failed(int times, Instant again) {}

    /**
     * @param places where to look for an image, in this order; empty where no registry is known for it
     * @param threads two for each registry at most
     * @param listener told of every event once it is durable
     */
    public Describer(
            Store store,
            Function<ImageRecord, List<Place>> places,
            Executor threads,
            Clock clock,
            Consumer<Event> listener) {
        this.store = store;
        this.places = places;
        this.threads = threads;
        this.clock = clock;
        this.listener = listener;
    }

    /**
     * Describes what is not described yet and due, and returns when that is done; never throws for a registry's trouble.
     *
     * @return how many were described
     */
    public int run() throws InterruptedException {
        int described = 0;
        int before;
        do {
            before = described;
            List<CompletableFuture<Boolean>> all = store.undescribed(PAGE + failures()).stream()
                    .filter(this::isDue)
                    .limit(PAGE)
                    .map(this::begin)
                    .toList();
            for (CompletableFuture<Boolean> one : all) {
                described += one.join() ? 1 : 0;
            }
        } while (described > before && !Thread.currentThread().isInterrupted());
        return described;
    }

    private synchronized int failures() {
        return failed.size();
    }

    private synchronized boolean isDue(ImageRecord image) {
        Failed last = failed.get(image.digest());
        return last == null || last.again() != null && !clock.instant().isBefore(last.again());
    }

    private CompletableFuture<Boolean> begin(ImageRecord image) {
        List<Place> where = places.apply(image);
        if (where.isEmpty()) {
            fail(image.digest());
            return CompletableFuture.completedFuture(false);
        }
        Semaphore turn = turn(where.get(0).registry().host());
        turn.acquireUninterruptibly();
        try {
            return CompletableFuture.supplyAsync(() -> describe(image, where), threads)
                    .whenComplete((done, e) -> turn.release())
                    .exceptionally(e -> {
                        fail(image.digest());
                        return false;
                    });
        } catch (RuntimeException e) {
            turn.release();
            fail(image.digest());
            return CompletableFuture.completedFuture(false);
        }
    }

    private synchronized Semaphore turn(String host) {
        return hosts.computeIfAbsent(host, h -> new Semaphore(AT_ONCE));
    }

    private boolean describe(ImageRecord image, List<Place> where) {
        for (Place place : where) {
            Optional<Event.ImageDescribed> read = reader.read(place.registry(), place.repository(), image.digest());
            if (read.isPresent()) {
                append(read.get());
                return true;
            }
        }
        fail(image.digest());
        return false;
    }

    private void append(Event.ImageDescribed described) {
        new ImageStream(store, described.digest(), clock, listener)
                .append(described, e -> e instanceof Event.ImageDescribed);
    }

    private synchronized void fail(Digest digest) {
        Failed last = failed.get(digest);
        int times = last == null ? 1 : last.times() + 1;
        failed.put(
                digest,
                new Failed(times, times > AGAIN.size() ? null : clock.instant().plus(AGAIN.get(times - 1))));
    }
}
