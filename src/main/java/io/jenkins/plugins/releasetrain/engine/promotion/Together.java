package io.jenkins.plugins.releasetrain.engine.promotion;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Work that is done side by side, by a few threads of an executor and the calling one. After a failure nothing more is
 * begun; what is under way is waited for, so that nothing goes on behind the back of who tries again.
 */
final class Together<T> {
    private final Queue<T> left;
    private final Consumer<T> work;
    private final CountDownLatch open;
    private Throwable worst;

    private Together(Collection<T> elements, Consumer<T> work) {
        this.left = new ConcurrentLinkedQueue<>(elements);
        this.work = work;
        this.open = new CountDownLatch(elements.size());
    }

    /** @throws RuntimeException a failure that trying again cannot help, else the first one */
    static <T> void each(Collection<T> elements, int width, Executor executor, Consumer<T> work) {
        Together<T> together = new Together<>(elements, work);
        try {
            for (int helpers = Math.min(width, elements.size()) - 1; helpers > 0; helpers--) {
                executor.execute(together::help);
            }
        } catch (RejectedExecutionException e) {
            // The caller does it alone: an executor that is shutting down or full only makes it slower.
        }
        together.help();
        together.finish();
    }

    private void help() {
        for (T element = left.poll(); element != null; element = left.poll()) {
            try {
                if (goesWell()) {
                    work.accept(element);
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            } finally {
                open.countDown();
            }
        }
    }

    private synchronized boolean goesWell() {
        return worst == null;
    }

    private synchronized void fail(Throwable next) {
        if (worst == null || Failures.isRetryable(worst) && !Failures.isRetryable(next)) {
            worst = next;
        }
    }

    private void finish() {
        boolean interrupted = false;
        while (true) {
            try {
                open.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (worst instanceof Error error) {
                throw error;
            }
            if (worst != null) {
                throw (RuntimeException) worst;
            }
        }
    }
}
