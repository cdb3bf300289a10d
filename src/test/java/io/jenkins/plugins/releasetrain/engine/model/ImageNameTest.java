package io.jenkins.plugins.releasetrain.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageNameTest {
    private static final Digest DIGEST = new Digest("sha256:3f5e8a1c90ab" + "0".repeat(52));

    /** The rule, case by case: tag, tag that the history knows, version and revision that it says of itself, name. */
    @ParameterizedTest(name = "{index}: {4}")
    @CsvSource(
            nullValues = "-",
            value = {
                "1.4.2, -, -, -, 1.4.2",
                "1.4.2, 1.4.2-rc1, 9.9, 1a2b3c4d5e, 1.4.2",
                "latest, 1.4.2, -, -, 1.4.2",
                "latest, 1.4.2, 9.9, 1a2b3c4d5e, 1.4.2",
                "-, 1.4.2, -, -, 1.4.2",
                "main, -, 1.4.2, 1a2b3c4d5e, 1.4.2",
                "-, latest, 1.4.2, -, 1.4.2",
                "-, -, 1.4.2, -, 1.4.2",
                "latest, -, -, 1a2b3c4d5e, commit 1a2b3c4",
                "-, -, -, 1a2b3, commit 1a2b3",
                "latest, edge, -, -, 3f5e8a1c90ab",
                "-, -, -, -, 3f5e8a1c90ab"
            })
    void golden(String tag, String known, String version, String revision, String name) {
        ImageLabels labels = new ImageLabels(text(version), text(revision), "", "");
        assertThat(ImageName.of(DIGEST, text(tag), text(known), labels, MovingTags.USUAL.asMatchPredicate()))
                .isEqualTo(name);
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    @Test
    void whatMovesIsWhatIsConfigured() {
        Pattern mine = Pattern.compile("stable");
        assertThat(ImageName.of(DIGEST, "stable", "", ImageLabels.NONE, mine.asMatchPredicate()))
                .isEqualTo("3f5e8a1c90ab");
        assertThat(ImageName.of(DIGEST, "latest", "", ImageLabels.NONE, mine.asMatchPredicate()))
                .isEqualTo("latest");
    }

    @Test
    void twoOfOneNameAreToldApart() {
        assertThat(ImageName.apart("1.4.2", DIGEST)).isEqualTo("1.4.2 (3f5e8a)");
    }

    @Test
    void labelsAreOneLineAndLinksAreHttps() {
        ImageLabels hostile = new ImageLabels("1\u202E.0\n", "x".repeat(1_000_000), "javascript:alert(1)", "\u0000now");
        assertThat(hostile.version()).isEqualTo("1 .0");
        assertThat(hostile.revision()).hasSize(201);
        assertThat(hostile.source()).isEmpty();
        assertThat(hostile.created()).isEqualTo("now");
    }
}
