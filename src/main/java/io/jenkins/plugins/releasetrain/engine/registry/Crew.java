package io.jenkins.plugins.releasetrain.engine.registry;

import java.util.Collection;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Works through jobs together with helpers from an executor. The calling thread works too, so that it ends even if the
 * executor never has a thread to spare. At the first failure, or when the caller is interrupted, nothing more is begun,
 * what is under way is interrupted, and {@link #run} returns when it has ended.
 */
public final class Crew<T> {
    private final Queue<T> left;
    private final Consumer<T> work;
    private final CountDownLatch open;
    private final Set<Thread> busy = new HashSet<>();
    /** Whom this interrupted itself: nobody else wants them to stop. */
    private final Set<Thread> stopped = new HashSet<>();

    private RuntimeException failure;
    private Error error;

    public Crew(Collection<T> jobs, Consumer<T> work) {
        this.left = new ConcurrentLinkedQueue<>(jobs);
        this.work = work;
        this.open = new CountDownLatch(jobs.size());
    }

    /** Threads that end with their work. */
    public static Executor threads(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            thread.start();
        };
    }

    /** An executor that lends no more threads at once than there are permits, over all crews that use it. */
    static Executor atMost(Semaphore permits, Executor executor) {
        return work -> {
            if (!permits.tryAcquire()) {
                throw new RejectedExecutionException("All helpers are busy");
            }
            try {
                executor.execute(() -> {
                    try {
                        work.run();
                    } finally {
                        permits.release();
                    }
                });
            } catch (RejectedExecutionException e) {
                permits.release();
                throw e;
            }
        };
    }

    /** @param width threads, the calling one included */
    public void run(Executor executor, int width) {
        try {
            for (int helpers = Math.min(width, left.size()) - 1; helpers > 0; helpers--) {
                executor.execute(this::help);
            }
        } catch (RejectedExecutionException e) {
            // Those who are there do it: an executor that is shutting down or full only makes it slower.
        }
        help();
        boolean interrupted = awaitOthers();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (error != null) {
                throw error;
            }
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
                fail(e, null);
            } catch (Error e) {
                // Also an Error: a job that was not done must not pass for one that was.
                fail(null, e);
            } finally {
                end();
            }
        }
    }

    private synchronized boolean begin() {
        return failure == null && error == null && busy.add(Thread.currentThread());
    }

    private synchronized void end() {
        busy.remove(Thread.currentThread());
        if (stopped.remove(Thread.currentThread())) {
            // Ours, and it has done what it was for.
            Thread.interrupted();
        }
        open.countDown();
    }

    private synchronized void fail(RuntimeException e, Error fatal) {
        if (failure == null && error == null) {
            failure = e;
            error = fatal;
            busy.stream().filter(t -> t != Thread.currentThread()).forEach(t -> {
                // Whom somebody else interrupted before stays so.
                if (!t.isInterrupted()) {
                    stopped.add(t);
                    t.interrupt();
                }
            });
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
