package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that mean ill get an error that names them, or an answer; never a hang, never the machine's memory or stack. */
class HostileDocumentsTest {
    private static final String HEAD = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\n";

    private static void assertRefused(ContractKind kind, byte[] content, String why) {
        List<ContractFile> files = List.of(new ContractFile(kind, "bad.yaml", content));
        assertThatThrownBy(() -> Checkers.check(files, files))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID_INPUT))
                .hasMessageContaining("bad.yaml")
                .hasMessageContaining(why)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(900))
                .satisfies(e -> assertThat(e.getMessage().chars().noneMatch(Character::isISOControl))
                        .isTrue());
    }

    private static void assertRefused(String text, String why) {
        assertRefused(ContractKind.OPENAPI, text.getBytes(StandardCharsets.UTF_8), why);
        assertRefused(ContractKind.JSON_SCHEMA, text.getBytes(StandardCharsets.UTF_8), why);
        assertRefused(ContractKind.ASYNCAPI, text.getBytes(StandardCharsets.UTF_8), why);
    }

    private static List<Finding> schemas(String before, String after) {
        return Checkers.check(
                List.of(Pairs.file(ContractKind.JSON_SCHEMA, "a.json", before)),
                List.of(Pairs.file(ContractKind.JSON_SCHEMA, "a.json", after)));
    }

    @Test
    void billionLaughs() {
        StringBuilder yaml = new StringBuilder(HEAD + "a0: &a0 [lol, lol]\n");
        for (int i = 1; i < 40; i++) {
            yaml.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        assertRefused(yaml.toString(), "aliases");
    }

    @Test
    void aliasesThatNestDeeply() {
        StringBuilder yaml = new StringBuilder(HEAD + "a0: &a0 [x]\n");
        for (int i = 1; i < 150; i++) {
            yaml.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
        }
        assertRefused(yaml.toString(), "nested deeper");
    }

    @Test
    void mergeKeysThatMultiply() {
        StringBuilder yaml = new StringBuilder(HEAD + "a0: &a0 {k: 1}\n");
        for (int i = 1; i < 2_000; i++) {
            yaml.append("a%d: &a%d {<<: *a%d, k%d: 1}\n".formatted(i, i, i - 1, i));
        }
        assertRefused(yaml.toString(), "");
    }

    @Test
    void anAliasOfItself() {
        assertRefused(HEAD + "a: &a [*a]\n", "alias");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "- ", "a:\n "})
    void tenThousandsOfLevels(String level) {
        assertRefused(level.repeat(100_000), "");
    }

    @Test
    void manyValues() {
        assertRefused("[" + "1,".repeat(600_000) + "1]", "values");
    }

    @Test
    void tooManyBytes() {
        assertRefused(ContractKind.OPENAPI, new byte[Bounds.FILE_BYTES + 1], "too large");
        assertRefused(ContractKind.PROTOBUF, new byte[Bounds.FILE_BYTES + 1], "too large");
        assertRefused(ContractKind.AVRO, new byte[Bounds.FILE_BYTES + 1], "too large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "---\n---\n",
                "just text",
                "swagger: '2.0'\npaths: {}\n",
                "{\"openapi\": \"3.1.0\"",
                "{\"openapi\": \"3.1.0\", \"openapi\": \"3.1.0\"}",
                "a: !!javax.script.ScriptEngineManager [x]\n",
                "? [a]\n: b\n",
                "\u0000\u0001",
                "a: \"\\u202e\\e[31m"
            })
    void whatIsNoneOfTheKind(String text) {
        assertRefused(text, "");
    }

    @Test
    void whatIsNoText() {
        assertRefused(ContractKind.OPENAPI, new byte[] {(byte) 0xC3, 0x28}, "UTF-8");
    }

    @Test
    void referencesThatLeadNowhereOrToThemselves() {
        assertRefused(HEAD + "paths: {/a: {$ref: '#/paths/~1a'}}\n", "leads to itself", ContractKind.OPENAPI);
        assertRefused(
                HEAD + "paths: {/a: {$ref: '#/components/x'}}\n", "not part of the contract", ContractKind.OPENAPI);
        assertRefused(
                HEAD + "paths: {/a: {$ref: '../../etc/passwd'}}\n", "not part of the contract", ContractKind.OPENAPI);
        assertRefused(HEAD + "paths: {/a: {$ref: '/etc/passwd'}}\n", "not part of the contract", ContractKind.OPENAPI);
        assertRefused("{\"$ref\": \"file:///etc/passwd\", \"$ref\": \"\"}", "twice", ContractKind.JSON_SCHEMA);
    }

    private static void assertRefused(String text, String why, ContractKind kind) {
        assertRefused(kind, text.getBytes(StandardCharsets.UTF_8), why);
    }

    /** Each level names the next one twice: 2^60 ways, 60 schemas. */
    @Test
    void allOfThatDoubles() {
        String defs = IntStream.range(0, 60)
                .mapToObj(i -> "\"d%d\": {\"allOf\": [{\"$ref\": \"#/$defs/d%d\"}, {\"$ref\": \"#/$defs/d%d\"}]}"
                        .formatted(i, i + 1, i + 1))
                .collect(Collectors.joining(","));
        String schema = "{\"$ref\": \"#/$defs/d0\", \"$defs\": {" + defs + ", \"d60\": {\"type\": \"%s\"}}}";
        assertThat(schemas(schema.formatted("string"), schema.formatted("string")))
                .isEmpty();
        assertThat(schemas(schema.formatted("string"), schema.formatted("integer")))
                .extracting(Finding::rule)
                .containsOnly("request-body-type-changed", "response-body-type-changed");
    }

    /** Circles of different lengths that are combined: as many schemas as there are combinations of places. */
    @Test
    void allOfOfCirclesThatCombine() {
        StringBuilder defs = new StringBuilder();
        StringBuilder all = new StringBuilder();
        for (int length : new int[] {2, 3, 5, 7, 11, 13, 17, 19, 23, 29}) {
            all.append(all.isEmpty() ? "" : ",").append("{\"$ref\": \"#/$defs/c%d_0\"}".formatted(length));
            for (int i = 0; i < length; i++) {
                defs.append(defs.isEmpty() ? "" : ",")
                        .append("\"c%d_%d\": {\"properties\": {\"p\": {\"$ref\": \"#/$defs/c%d_%d\"}}}"
                                .formatted(length, i, length, (i + 1) % length));
            }
        }
        String schema = "{\"allOf\": [" + all + "], \"$defs\": {" + defs + "}}";
        assertThatThrownBy(() -> schemas(schema, schema))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("a.json")
                .hasMessageContaining("too intricate");
    }

    @Test
    void alternativesThatAreAllAlike() {
        String many = IntStream.range(0, 20_000)
                .mapToObj(i -> "{\"const\": " + i + "}")
                .collect(Collectors.joining(","));
        String other = many.replace("const", "enum").replaceAll(": (\\d+)", ": [$1]");
        assertThatThrownBy(() -> schemas("{\"oneOf\": [" + many + "]}", "{\"oneOf\": [" + other + "]}"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("too intricate");
    }

    @Test
    void aLongChainOfReferencesIsNoRecursion() {
        String defs = IntStream.range(0, 20_000)
                .mapToObj(i -> "\"d%d\": {\"properties\": {\"p\": {\"$ref\": \"#/$defs/d%d\"}}}".formatted(i, i + 1))
                .collect(Collectors.joining(","));
        String schema = "{\"$ref\": \"#/$defs/d0\", \"$defs\": {" + defs + ", \"d20000\": true}}";
        assertThat(schemas(schema, schema)).isEmpty();
    }

    @Test
    void hugeEnumsAndManyDifferences() {
        String many = IntStream.range(0, 100_000).mapToObj(i -> "" + i).collect(Collectors.joining(","));
        List<Finding> findings = schemas("{\"enum\": [" + many + "]}", "{\"enum\": [-1]}");
        assertThat(findings)
                .hasSizeLessThan(2_002)
                .last()
                .extracting(Finding::severity)
                .isNotNull();
        assertThat(findings).extracting(Finding::rule).contains("more-findings");
    }

    /** A pattern is a text: nobody runs it. */
    @Test
    void patternsAreNeverEvaluated() {
        String evil = "{\"type\": \"string\", \"pattern\": \"%s\", \"default\": \"" + "a".repeat(5_000) + "!\"}";
        assertThat(schemas(evil.formatted("^(a+)+$"), evil.formatted("^((a+)+)+$((")))
                .extracting(Finding::rule)
                .contains("request-body-pattern-changed");
    }

    @Test
    void numbersWithoutAnEnd() {
        String schema = "{\"type\": \"number\", \"maximum\": %s}";
        assertThat(schemas(schema.formatted("1e999999999"), schema.formatted("1e999999998")))
                .extracting(Finding::rule)
                .contains("request-body-max-decreased");
        assertThat(schemas(schema.formatted("1e99999999999999"), schema.formatted("1")))
                .isNotNull();
    }

    @Test
    void textsOfDocumentsAreMadeHarmless() {
        String schema = "{\"properties\": {\"%s\": {\"type\": \"string\"}}}";
        List<Finding> findings =
                schemas(schema.formatted("\\u001b[2J\\u202e" + "x".repeat(10_000)), "{\"properties\": {}}");
        assertThat(findings).isNotEmpty().allSatisfy(f -> {
            assertThat(f.message() + f.location()).hasSizeLessThan(1_100).doesNotContain("\u001b", "\u202e");
        });
    }

    /** Windows' editors write a mark of the byte order; UTF-16 is no JSON that travels (RFC 8259). */
    @Test
    void byteOrderMarksAreNoContentAndOtherEncodingsAreRefused() {
        assertThat(schemas("\uFEFF{\"type\": \"string\"}", "{\"type\": \"string\"}"))
                .isEmpty();
        byte[] marked = ("\uFEFF" + HEAD + "paths: {}\n").getBytes(StandardCharsets.UTF_8);
        List<ContractFile> files = List.of(new ContractFile(ContractKind.OPENAPI, "bad.yaml", marked));
        assertThat(Checkers.check(files, files)).isEmpty();
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16)) {
            for (ContractKind kind : List.of(ContractKind.OPENAPI, ContractKind.JSON_SCHEMA, ContractKind.AVRO)) {
                assertRefused(kind, "{\"type\": \"string\"}".getBytes(charset), "");
            }
        }
    }

    @Test
    void circlesAcrossFiles() {
        List<ContractFile> plain = List.of(
                Pairs.file(ContractKind.JSON_SCHEMA, "a.json", "{\"$ref\": \"b.json\"}"),
                Pairs.file(ContractKind.JSON_SCHEMA, "b.json", "{\"$ref\": \"sub/c.json\"}"),
                Pairs.file(ContractKind.JSON_SCHEMA, "sub/c.json", "{\"$ref\": \"../a.json\"}"));
        assertThatThrownBy(() -> Checkers.check(plain, plain))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("leads to itself");
        List<ContractFile> through = List.of(
                Pairs.file(ContractKind.JSON_SCHEMA, "a.json", "{\"properties\": {\"b\": {\"$ref\": \"b.json\"}}}"),
                Pairs.file(ContractKind.JSON_SCHEMA, "b.json", "{\"items\": {\"$ref\": \"a.json\"}}"));
        assertThat(Checkers.check(through, through)).isEmpty();
    }

    @Test
    void aMillionValuesOfAnEnum() {
        String many = "\"v\",".repeat(1_000_000);
        assertRefused("{\"enum\": [" + many + "\"v\"]}", "values", ContractKind.JSON_SCHEMA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"allOf", "anyOf", "oneOf"})
    void alternativesWithinAlternatives(String word) {
        String open = "{\"" + word + "\": [";
        assertRefused(open.repeat(2_000) + "true" + "]}".repeat(2_000), "nested deeper", ContractKind.JSON_SCHEMA);
        String within = open.repeat(40) + "{\"type\": \"string\"}" + "]}".repeat(40);
        assertThat(schemas(within, within)).isEmpty();
    }

    @Test
    void numbersOfAHundredThousandDigits() {
        String digits = "9".repeat(100_000);
        for (String text : List.of(digits, "-" + digits, "0." + digits, "1e" + digits)) {
            endsWell(ContractKind.JSON_SCHEMA, ("{\"maximum\": " + text + "}").getBytes(StandardCharsets.UTF_8));
            endsWell(ContractKind.OPENAPI, (HEAD + "x-a: " + text + "\npaths: {}\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"record\", \"name\": \"A\", \"aliases\": [\"A\"], \"fields\": [{\"name\": \"a\", \"type\": \"A\"}]}",
                "{\"type\": \"record\", \"name\": \"A\", \"fields\": [{\"name\": \"a\", \"type\": {\"type\": \"array\", \"items\": \"A\"}}]}",
                "[{\"type\": \"record\", \"name\": \"A\", \"fields\": []}, {\"type\": \"record\", \"name\": \"A\", \"fields\": []}]",
                "{\"type\": \"record\", \"name\": \"A\", \"fields\": [{\"name\": \"a\", \"type\": \"int\", \"default\": \"x\"}]}",
                "{\"type\": \"record\", \"name\": \"../../etc\", \"fields\": []}",
                "{\"type\": {\"type\": {\"type\": \"string\"}}}",
                "{\"type\": \"fixed\", \"name\": \"F\", \"size\": 2147483647}",
                "{\"type\": \"fixed\", \"name\": \"F\", \"size\": -1}",
                "{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"a\", \"a\"]}",
                "{\"type\": \"bytes\", \"logicalType\": \"decimal\", \"precision\": 999999999}",
                "[[\"null\"], \"null\"]",
                "null"
            })
    void avroSchemasThatNameThemselvesOrMakeNoSense(String schema) {
        endsWell(ContractKind.AVRO, schema.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void avroThatNestsDeeply() {
        String open = "{\"type\": \"array\", \"items\": ";
        endsWell(
                ContractKind.AVRO,
                (open.repeat(5_000) + "\"int\"" + "}".repeat(5_000)).getBytes(StandardCharsets.UTF_8));
    }

    /** Lengths that lie, groups that never end, messages within messages, an edition of the far future. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0affffffff0f",
                "0a80808080808080808001",
                "0b0b0b0b0b0b",
                "ffffffffffffffffffff01",
                "0a07620565646974696f",
                "0a0570ffffffff07",
                "00",
                "0a020a00"
            })
    void descriptorsThatLie(String hex) {
        endsWell(ContractKind.PROTOBUF, HexFormat.of().parseHex(hex));
    }

    @Test
    void messagesWithinMessages() {
        byte[] inner = {};
        for (int i = 0; i < 3_000; i++) {
            ByteArrayOutputStream outer = new ByteArrayOutputStream();
            // file.message_type is 4, message.nested_type 3, set.file 1
            outer.write(i == 2_999 ? 0x0a : i == 2_998 ? 0x22 : 0x1a);
            for (int left = inner.length; ; left >>>= 7) {
                outer.write(left > 0x7f ? left & 0x7f | 0x80 : left);
                if (left <= 0x7f) {
                    break;
                }
            }
            outer.writeBytes(inner);
            inner = outer.toByteArray();
        }
        endsWell(ContractKind.PROTOBUF, inner);
    }

    /** An answer, or an error that names the file; whatever it is, in one line. */
    private static void endsWell(ContractKind kind, byte[] content) {
        List<ContractFile> files = List.of(new ContractFile(kind, "bad.yaml", content));
        try {
            assertThat(Checkers.check(files, files))
                    .allSatisfy(f -> assertThat(f.message()).hasSizeLessThan(1_100));
        } catch (EngineException e) {
            assertThat(e.kind()).isEqualTo(FailureKind.INVALID_INPUT);
            assertThat(e.getMessage()).contains("bad.yaml").hasSizeLessThan(900);
        }
    }
}
