package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reconciles keys on a thread of its own, as a controller's work queue does: now, later, and again after a failure that
 * another writer or a restarting API server explains. Any other failure is kept and thrown by {@link #close()}.
 */
final class ReconcileLoop implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(50);

    private final DelayQueue<Due> queue = new DelayQueue<>();
    private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    private final Consumer<String> reconcile;
    private final Thread thread;

    ReconcileLoop(String name, Consumer<String> reconcile) {
        this.reconcile = reconcile;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    void add(String key) {
        add(key, Duration.ZERO);
    }

    void add(String key, Duration delay) {
        queue.add(new Due(key, System.nanoTime() + delay.toNanos()));
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            String key;
            try {
                key = queue.take().key;
            } catch (InterruptedException e) {
                return;
            }
            String taken = key;
            // Many events of one object ask for one look at it.
            queue.removeIf(d -> d.key.equals(taken) && d.getDelay(TimeUnit.NANOSECONDS) <= 0);
            try {
                reconcile.accept(key);
            } catch (KubernetesClientException e) {
                failed(key, e);
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
    }

    private void failed(String key, KubernetesClientException e) {
        int code = e.getCode();
        if (Thread.currentThread().isInterrupted()) {
            return;
        }
        if (code == 0 || code == 409 || code == 404 || code == 422 || code >= 500) {
            add(key, RETRY);
        } else {
            failures.add(e);
        }
    }

    /** @throws IllegalStateException where something failed that no retry helps against */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<RuntimeException> all = new ArrayList<>(failures);
        if (!all.isEmpty()) {
            IllegalStateException failure = new IllegalStateException(thread.getName() + " failed", all.get(0));
            all.subList(1, all.size()).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private record Due(String key, long nanos) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(nanos - ((Due) other).nanos, 0);
        }
    }
}
