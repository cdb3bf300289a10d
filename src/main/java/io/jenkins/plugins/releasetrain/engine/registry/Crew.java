package io.jenkins.plugins.releasetrain.engine.registry;

import java.util.Collection;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Works through jobs together with helpers from an executor. The calling thread works too, so that it ends even if the
 * executor never has a thread to spare. At the first failure, or when the caller is interrupted, nothing more is begun,
 * what is under way is interrupted, and {@link #run} returns when it has ended.
 */
final class Crew<T> {
    private final Queue<T> left;
    private final Consumer<T> work;
    private final CountDownLatch open;
    private final Set<Thread> busy = new HashSet<>();
    private RuntimeException failure;

    Crew(Collection<T> jobs, Consumer<T> work) {
        this.left = new ConcurrentLinkedQueue<>(jobs);
        this.work = work;
        this.open = new CountDownLatch(jobs.size());
    }

    /** @param width threads, the calling one included */
    void run(Executor executor, int width) {
        try {
            for (int helpers = Math.min(width, left.size()) - 1; helpers > 0; helpers--) {
                executor.execute(this::help);
            }
        } catch (RejectedExecutionException e) {
            // The caller does it alone: an executor that is shutting down or full only makes it slower.
        }
        help();
        boolean interrupted = awaitOthers();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
    }

    private void help() {
        for (T job = left.poll(); job != null; job = left.poll()) {
            try {
                if (begin()) {
                    work.accept(job);
                }
            } catch (RuntimeException e) {
                fail(e);
            } finally {
                end();
            }
        }
    }

    private synchronized boolean begin() {
        return failure == null && busy.add(Thread.currentThread());
    }

    private synchronized void end() {
        busy.remove(Thread.currentThread());
        open.countDown();
    }

    private synchronized void fail(RuntimeException e) {
        if (failure == null) {
            failure = e;
            busy.stream().filter(t -> t != Thread.currentThread()).forEach(Thread::interrupt);
        }
    }

    private boolean awaitOthers() {
        boolean interrupted = Thread.interrupted();
        while (true) {
            try {
                open.await();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                synchronized (this) {
                    busy.forEach(Thread::interrupt);
                }
            }
        }
    }
}
