package io.jenkins.plugins.releasetrain.engine.cluster;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Runs the same for many, a few at a time; the calling thread works too, so that a busy executor delays nothing. */
final class Parallel {
    private static final int WIDTH = 8;

    private Parallel() {}

    /** Stops at the first failure and throws it, once what was under way has ended. */
    static <T> void forEach(Executor executor, Collection<T> items, Consumer<T> task) {
        Queue<T> queue = new ConcurrentLinkedQueue<>(items);
        AtomicReference<RuntimeException> failure = new AtomicReference<>();
        Phaser working = new Phaser(1);
        for (int i = 1; i < Math.min(WIDTH, items.size()); i++) {
            executor.execute(() -> {
                // A helper that starts when all is done finds the phaser terminated and an empty queue.
                if (working.register() >= 0) {
                    try {
                        drain(queue, failure, task);
                    } finally {
                        working.arriveAndDeregister();
                    }
                }
            });
        }
        drain(queue, failure, task);
        working.awaitAdvance(working.arriveAndDeregister());
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private static <T> void drain(Queue<T> queue, AtomicReference<RuntimeException> failure, Consumer<T> task) {
        for (T item = queue.poll(); item != null && failure.get() == null; item = queue.poll()) {
            try {
                task.accept(item);
            } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
            }
        }
    }
}
