package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.history.German;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the checkers to the table in docs/contracts-rules.md, pair by pair. */
class ContractRulesTest {
    private static final int FEWEST = 60;

    static java.util.List<Pairs.Pair> pairs() {
        return Pairs.all();
    }

    /** Verdicts by kind and pair. */
    private static SortedMap<String, String> table() throws IOException {
        SortedMap<String, String> table = new TreeMap<>();
        String kind = "";
        for (String line :
                Files.readAllLines(Path.of(System.getProperty("repository.root", "."), "docs/contracts-rules.md"))) {
            if (line.startsWith("<!-- pairs ")) {
                kind = line.substring("<!-- pairs ".length(), line.indexOf(" -->"));
            }
            String[] cells = line.split(" \\| ", -1);
            if (!kind.isEmpty() && cells.length == 4 && !cells[0].equals("| pair")) {
                table.put(kind + "/" + cells[0].substring(2), cells[1].equals("–") ? "" : cells[1]);
            }
        }
        return table;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void pairHasTheVerdictOfTheTable(Pairs.Pair pair) throws IOException {
        assertThat(table()).containsKey(pair.id());
        assertThat(String.join(", ", pair.verdicts())).isEqualTo(table().get(pair.id()));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatItSaysIsSaidInGerman(Pairs.Pair pair) {
        assertThat(pair.check())
                .allSatisfy(f -> assertThat(German.said(f.message()))
                        .isNotEqualTo(f.message())
                        .doesNotContainPattern("\\b(the|The|which|removed|not set)\\b"));
    }

    @Test
    void everyRowHasItsPair() throws IOException {
        assertThat(table().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Pairs.all().stream().map(Pairs.Pair::id).toList());
        assertThat(table()).hasSizeGreaterThan(FEWEST);
    }

    /** Every change to nothing, and from nothing, has an answer too. */
    @ParameterizedTest
    @MethodSource("pairs")
    void nothingBreaksWhereNothingWasOrNothingChanged(Pairs.Pair pair) {
        assertThat(Checkers.check(java.util.List.of(), pair.after())).noneMatch(f -> f.severity() == Severity.ERROR);
        assertThat(Checkers.check(pair.after(), pair.after()))
                .allMatch(f -> f.rule().equals("reference-not-followed"));
        assertThat(Checkers.check(pair.before(), java.util.List.of()))
                .extracting(Finding::rule)
                .containsExactly(Findings.REMOVED);
    }
}
