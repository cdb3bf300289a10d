package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds one document out of a parser's events, without recursion, and within {@link Bounds}. */
final class JsonBuilder {
    private static final String MERGE = "<<";

    private final String file;
    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<String, Built> anchors = new HashMap<>();
    private Json root = Json.MISSING;
    private long nodes;

    /** @param size values in it, counting again what aliases repeat */
    private record Built(Json json, long size, int height) {}

    private static final class Open {
        final boolean object;
        final int line;
        final String anchor;
        final Map<String, Json> members;
        final List<Json> items;
        String key;
        int keyLine;
        long size = 1;
        int height = 1;

        Open(boolean object, int line, String anchor) {
            this.object = object;
            this.line = line;
            this.anchor = anchor;
            this.members = object ? new LinkedHashMap<>() : Map.of();
            this.items = object ? List.of() : new ArrayList<>();
        }
    }

    JsonBuilder(String file) {
        this.file = file;
    }

    Json root() {
        return root;
    }

    boolean expectsKey() {
        return !open.isEmpty() && open.peek().object && open.peek().key == null;
    }

    void begin(boolean object, int line, String anchor) {
        if (open.size() >= Bounds.DEPTH) {
            throw invalid(line, "is nested deeper than " + Bounds.DEPTH + " levels");
        }
        open.push(new Open(object, line, anchor));
    }

    void key(String name, int line) {
        Open parent = open.peek();
        if (parent.members.containsKey(name)) {
            throw invalid(line, "has the key '" + Texts.shown(name) + "' twice in one object");
        }
        parent.key = name;
        parent.keyLine = line;
    }

    void end() {
        Open done = open.pop();
        long merged = done.members.containsKey(MERGE) ? merge(done) : 0;
        int line = lineOf(done.line);
        Json json = new Json(done.object ? Type.OBJECT : Type.ARRAY, file, line, done.members, done.items, null);
        add(new Built(json, done.size + merged, done.height), done.anchor, line);
    }

    /** YAML's merge key: what is not there is taken from the objects that it names. */
    private long merge(Open object) {
        Json merge = object.members.remove(MERGE);
        List<Json> sources = merge.is(Type.ARRAY) ? merge.items() : List.of(merge);
        long taken = 0;
        for (Json source : sources) {
            if (!source.is(Type.OBJECT)) {
                throw invalid(merge.line(), "merges by '<<' what is no object");
            }
            for (Map.Entry<String, Json> member : source.members().entrySet()) {
                object.members.putIfAbsent(member.getKey(), member.getValue());
                taken++;
            }
        }
        count(taken, merge.line());
        return taken;
    }

    /** @param value a String, BigDecimal, Boolean or null */
    void scalar(Object value, int line, String anchor) {
        Type type = value == null
                ? Type.NULL
                : value instanceof String ? Type.STRING : value instanceof BigDecimal ? Type.NUMBER : Type.BOOLEAN;
        int place = lineOf(line);
        add(new Built(new Json(type, file, place, Map.of(), List.of(), value), 1, 0), anchor, place);
    }

    void alias(String anchor, int line) {
        Built target = anchors.get(anchor);
        if (target == null) {
            throw invalid(
                    line, "has the alias '" + Texts.shown(anchor) + "' of something that contains it, or of nothing");
        }
        if (open.size() + target.height() > Bounds.DEPTH) {
            throw invalid(line, "is nested deeper than " + Bounds.DEPTH + " levels");
        }
        count(target.size(), line);
        add(target, null, line);
    }

    private int lineOf(int line) {
        return !open.isEmpty() && open.peek().object ? open.peek().keyLine : line;
    }

    private void add(Built built, String anchor, int line) {
        count(1, line);
        if (anchor != null) {
            anchors.put(anchor, built);
        }
        Open parent = open.peek();
        if (parent == null) {
            root = built.json();
            return;
        }
        parent.size += built.size();
        parent.height = Math.max(parent.height, built.height() + 1);
        if (parent.object) {
            parent.members.put(parent.key, built.json());
            parent.key = null;
        } else {
            parent.items.add(built.json());
        }
    }

    private void count(long more, int line) {
        nodes += more;
        if (nodes > Bounds.NODES) {
            throw invalid(line, "has more than " + Bounds.NODES + " values, with what its aliases repeat");
        }
    }

    private EngineException invalid(int line, String problem) {
        return Texts.invalid(file, line, problem);
    }
}
