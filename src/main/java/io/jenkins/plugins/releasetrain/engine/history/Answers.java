package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Keeps readers from loading the database that trains need: however many pages are open, each answer is made once for all of
 * them until something happens, and only so many are made at a time.
 */
public final class Answers {
    /** What other controllers do is seen that late; what happens here is seen at once. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private static final int KEPT = 500;

    private final Clock clock;
    private final Semaphore readers;
    private final Duration patience;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    /** One reader makes it, the others wait for it, and share its failure. */
    private static final class Entry {
        private final ReentrantLock lock = new ReentrantLock();
        private Answer answer;
        private Instant made;
        private EngineException failure;
        private Instant failed = Instant.MIN;
    }

    /**
     * @param readers that may ask the database at a time
     * @param patience how long one waits for that, or for another reader's answer, before it is told to come again
     */
    public Answers(Clock clock, int readers, Duration patience) {
        this.clock = clock;
        this.readers = new Semaphore(readers);
        this.patience = patience;
    }

    /** Something happened: what is asked from now on is made anew. */
    public void forget() {
        entries.clear();
    }

    /** @throws EngineException UNAVAILABLE where too many ask at once */
    public Answer get(String key, Supplier<Answer> work) {
        if (entries.size() > KEPT) {
            entries.clear();
        }
        Entry entry = entries.computeIfAbsent(key, k -> new Entry());
        Instant asked = clock.instant();
        if (!entry.lock.tryLock() && !waited(entry.lock)) {
            throw new EngineException(FailureKind.UNAVAILABLE, "It takes too long to be read; ask again in a moment");
        }
        try {
            return answer(entry, asked, work);
        } finally {
            entry.lock.unlock();
        }
    }

    private boolean waited(ReentrantLock lock) {
        try {
            return lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Answer answer(Entry entry, Instant asked, Supplier<Answer> work) {
        if (entry.failed.isAfter(asked)) {
            throw entry.failure;
        }
        if (entry.answer == null || !clock.instant().isBefore(entry.made.plus(FRESH))) {
            try {
                entry.answer = make(work);
            } catch (EngineException e) {
                entry.failure = e;
                entry.failed = clock.instant();
                throw e;
            }
            entry.made = clock.instant();
        }
        return entry.answer;
    }

    private Answer make(Supplier<Answer> work) {
        boolean may = false;
        try {
            may = readers.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (!may) {
                throw new EngineException(FailureKind.UNAVAILABLE, "Too many ask at once; ask again in a moment");
            }
            return work.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(FailureKind.UNAVAILABLE, "Interrupted; ask again", e);
        } finally {
            if (may) {
                readers.release();
            }
        }
    }
}
