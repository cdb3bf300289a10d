package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Copies from one {@link HttpRegistry} to another: an image that is there costs one request; blobs are mounted where the
 * target registry holds them in some repository, else streamed without touching the disk; children before their index.
 * Thread safe; one copier for all copies makes the bounds per host and the memory of known blobs work.
 */
public final class HttpImageCopier implements ImageCopier {
    private static final int MOST_KNOWN_BLOBS = 50_000;
    private static final int LOCKS = 256;

    private final CopySettings settings;
    private final Executor executor;
    private final CopyProgress progress;
    private final KnownBlobs known = new KnownBlobs(MOST_KNOWN_BLOBS);
    private final Map<String, Semaphore> permits = new ConcurrentHashMap<>();
    private final ReentrantLock[] locks =
            IntStream.range(0, LOCKS).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    /** @param executor lends threads for blobs in parallel; the calling thread always works too */
    public HttpImageCopier(CopySettings settings, Executor executor) {
        this(settings, executor, CopyProgress.NONE);
    }

    /** @param progress told of all copies */
    public HttpImageCopier(CopySettings settings, Executor executor, CopyProgress progress) {
        this.settings = settings;
        this.executor = executor;
        this.progress = progress;
    }

    @Override
    public Report copy(
            Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository) {
        ImageReference.checkRepository(sourceRepository);
        ImageReference.checkRepository(targetRepository);
        Place from = new Place(http(source), sourceRepository);
        return new ImageCopy(this, from, new Place(http(target), targetRepository), digest).run();
    }

    /** A repository of a registry. */
    record Place(HttpRegistry registry, String repository) {
        String host() {
            return registry.host();
        }

        @Override
        public String toString() {
            return host() + "/" + repository;
        }
    }

    CopySettings settings() {
        return settings;
    }

    Executor executor() {
        return executor;
    }

    CopyProgress progress() {
        return progress;
    }

    KnownBlobs known() {
        return known;
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
    void transfer(String one, String other, Runnable work) throws InterruptedException {
        Semaphore first = permits(one.compareTo(other) <= 0 ? one : other);
        Semaphore second = permits(one.compareTo(other) <= 0 ? other : one);
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

    private Semaphore permits(String host) {
        return permits.computeIfAbsent(host, h -> new Semaphore(settings.transfersPerHost()));
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
