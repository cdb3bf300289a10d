package io.jenkins.plugins.releasetrain.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Built.Source;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceLinksTest {
    private static final SourceLinks ISSUES = new SourceLinks("[A-Z]+-\\d+", "https://issues.example/browse/{key}", "");

    @Test
    void keysAreFoundInTheirOrderEachOnce() {
        assertThat(ISSUES.issues("PAY-7 and SHOP-12, see PAY-7")).containsExactly("PAY-7", "SHOP-12");
        assertThat(ISSUES.issueUrl("A/../b?c")).isEqualTo("https://issues.example/browse/A/../b%3Fc");
        assertThat(new SourceLinks("#(\\d+)", "", "").issues("fixes #12, #13")).containsExactly("12", "13");
        assertThat(SourceLinks.NONE.issues("SHOP-12")).isEmpty();
        assertThat(SourceLinks.NONE.issueUrl("SHOP-12")).isEmpty();
    }

    @Test
    void aPatternThatNeverEndsFindsNothing() {
        SourceLinks evil = new SourceLinks("(a+)+b", "", "");
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(evil.issues("a".repeat(9_000))).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "https://github.com/shop/cart.git, https://github.com/shop/cart/compare/1a...2b",
        "https://gitlab.example/shop/cart, https://gitlab.example/shop/cart/-/compare/1a...2b",
        "https://bitbucket.org/shop/cart, https://bitbucket.org/shop/cart/branches/compare/2b%0D1a#diff",
        "https://codeberg.org/shop/cart/, https://codeberg.org/shop/cart/compare/1a...2b",
        "https://git.example/cart, ''",
        "'', ''",
    })
    void revisionsAreComparedWhereTheHostIsKnown(String source, String page) {
        assertThat(SourceLinks.NONE.compare(new Source(source, "1a"), new Source(source, "2b")))
                .isEqualTo(page);
    }

    @Test
    void aTemplateIsTheSitesOwnAndRevisionsAreNoMarkup() {
        SourceLinks own = new SourceLinks("", "", "https://diff.example/?a={from}&b={to}");
        Source from = new Source("https://git.example/cart", "1 a\"");
        assertThat(own.compare(from, new Source("https://git.example/cart", "2&b")))
                .isEqualTo("https://diff.example/?a=1%20a%22&b=2%26b");
        assertThat(own.compare(from, new Source("https://git.example/other", "2")))
                .isEmpty();
        assertThat(own.compare(from, from)).isEmpty();
    }
}
