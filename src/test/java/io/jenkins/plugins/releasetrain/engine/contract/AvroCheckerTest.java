package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroCheckerTest {
    private final AvroChecker checker = new AvroChecker();

    private List<Finding> check(String name) {
        Pairs.Pair pair = Pairs.of(ContractKind.AVRO, name);
        return checker.check(pair.before(), pair.after());
    }

    private static ContractFile avsc(String name, String text) {
        return Pairs.file(ContractKind.AVRO, name, text);
    }

    @Test
    void newFieldWithoutDefaultCannotBeReadFromOldData() {
        assertThat(check("field-without-default-added")).singleElement().satisfies(f -> {
            assertThat(f.rule()).isEqualTo("READER_FIELD_MISSING_DEFAULT_VALUE");
            assertThat(f.location()).isEqualTo("shop.Order.note");
            assertThat(f.file()).isEqualTo("contract.avsc");
            assertThat(f.line()).isEqualTo(14);
            assertThat(f.message()).contains("'note'", "newer version does not read");
        });
    }

    @Test
    void whatIsInAnotherFileIsToldThere() {
        assertThat(check("files-refer-to-each-other"))
                .extracting(Finding::file, Finding::location)
                .contains(org.assertj.core.groups.Tuple.tuple("b/item.avsc", "shop.Item.price"));
    }

    @Test
    void schemasAreFoundAgainInWhateverFile() {
        assertThat(check("file-renamed")).isEmpty();
    }

    @Test
    void removedSchemaIsTold() {
        assertThat(check("schema-removed"))
                .extracting(Finding::rule, Finding::location)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("contract-removed", "shop.Order"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "openapi: 3.0.0",
                "{\"type\": \"record\"}",
                "{\"type\": \"record\", \"name\": \"A\", \"fields\": 3}",
                "{\"type\": \"record\", \"name\": \"A\", \"fields\": [{\"name\": \"b\", \"type\": \"Missing\"}]}",
                "{\"type\": \"fixed\", \"name\": \"A\", \"size\": -1}",
                "{\"type\": \"enum\", \"name\": \"A\", \"symbols\": \"x\"}",
                "{\"type\": null}",
                "[[\"null\"]]",
                "{\"name\": \"\\u001b[31m\"}",
                "null",
                "17"
            })
    void whatIsNoSchemaIsRefusedByName(String text) {
        List<ContractFile> bad = List.of(avsc("bad.avsc", text));
        assertRefused(bad, "bad.avsc");
    }

    private void assertRefused(List<ContractFile> files, String name) {
        assertThatThrownBy(() -> checker.check(files, files))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID_INPUT))
                .hasMessageContaining(name)
                .satisfies(e -> assertThat(e.getMessage().chars().noneMatch(Character::isISOControl))
                        .isTrue());
    }

    @Test
    void deepNestingIsRefused() {
        assertRefused(List.of(avsc("deep.avsc", "[".repeat(100_000))), "deep.avsc");
        assertRefused(
                List.of(avsc(
                        "deep.avsc", "{\"type\":\"array\",\"items\":".repeat(5_000) + "\"int\"" + "}".repeat(5_000))),
                "deep.avsc");
    }

    /** Each file is flat; together they are a chain that Avro would follow by recursion. */
    @Test
    void deepChainThroughManyFilesIsRefused() {
        List<ContractFile> files = new ArrayList<>();
        for (int i = 0; i < 1_900; i++) {
            files.add(avsc("r" + i + ".avsc", record("R" + i, "\"R" + (i + 1) + "\"")));
        }
        files.add(avsc("last.avsc", record("R1900", "\"int\"")));
        assertRefused(files, ".avsc");
    }

    /** Records that all contain a union of all: each is compared with each. */
    @Test
    void unionsOfEverythingWithEverythingAreRefused() {
        StringBuilder all = new StringBuilder("[");
        for (int i = 0; i < 600; i++) {
            all.append(i == 0 ? "" : ",").append("\"R").append(i).append('"');
        }
        List<ContractFile> files = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            files.add(avsc("r" + i + ".avsc", record("R" + i, all + "]")));
        }
        assertRefused(files, ".avsc");
    }

    private static String record(String name, String type) {
        return "{\"type\":\"record\",\"name\":\"" + name + "\",\"fields\":[{\"name\":\"f\",\"type\":" + type + "}]}";
    }

    @Test
    void twoFilesOfOneNameAreRefused() {
        assertRefused(List.of(avsc("a.avsc", "\"int\""), avsc("a.avsc", "\"long\"")), "a.avsc");
    }
}
