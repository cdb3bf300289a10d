package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Whether values of two versions are written alike, with all that they refer to. Then nothing of them can break anybody, and
 * they need not be compared: most of a large contract is as it was.
 *
 * <p>It may say no of what is alike: where it took too many steps already, or where a reference cannot be followed. Circles
 * are taken to be alike as long as nothing in them differs.
 */
final class Sameness {
    private final References older;
    private final References newer;
    /** Where references lead, of all that was found to be alike. */
    private final Set<Pair> alike = new HashSet<>();

    private long left = Bounds.STEPS;

    private record Pair(Json one, Json other) {}

    Sameness(References older, References newer) {
        this.older = older;
        this.newer = newer;
    }

    /** @param one of the older version */
    boolean same(Json one, Json other) {
        Set<Pair> targets = new HashSet<>();
        Deque<Pair> open = new ArrayDeque<>(List.of(new Pair(one, other)));
        while (!open.isEmpty()) {
            if (--left < 0 || !step(open.pop(), open, targets)) {
                return false;
            }
        }
        alike.addAll(targets);
        return true;
    }

    private boolean step(Pair pair, Deque<Pair> open, Set<Pair> targets) {
        Json one = pair.one();
        Json other = pair.other();
        if (one.type() != other.type()
                || !Objects.equals(one.value(), other.value())
                || one.items().size() != other.items().size()
                || one.members().size() != other.members().size()) {
            return false;
        }
        for (int i = 0; i < one.items().size(); i++) {
            open.push(new Pair(one.items().get(i), other.items().get(i)));
        }
        for (Map.Entry<String, Json> member : one.members().entrySet()) {
            // What is missing is of another type than whatever is there.
            open.push(new Pair(member.getValue(), other.get(member.getKey())));
        }
        return !one.get("$ref").is(Type.STRING) || follow(pair, open, targets);
    }

    private boolean follow(Pair from, Deque<Pair> open, Set<Pair> targets) {
        Pair target;
        try {
            target = new Pair(older.resolve(from.one()), newer.resolve(from.other()));
        } catch (EngineException e) {
            // Told by the comparison, if it comes there.
            return false;
        }
        // What leads out of the contract is not read, and is where it was.
        boolean remote = target.one() == from.one() && target.other() == from.other();
        if (!remote && !alike.contains(target) && targets.add(target)) {
            open.push(target);
        }
        return true;
    }
}
