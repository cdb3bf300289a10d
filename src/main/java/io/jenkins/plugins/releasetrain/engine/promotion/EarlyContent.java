package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * While images are tried, copies their content to the production registry, without any tag, so that their promotion is tags
 * only (design §5.8). One image at a time over all trains and lanes, in the background; nothing waits for it, and a failure
 * only means that the promotion has more to copy (I11). Thread safe.
 */
public final class EarlyContent {
    private static final Logger LOGGER = Logger.getLogger(EarlyContent.class.getName());
    private static final int MOST_REMEMBERED = 1_000;

    private final Store store;
    private final ImageCopier copier;
    private final Executor executor;
    private final Deque<Job> waiting = new ArrayDeque<>();
    private Optional<Job> underWay = Optional.empty();
    private Thread worker;

    /** @param attempt trial or lane that tries the image */
    private record Job(String attempt, Registries registries, Image image) {}

    EarlyContent(Store store, ImageCopier copier, Executor executor) {
        this.store = store;
        this.copier = copier;
        this.executor = executor;
    }

    /** To be told of the events of one train, or of the lanes of one environment. */
    public Consumer<Event> following(Registries registries, Supplier<Catalog> catalog) {
        Map<String, Map<String, PinnedImage>> lanes = new LinkedHashMap<>();
        return event -> {
            if (event instanceof Event.TrialStarted e && !e.testRelease()) {
                later(e.trial(), registries, catalog, () -> changed(e.changes()));
            } else if (event instanceof Event.LaneQueued e) {
                synchronized (lanes) {
                    if (lanes.size() < MOST_REMEMBERED) {
                        lanes.put(e.lane(), e.candidates());
                    }
                }
            } else if (event instanceof Event.LaneInstalled e) {
                synchronized (lanes) {
                    Map<String, PinnedImage> candidates = lanes.getOrDefault(e.lane(), Map.of());
                    later(e.lane(), registries, catalog, () -> candidates);
                }
            } else if (event instanceof Event.TrialEnded e && e.verdict() != Verdict.PASSED) {
                cancel(e.trial());
            } else if (event instanceof Event.LaneEnded e) {
                synchronized (lanes) {
                    lanes.remove(e.lane());
                }
                cancel(e.lane());
            }
        };
    }

    private Map<String, PinnedImage> changed(List<String> changes) {
        Map<String, PinnedImage> images = new LinkedHashMap<>();
        changes.forEach(id -> store.change(id)
                .map(c -> c.queued().change())
                .filter(change -> change.promote())
                .ifPresent(change -> images.putAll(change.images())));
        return images;
    }

    private void later(
            String attempt,
            Registries registries,
            Supplier<Catalog> catalog,
            Supplier<Map<String, PinnedImage>> images) {
        run(() -> {
            List<Image> found = new ArrayList<>();
            images.get()
                    .forEach((service, image) -> found.add(new Image(
                            catalog.get().service(service).devRepository(), image.digest(), image.repository())));
            copy(attempt, registries, found);
        });
    }

    /**
     * Copies content in the background, after what waits already.
     *
     * @param attempt by which it can be cancelled
     */
    public void copy(String attempt, Registries registries, Collection<Image> images) {
        synchronized (this) {
            images.forEach(image -> waiting.add(new Job(attempt, registries, image)));
            if (worker != null || waiting.isEmpty()) {
                return;
            }
        }
        run(this::work);
    }

    /** Nobody wants the content of these images any more, as far as this attempt goes. */
    public synchronized void cancel(String attempt) {
        waiting.removeIf(job -> job.attempt().equals(attempt));
        if (underWay.filter(job -> job.attempt().equals(attempt)).isPresent()) {
            worker.interrupt();
        }
    }

    private void run(Runnable work) {
        try {
            executor.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    LOGGER.log(Level.FINE, "Content was not copied early", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOGGER.log(Level.FINE, "Nothing is copied early: this process ends", e);
        }
    }

    private void work() {
        synchronized (this) {
            if (worker != null) {
                return;
            }
            worker = Thread.currentThread();
        }
        try {
            for (Optional<Job> job = next(); job.isPresent(); job = next()) {
                bring(job.get());
            }
        } finally {
            end();
        }
    }

    /** An interrupt that was meant for a job does not reach the next one. */
    private synchronized Optional<Job> next() {
        if (Thread.interrupted()) {
            LOGGER.fine("An early copy was cancelled");
        }
        underWay = Optional.ofNullable(waiting.poll());
        if (underWay.isEmpty()) {
            worker = null;
        }
        return underWay;
    }

    private synchronized void end() {
        if (worker == Thread.currentThread()) {
            worker = null;
            underWay = Optional.empty();
        }
    }

    private void bring(Job job) {
        try {
            Registries registries = job.registries();
            copier.carryOut(
                    copier.plan(registries.dev(), registries.production(), List.of(job.image()))
                            .contentOnly(),
                    registries.dev(),
                    registries.production(),
                    CopyProgress.NONE);
        } catch (RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Content of " + job.image() + " was not copied early");
        }
    }
}
