package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * Threads for one piece of work, which end with it. Blocking requests from a bounded number of threads are the fastest
 * way through the JDK's client; the benchmark {@code resolve} measures it.
 */
final class Workers {
    private final int most;
    private final String name;

    Workers(int most, String name) {
        this.most = most;
        this.name = name;
    }

    /** Applies a function to every distinct element; those without an answer have no entry. Ends at the first failure. */
    <T, R> Map<T, R> map(Collection<T> elements, Function<T, Optional<R>> function) {
        Queue<T> left = new ConcurrentLinkedQueue<>(new LinkedHashSet<>(elements));
        Map<T, R> answers = new ConcurrentHashMap<>();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = Math.min(most, left.size()); i > 0; i--) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            for (T e = left.poll(); e != null && failures.isEmpty(); e = left.poll()) {
                                T element = e;
                                function.apply(element).ifPresent(answer -> answers.put(element, answer));
                            }
                        } catch (RuntimeException | Error e) {
                            // Also an Error: an element that was not looked at must not pass for one without answer.
                            failures.add(e);
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        join(threads);
        if (failures.peek() instanceof Error error) {
            throw error;
        }
        if (failures.peek() instanceof RuntimeException failure) {
            throw failure;
        }
        return answers;
    }

    private static void join(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new EngineException(FailureKind.UNAVAILABLE, "Resolving tags was interrupted.", e);
        }
    }
}
