package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;

/** One version's schemas: files may refer to each other by name, in any order. */
final class AvroSchemas {
    private static final Set<String> NAMED = Set.of("record", "error", "enum", "fixed");

    private static final String ALL = "io_jenkins_plugins_releasetrain_All";
    private static final long MOST_VISITS = 200_000_000;

    private final List<Top> tops = new ArrayList<>();
    private final Map<String, Schema> named = new HashMap<>();
    private final Map<String, Schema> byAlias = new HashMap<>();
    private final Map<String, Json> definitions = new HashMap<>();
    private long nodes;

    /**
     * What a file defines.
     *
     * @param name full name; of a schema without one the file's
     */
    record Top(String file, String name, Schema schema) {}

    private AvroSchemas() {}

    static AvroSchemas read(List<ContractFile> files) {
        Bounds.check(files);
        AvroSchemas schemas = new AvroSchemas();
        List<String> parts = new ArrayList<>();
        for (ContractFile file : files) {
            schemas.remember(JsonReader.json(file));
            String text = JsonReader.text(file);
            parts.add("{\"name\":\"f" + parts.size() + "\",\"type\":" + text + "}");
        }
        String all = "{\"type\":\"record\",\"name\":\"" + ALL + "\",\"fields\":[" + String.join(",", parts) + "]}";
        if (!files.isEmpty()) {
            schemas.boundCost(files.get(0).name());
            // At once: Avro resolves everything anew for each file that it is given.
            try {
                guarded(files.get(0).name(), () -> schemas.add(files, new SchemaParser().parse(all)));
            } catch (EngineException e) {
                // Which of them it is shows each by itself; if none, they do not fit together.
                files.forEach(f -> guarded(f.name(), () -> new SchemaParser().parse(JsonReader.text(f))));
                throw e;
            }
        }
        return schemas;
    }

    /** For each definition, Avro goes through all that can be reached from it. */
    private void boundCost(String file) {
        if ((long) definitions.size() * nodes > MOST_VISITS) {
            throw Texts.invalid(file, 0, "and its neighbours have too many schemas to be compared");
        }
    }

    private static void guarded(String file, Runnable parsing) {
        try {
            parsing.run();
        } catch (EngineException e) {
            throw e;
        } catch (RuntimeException e) {
            // Avro's parser has been known to meet some malformed schemas with failures of every kind.
            throw Texts.invalid(file, 0, "is no Avro schema: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw Texts.invalid(file, 0, "has schemas that are nested too deeply");
        }
    }

    private void add(List<ContractFile> files, SchemaParser.ParseResult result) {
        List<Schema.Field> fields = result.mainSchema().getFields();
        for (int i = 0; i < files.size(); i++) {
            Schema main = fields.get(i).schema();
            String file = files.get(i).name();
            tops.add(new Top(file, isNamed(main) ? main.getFullName() : file, main));
        }
        for (Schema schema : result.parsedNamedSchemas()) {
            if (!schema.getFullName().equals(ALL)) {
                named.putIfAbsent(schema.getFullName(), schema);
                schema.getAliases().forEach(alias -> byAlias.putIfAbsent(alias, schema));
            }
        }
    }

    static boolean isNamed(Schema schema) {
        return switch (schema.getType()) {
            case RECORD, ENUM, FIXED -> true;
            default -> false;
        };
    }

    List<Top> tops() {
        return tops;
    }

    /** Null: there is none. */
    Schema successor(Top older) {
        if (!isNamed(older.schema())) {
            return tops.stream()
                    .filter(t -> t.file().equals(older.file()))
                    .map(Top::schema)
                    .findFirst()
                    .orElse(null);
        }
        Schema same = named.get(older.name());
        return same != null ? same : byAlias.get(older.name());
    }

    /** Name of the file that defines it. */
    String file(Schema schema) {
        return isNamed(schema) && definitions.containsKey(schema.getFullName())
                ? definitions.get(schema.getFullName()).file()
                : tops.stream()
                        .filter(t -> t.schema() == schema)
                        .map(Top::file)
                        .findFirst()
                        .orElse("");
    }

    /** @param field empty: the definition's own line */
    int line(Schema definition, String field) {
        if (!isNamed(definition)) {
            return 1;
        }
        Json json = definitions.getOrDefault(definition.getFullName(), Json.MISSING);
        for (Json candidate : json.get("fields").items()) {
            if (!field.isEmpty() && candidate.get("name").text().equals(field)) {
                return candidate.line();
            }
        }
        return json.line();
    }

    private record Place(Json json, String namespace) {}

    /** Where each named schema is defined. */
    private void remember(Json document) {
        Deque<Place> open = new ArrayDeque<>();
        open.push(new Place(document, ""));
        while (!open.isEmpty()) {
            Place place = open.pop();
            nodes++;
            Json json = place.json();
            String namespace = place.namespace();
            if (NAMED.contains(json.get("type").text())
                    && !json.get("name").text().isEmpty()) {
                String name = json.get("name").text();
                namespace = name.contains(".")
                        ? name.substring(0, name.lastIndexOf('.'))
                        : json.has("namespace") ? json.get("namespace").text() : namespace;
                String bare = name.substring(name.lastIndexOf('.') + 1);
                definitions.putIfAbsent(namespace.isEmpty() ? bare : namespace + "." + bare, json);
            }
            for (String part : List.of("type", "items", "values", "fields")) {
                if (json.has(part)) {
                    open.push(new Place(json.get(part), namespace));
                }
            }
            for (Json item : json.items()) {
                open.push(new Place(item, namespace));
            }
        }
    }
}
