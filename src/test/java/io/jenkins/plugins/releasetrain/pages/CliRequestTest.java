package io.jenkins.plugins.releasetrain.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Asked;
import io.jenkins.plugins.releasetrain.pages.CliRequest.Act;
import io.jenkins.plugins.releasetrain.pages.CliRequest.Get;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** people.md 2.11: words of the command line are what the API is asked. */
class CliRequestTest {
    private static CliRequest of(String... words) {
        return CliRequest.of(List.of(words));
    }

    @Test
    void whatCanBeReadIsAPathAndAQuery() {
        assertThat(of("now")).isEqualTo(new Get("/now", ""));
        assertThat(of("compare", "from=shop-1", "to=production@2026-03-01"))
                .isEqualTo(new Get("/compare", "from=shop-1&to=production%402026-03-01"));
        assertThat(of("notes", "shop-2", "format=md")).isEqualTo(new Get("/releases/shop-2/notes", "format=md"));
        assertThat(of("get", "/history", "text=a b&c=d")).isEqualTo(new Get("/history", "text=a%20b%26c%3Dd"));
    }

    @Test
    void whatIsDoneIsAnOperationWithItsParts() {
        assertThat(of("perform", "PAUSE", "train=shop", "reason=the database moves & more"))
                .isEqualTo(new Act(false, new Asked("PAUSE", "", "shop", "the database moves & more")));
        assertThat(of("plan", "ROLL_BACK", "train=shop", "subject=shop-1"))
                .isEqualTo(new Act(true, new Asked("ROLL_BACK", "shop-1", "shop", "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "dance", "notes", "notes since=shop-1", "compare shop-1", "perform", "perform PAUSE moon=1"})
    void whatSaysNothingIsRefusedWithWhatCanBeSaid(String line) {
        List<String> words = line.isEmpty() ? List.of() : List.of(line.split(" "));

        assertThatThrownBy(() -> CliRequest.of(words)).hasMessageMatching("(?s).*(now \\| compare|NAME=VALUE|moon).*");
    }

    @Test
    void exitCodesAreThoseOfJenkins() {
        assertThat(List.of(400, 403, 404, 409, 503))
                .extracting(ReleaseTrainCommand::exit)
                .containsExactly(3, 6, 3, 4, 5);
    }
}
