package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether two values are the same, but for what only people read. */
final class JsonEquality {
    private static final Set<String> ANNOTATIONS =
            Set.of("description", "title", "example", "examples", "summary", "$comment", "externalDocs");

    private JsonEquality() {}

    private record Pair(Json one, Json other) {}

    static boolean same(Json one, Json other, Budget budget) {
        Deque<Pair> open = new ArrayDeque<>(List.of(new Pair(one, other)));
        while (!open.isEmpty()) {
            Pair pair = open.pop();
            budget.step();
            if (pair.one() == pair.other()) {
                continue;
            }
            if (pair.one().type() != pair.other().type() || !scalars(pair) || !parts(pair, open)) {
                return false;
            }
        }
        return true;
    }

    private static boolean scalars(Pair pair) {
        if (pair.one().is(Type.NUMBER)) {
            BigDecimal number = pair.one().number();
            return number.compareTo(pair.other().number()) == 0;
        }
        return java.util.Objects.equals(pair.one().value(), pair.other().value());
    }

    private static boolean parts(Pair pair, Deque<Pair> open) {
        List<Json> items = pair.one().items();
        List<Json> others = pair.other().items();
        if (items.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < items.size(); i++) {
            open.push(new Pair(items.get(i), others.get(i)));
        }
        return members(pair.one(), pair.other(), open) && members(pair.other(), pair.one(), null);
    }

    /** @param open null: only whether each is there */
    private static boolean members(Json one, Json other, Deque<Pair> open) {
        for (Map.Entry<String, Json> member : one.members().entrySet()) {
            // A description that is an object is a property of that name.
            if (ANNOTATIONS.contains(member.getKey()) && !member.getValue().is(Type.OBJECT)) {
                continue;
            }
            Json same = other.get(member.getKey());
            if (!same.isThere()) {
                return false;
            }
            if (open != null) {
                open.push(new Pair(member.getValue(), same));
            }
        }
        return true;
    }
}
