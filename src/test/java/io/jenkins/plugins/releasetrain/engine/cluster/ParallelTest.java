package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParallelTest {
    private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

    @Test
    void shouldDoEverythingOnceEvenIfTheExecutorNeverGetsToIt() {
        Set<Integer> done = ConcurrentHashMap.newKeySet();
        Parallel.forEach(task -> {}, HUNDRED, done::add);
        assertThat(done).containsExactlyInAnyOrderElementsOf(HUNDRED);
    }

    @Test
    void shouldDoEightAtATimeAndNoMore() {
        ExecutorService executor = Executors.newCachedThreadPool();
        CyclicBarrier eight = new CyclicBarrier(8);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try {
            Parallel.forEach(executor, HUNDRED.subList(0, 96), i -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                meet(eight);
                inside.decrementAndGet();
            });
        } finally {
            executor.shutdownNow();
        }
        assertThat(most).hasValue(8);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldStopAtTheFirstFailureAndThrowIt() {
        Set<Integer> tried = ConcurrentHashMap.newKeySet();
        assertThatThrownBy(() -> Parallel.forEach(Runnable::run, HUNDRED, i -> {
                    tried.add(i);
                    if (i == 3) {
                        throw new IllegalStateException("third");
                    }
                }))
                .hasMessage("third");
        assertThat(tried).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void shouldDoNothingForNothing() {
        Parallel.forEach(Runnable::run, List.of(), i -> {
            throw new AssertionError("nothing to do");
        });
    }
}
