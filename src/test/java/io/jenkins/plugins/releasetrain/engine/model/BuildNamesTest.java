package io.jenkins.plugins.releasetrain.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildNamesTest {
    private static final Set<String> SEEN = Set.of("shop/cart", "shop/my cart", "Größe", "a:b");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a newer image was queued (by secret/x#3)|a newer image was queued (by a build)",
                "a newer image was queued (by shop/cart#3)|a newer image was queued (by shop/cart#3)",
                "its build secret acme/take over#12 has ended|its build a build has ended",
                "its build shop/my cart#12 has ended|its build shop/my cart#12 has ended",
                "held by lane of pay/über#1, lane of shop/cart#2|held by lane of a build, lane of shop/cart#2",
                "declined: by Größe#1 and geheim#2|declined: by Größe#1 and a build",
                "by a:b#7|by a:b#7",
                "see #5, it is no build|see #5, it is no build",
                "secret#1|a build",
                "#1|#1",
                "what it says|what it says"
            })
    void S3_whatMayNotBeSeenIsABuild(String text, String seen) {
        assertThat(BuildNames.seen(text, SEEN::contains)).isEqualTo(seen);
    }
}
