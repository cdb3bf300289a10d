package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Copies from one {@link HttpRegistry} to another: a plan is made of what is missing; blobs are mounted where the target
 * registry holds them in some repository, else streamed without touching the disk; children before their index. Thread
 * safe; one copier for all copies makes the bounds per host and the memory of known blobs work.
 */
public final class HttpImageCopier implements ImageCopier {
    private static final int MOST_KNOWN_BLOBS = 50_000;
    private static final int MOST_HELPERS = 32;
    private static final int LOCKS = 256;

    private final CopySettings settings;
    private final Executor helpers;
    private final CopyProgress progress;
    private final KnownBlobs known = new KnownBlobs(MOST_KNOWN_BLOBS, Clock.systemUTC());
    private final Expiry expiry = new Expiry();
    private final Map<String, Semaphore> permits = new ConcurrentHashMap<>();
    private final ReentrantLock[] locks =
            IntStream.range(0, LOCKS).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    /** @param executor lends threads, a few at once over all copies; the calling thread always works too */
    public HttpImageCopier(CopySettings settings, Executor executor) {
        this(settings, executor, CopyProgress.NONE);
    }

    /** @param progress told of all copies */
    public HttpImageCopier(CopySettings settings, Executor executor, CopyProgress progress) {
        this.settings = settings;
        this.helpers = Crew.atMost(new Semaphore(MOST_HELPERS), executor);
        this.progress = progress;
    }

    @Override
    public Report copy(
            Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository) {
        CopyPlan plan = plan(source, target, List.of(new Image(sourceRepository, digest, targetRepository)));
        return carryOut(plan, source, target, CopyProgress.NONE);
    }

    @Override
    public Report copyAgain(
            Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository) {
        CopyPlan whole = new Survey(this, http(source), http(target))
                .whole(new Image(sourceRepository, digest, targetRepository));
        whole.blobs()
                .forEach(blob -> known.forget(target.host(), blob.descriptor().digest()));
        return carryOut(whole, source, target, CopyProgress.NONE);
    }

    @Override
    public CopyPlan plan(Registry source, Registry target, Collection<Image> images) {
        return new Survey(this, http(source), http(target)).plan(images);
    }

    @Override
    public Report carryOut(CopyPlan plan, Registry source, Registry target, CopyProgress also) {
        return new Transfer(this, http(source), http(target), progress.and(also)).run(plan);
    }

    Expiry expiry() {
        return expiry;
    }

    CopySettings settings() {
        return settings;
    }

    KnownBlobs known() {
        return known;
    }

    /** Works through jobs with as many threads as a registry takes requests. */
    <T> void together(HttpRegistry registry, Collection<T> jobs, Consumer<T> work) {
        together(registry, jobs, Integer.MAX_VALUE, work);
    }

    /** @param most threads, the calling one included */
    <T> void together(HttpRegistry registry, Collection<T> jobs, int most, Consumer<T> work) {
        int requests = registry.transport().settings().limits().concurrentRequests();
        new Crew<>(jobs, work).run(helpers, Math.min(most, requests));
    }

    /** Two copies that need the same blob at the same registry: one streams it, the other mounts it then. */
    void exclusively(String host, Digest digest, Runnable work) throws InterruptedException {
        ReentrantLock lock = locks[Math.floorMod(31 * host.hashCode() + digest.hashCode(), LOCKS)];
        lock.lockInterruptibly();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    /** Holds a place at both hosts while it works; always taken in the same order, so that nobody waits in a ring. */
    void transfer(HttpRegistry one, HttpRegistry other, Runnable work) throws InterruptedException {
        boolean ordered = one.host().compareTo(other.host()) <= 0;
        Semaphore first = permits(ordered ? one : other);
        Semaphore second = permits(ordered ? other : one);
        first.acquire();
        try {
            if (second != first) {
                second.acquire();
            }
            try {
                work.run();
            } finally {
                if (second != first) {
                    second.release();
                }
            }
        } finally {
            first.release();
        }
    }

    private Semaphore permits(HttpRegistry registry) {
        int most = registry.transport().settings().limits().transfers();
        return permits.computeIfAbsent(
                registry.host() + " " + most, h -> new Semaphore(Math.min(most, settings.transfersPerHost())));
    }

    private static HttpRegistry http(Registry registry) {
        if (registry instanceof HttpRegistry http) {
            return http;
        }
        throw new EngineException(
                FailureKind.UNSUPPORTED,
                "Cannot copy images from or to " + registry.host() + ": it is not reached over HTTP. Configure it as an"
                        + " OCI registry.");
    }
}
