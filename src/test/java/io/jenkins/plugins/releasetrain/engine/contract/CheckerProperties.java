package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** What holds for whatever contract. */
class CheckerProperties {
    private static final List<String> TYPES = List.of("string", "integer", "number", "boolean", "object", "array");
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static ObjectNode schema(Random random, int depth) {
        ObjectNode schema = JSON.objectNode();
        String type = TYPES.get(random.nextInt(depth == 0 ? 4 : 6));
        if (random.nextInt(8) > 0) {
            schema.put("type", type);
        }
        if (random.nextInt(4) == 0) {
            schema.putArray("enum").add(random.nextInt(3)).add("x");
        }
        if (random.nextInt(4) == 0) {
            schema.put(random.nextBoolean() ? "maximum" : "minLength", random.nextInt(9));
        }
        if (type.equals("array")) {
            schema.set("items", schema(random, depth - 1));
        }
        if (type.equals("object")) {
            members(schema, random, depth);
        }
        if (depth > 0 && random.nextInt(4) == 0) {
            String word = List.of("oneOf", "anyOf", "allOf").get(random.nextInt(3));
            schema.putArray(word).add(schema(random, depth - 1)).add(schema(random, depth - 1));
        }
        if (random.nextInt(6) == 0) {
            schema.put("$ref", "#");
        }
        return schema;
    }

    private static void members(ObjectNode schema, Random random, int depth) {
        ObjectNode properties = schema.putObject("properties");
        for (int i = random.nextInt(4); i > 0; i--) {
            properties.set("p" + i, schema(random, depth - 1));
            if (random.nextBoolean()) {
                schema.withArray("/required").add("p" + i);
            }
        }
        if (random.nextInt(3) == 0) {
            schema.put("additionalProperties", random.nextBoolean());
        }
    }

    private static List<Finding> check(JsonNode before, JsonNode after) {
        return Checkers.check(
                List.of(Pairs.file(ContractKind.JSON_SCHEMA, "a.json", before.toString())),
                List.of(Pairs.file(ContractKind.JSON_SCHEMA, "a.json", after.toString())));
    }

    private static ObjectNode root(long seed) {
        ObjectNode root = schema(new Random(seed), 3);
        root.remove("$ref");
        root.put("type", "object");
        return root;
    }

    @Property(tries = 300)
    void nothingDiffersFromItself(@ForAll long seed) {
        assertThat(check(root(seed), root(seed))).isEmpty();
    }

    @Property(tries = 300)
    void anOptionalPropertyIsNeverAnError(@ForAll long seed) {
        ObjectNode after = root(seed);
        after.withObject("/properties").putObject("new").put("type", "string");
        assertThat(check(root(seed), after)).noneMatch(f -> f.severity() == Severity.ERROR);
    }

    @Property(tries = 300)
    void aRequiredPropertyIsAlwaysAnError(@ForAll long seed) {
        ObjectNode after = root(seed);
        after.withObject("/properties").putObject("new").put("type", "string");
        after.withArray("/required").add("new");
        assertThat(check(root(seed), after)).anyMatch(f -> f.severity() == Severity.ERROR);
    }

    /** What one version may read more, the other may not. */
    @Property(tries = 300)
    void whatIsHarmlessBothWaysIsSoInEitherOrder(@ForAll long one, @ForAll long other) {
        boolean there = check(root(one), root(other)).isEmpty();
        boolean back = check(root(other), root(one)).isEmpty();
        assertThat(there).isEqualTo(back);
    }

    /** An extension on each operation, which nothing is told of, has all of them compared in full. */
    @Property(tries = 300)
    void whatIsSkippedAsUnchangedWouldHaveToldNothing(@ForAll long seed, @ForAll long other) {
        assertThat(checkApi(api(seed, seed, "1"), api(seed, other, "1")))
                .isEqualTo(checkApi(api(seed, seed, "1"), api(seed, other, "2")));
    }

    /** Findings, or why there are none. */
    private static Object checkApi(JsonNode before, JsonNode after) {
        try {
            return Checkers.check(
                    List.of(Pairs.file(ContractKind.OPENAPI, "a.json", before.toString())),
                    List.of(Pairs.file(ContractKind.OPENAPI, "a.json", after.toString())));
        } catch (EngineException e) {
            return e.getMessage();
        }
    }

    /** Five operations that share four schemas, which refer to each other; one of the schemas is of another seed. */
    private static ObjectNode api(long seed, long changed, String extension) {
        Random random = new Random(seed);
        ObjectNode api = JSON.objectNode().put("openapi", "3.1.0");
        ObjectNode schemas = api.putObject("components").putObject("schemas");
        for (int i = 0; i < 4; i++) {
            ObjectNode schema = schema(i == 2 ? new Random(changed) : random, 2);
            schema.put("$ref", "#/components/schemas/S" + (i == 2 ? 3 : random.nextInt(4)));
            schemas.set("S" + i, random.nextBoolean() ? schema : schema.without("$ref"));
        }
        for (int i = 0; i < 5; i++) {
            ObjectNode operation = api.withObject("/paths")
                    .putObject("/p" + i)
                    .putObject("post")
                    .put("x-version", extension);
            operation
                    .withObject("/requestBody/content/json/schema")
                    .put("$ref", "#/components/schemas/S" + random.nextInt(4));
            operation
                    .withObject("/responses/200/content/json/schema")
                    .put("$ref", "#/components/schemas/S" + random.nextInt(4));
        }
        return api;
    }

    @Property(tries = 300)
    void whateverBytesGetAnAnswerOrARefusal(@ForAll @Size(max = 200) byte[] bytes) {
        for (ContractKind kind : ContractKind.values()) {
            List<ContractFile> files = List.of(new ContractFile(kind, "a", bytes));
            try {
                assertThat(Checkers.check(files, files)).isEmpty();
            } catch (EngineException e) {
                assertThat(e.kind()).isEqualTo(FailureKind.INVALID_INPUT);
            }
        }
    }
}
