package io.jenkins.plugins.releasetrain.engine.contract;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/**
 * Goes the way that Avro's recursive comparison will go, without recursion, and refuses what would take too many steps or
 * too much of a thread's stack.
 */
final class AvroCost {
    private static final int DEPTH = 400;
    private static final int PAIRS = 50_000;

    private AvroCost() {}

    private record Pair(Schema reader, Schema writer) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Pair pair && pair.reader == reader && pair.writer == writer;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(reader) + System.identityHashCode(writer);
        }
    }

    private record Visit(Pair pair, int depth) {}

    static void check(Schema reader, Schema writer, String file, Budget budget) {
        walk(new Pair(reader, reader), file, budget);
        walk(new Pair(reader, writer), file, budget);
    }

    private static void walk(Pair start, String file, Budget budget) {
        Set<Pair> seen = new HashSet<>();
        Deque<Visit> open = new ArrayDeque<>(List.of(new Visit(start, 0)));
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            if (!seen.add(visit.pair())) {
                continue;
            }
            if (visit.depth() > DEPTH || seen.size() > PAIRS) {
                throw Texts.invalid(
                        file, 0, "has schemas that contain each other too deeply or too often to be compared");
            }
            List<Pair> parts = parts(visit.pair());
            budget.step(1L + parts.size());
            for (int i = parts.size() - 1; i >= 0; i--) {
                open.push(new Visit(parts.get(i), visit.depth() + 1));
            }
        }
    }

    private static List<Pair> parts(Pair pair) {
        Schema reader = pair.reader();
        Schema writer = pair.writer();
        List<Pair> parts = new ArrayList<>();
        if (writer.getType() == Schema.Type.UNION) {
            writer.getTypes().forEach(branch -> parts.add(new Pair(reader, branch)));
        } else if (reader.getType() == Schema.Type.UNION) {
            reader.getTypes().forEach(branch -> parts.add(new Pair(branch, writer)));
        } else if (reader.getType() == writer.getType()) {
            switch (reader.getType()) {
                case ARRAY -> parts.add(new Pair(reader.getElementType(), writer.getElementType()));
                case MAP -> parts.add(new Pair(reader.getValueType(), writer.getValueType()));
                case RECORD -> fields(reader, writer, parts);
                default -> {
                    // Has no parts.
                }
            }
        }
        return parts;
    }

    private static void fields(Schema reader, Schema writer, List<Pair> parts) {
        for (Schema.Field field : reader.getFields()) {
            Schema.Field written = SchemaCompatibility.lookupWriterField(writer, field);
            if (written != null) {
                parts.add(new Pair(field.schema(), written.schema()));
            }
        }
    }
}
