package io.jenkins.plugins.releasetrain.engine.promotion;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Who was to leave when its release was made already, until that is decided; in memory, since whoever withdraws asks until then. */
public final class Withdrawn {
    private final Map<String, String> reasons = new ConcurrentHashMap<>();

    /**
     * @param reason who says so, and why
     * @param decided whose end is known, so that nobody asks for them any more
     */
    public void add(String id, String reason, Predicate<String> decided) {
        reasons.keySet().removeIf(decided);
        reasons.put(id, reason);
    }

    public Optional<String> reason(String id) {
        return Optional.ofNullable(reasons.get(id));
    }
}
