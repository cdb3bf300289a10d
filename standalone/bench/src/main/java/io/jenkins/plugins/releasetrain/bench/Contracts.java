package io.jenkins.plugins.releasetrain.bench;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import io.jenkins.plugins.releasetrain.engine.contract.Checkers;
import io.jenkins.plugins.releasetrain.engine.contract.ContractFile;
import io.jenkins.plugins.releasetrain.engine.contract.ContractKind;
import io.jenkins.plugins.releasetrain.engine.contract.Finding;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** What it costs to compare large contracts of which one thing changed, from bytes to findings. */
final class Contracts implements Benchmark {
    private static final int OPERATIONS = 1_000;
    private static final int MESSAGES = 2_000;
    private static final int SCHEMAS = 200;
    private static final int FIELDS = 20;
    private static final int WARM_UP = 5;
    private static final int ROUNDS = 20;
    private static final double NANOS_PER_MILLI = 1e6;

    private record Case(String name, String what, double goal, IntFunction<List<ContractFile>> version) {}

    @Override
    public SortedMap<String, Double> run(PrintStream out) throws IOException {
        List<Case> cases = List.of(
                new Case("openapi_yaml", "OpenAPI (YAML), 1,000 operations", 500, v -> openApi(v, false)),
                new Case("openapi_json", "OpenAPI (JSON), 1,000 operations", 500, v -> openApi(v, true)),
                new Case("protobuf", "descriptor set, 2,000 messages", 100, Contracts::protobuf),
                new Case("avro", "200 Avro schemas", 100, Contracts::avro));
        SortedMap<String, Double> figures = new TreeMap<>();
        out.printf("%nOne change, %d rounds after %d to warm up%n%n", ROUNDS, WARM_UP);
        out.println("| contract | kB | p50 ms | p95 ms | goal | p95 of the thread's CPU ms |");
        out.println("|---|---|---|---|---|---|");
        for (Case each : cases) {
            List<ContractFile> before = each.version().apply(1);
            List<ContractFile> after = each.version().apply(2);
            List<Double> cpu = new ArrayList<>();
            List<Double> times = times(before, after, cpu);
            double p95 = p95(times);
            int bytes = before.stream().mapToInt(f -> f.content().length).sum();
            out.printf(
                    "| %s | %d | %.1f | %.1f | %.0f | %.1f |%n",
                    each.what(), bytes / 1024, times.get(ROUNDS / 2), p95, each.goal(), p95(cpu));
            figures.put("contracts." + each.name() + "_p95_ms", Math.round(10 * p95) / 10.0);
            figures.put("contracts." + each.name() + "_cpu_p95_ms", Math.round(10 * p95(cpu)) / 10.0);
        }
        figures.putAll(ContractGates.run(out));
        return figures;
    }

    private static double p95(List<Double> times) {
        return times.stream().sorted().toList().get((int) Math.ceil(0.95 * ROUNDS) - 1);
    }

    /** @param cpu what the thread itself took, which others on the machine change less */
    private static List<Double> times(List<ContractFile> before, List<ContractFile> after, List<Double> cpu) {
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        List<Double> times = new ArrayList<>();
        for (int i = -WARM_UP; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            long cpuBegin = thread.getCurrentThreadCpuTime();
            List<Finding> findings = Checkers.check(before, after);
            double time = (System.nanoTime() - begin) / NANOS_PER_MILLI;
            if (findings.stream().noneMatch(f -> f.severity() == Severity.ERROR)) {
                throw new IllegalStateException("The change was not found: " + findings);
            }
            if (i >= 0) {
                times.add(time);
                cpu.add((thread.getCurrentThreadCpuTime() - cpuBegin) / NANOS_PER_MILLI);
            }
        }
        return times.stream().sorted().toList();
    }

    private static ContractFile file(ContractKind kind, String name, String text) {
        return new ContractFile(kind, name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Each operation has a schema of its own for its body and its response, and shares two. */
    private static List<ContractFile> openApi(int version, boolean json) {
        StringBuilder yaml =
                new StringBuilder("openapi: 3.1.0\ninfo: {title: Shop, version: '" + version + "'}\npaths:\n");
        StringBuilder schemas = new StringBuilder("components:\n"
                + "  schemas:\n"
                + "    Money: {type: object, required: [amount], properties: {amount: {type: integer}, unit:"
                + " {type: string}}}\n");
        for (int i = 0; i < OPERATIONS; i++) {
            yaml.append("""
                  /things%1$d/{id}:
                    post:
                      operationId: change%1$d
                      parameters:
                        - {name: id, in: path, required: true, schema: {type: string}}
                        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
                      requestBody:
                        content:
                          application/json:
                            schema: {$ref: '#/components/schemas/Thing%1$d'}
                      responses:
                        '200':
                          description: ok
                          content:
                            application/json:
                              schema:
                                type: array
                                items: {$ref: '#/components/schemas/Thing%1$d'}
                """.formatted(i));
            schema(schemas, i, version);
        }
        String text = yaml.append(schemas).toString();
        return List.of(file(ContractKind.OPENAPI, "api", json ? Json.of(text) : text));
    }

    private static void schema(StringBuilder schemas, int i, int version) {
        schemas.append("    Thing%d:\n      type: object\n      required: [p0, p1]\n      properties:\n".formatted(i));
        for (int p = 0; p < FIELDS / 2; p++) {
            boolean changed = version == 2 && i == OPERATIONS / 2 && p == 0;
            schemas.append("        p%d:\n          description: What p%d is\n          type: %s\n"
                    .formatted(p, p, changed ? "boolean" : "string"));
        }
        schemas.append("        price: {$ref: '#/components/schemas/Money'}\n");
    }

    private static List<ContractFile> protobuf(int version) {
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder()
                .setName("shop.proto")
                .setPackage("shop")
                .setSyntax("proto3");
        for (int m = 0; m < MESSAGES; m++) {
            DescriptorProto.Builder message = DescriptorProto.newBuilder().setName("M" + m);
            for (int f = 1; f <= FIELDS; f++) {
                boolean changed = version == 2 && m == MESSAGES / 2 && f == 1;
                message.addField(FieldDescriptorProto.newBuilder()
                        .setName("field_" + f)
                        .setJsonName("field" + f)
                        .setNumber(f)
                        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
                        .setType(
                                changed ? FieldDescriptorProto.Type.TYPE_BOOL : FieldDescriptorProto.Type.TYPE_STRING));
            }
            file.addMessageType(message);
        }
        return List.of(new ContractFile(
                ContractKind.PROTOBUF, "api.binpb", set.addFile(file).build().toByteArray()));
    }

    private static List<ContractFile> avro(int version) {
        List<ContractFile> files = new ArrayList<>();
        for (int s = 0; s < SCHEMAS; s++) {
            StringBuilder fields = new StringBuilder();
            for (int f = 0; f < FIELDS; f++) {
                boolean changed = version == 2 && s == SCHEMAS / 2 && f == 0;
                fields.append("{\"name\":\"f%d\",\"doc\":\"What it is\",\"type\":\"%s\"},"
                        .formatted(f, changed ? "boolean" : "string"));
            }
            String next = s + 1 < SCHEMAS && s % 10 < 9 ? "[\"null\",\"shop.S" + (s + 1) + "\"]" : "\"int\"";
            files.add(file(
                    ContractKind.AVRO,
                    "s" + s + ".avsc",
                    "{\"type\":\"record\",\"name\":\"S%d\",\"namespace\":\"shop\",\"fields\":[%s{\"name\":\"next\",\"type\":%s}]}"
                            .formatted(s, fields, next)));
        }
        return files;
    }

    /** The same document as JSON. */
    private static final class Json {
        static String of(String yaml) {
            try {
                return new com.fasterxml.jackson.databind.ObjectMapper()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(new org.yaml.snakeyaml.Yaml().load(yaml));
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
