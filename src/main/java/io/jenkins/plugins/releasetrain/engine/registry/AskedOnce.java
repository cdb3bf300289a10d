package io.jenkins.plugins.releasetrain.engine.registry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Answers that are asked for once; whoever wants the same one meanwhile waits for it, and nobody else does, as he would
 * where a map computes its values. Thread safe.
 */
final class AskedOnce<K, V> {
    private final Map<K, Answer> answers = new ConcurrentHashMap<>();
    private final Function<K, V> ask;

    /** @param ask never answers null; what it throws is not remembered */
    AskedOnce(Function<K, V> ask) {
        this.ask = ask;
    }

    V of(K key) {
        return answers.computeIfAbsent(key, k -> new Answer()).of(key);
    }

    private final class Answer {
        private V value;

        private synchronized V of(K key) {
            if (value == null) {
                value = ask.apply(key);
            }
            return value;
        }
    }
}
