package io.jenkins.plugins.releasetrain.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceFormTest {
    private final CatalogReader reader = new CatalogReader();

    @Test
    void issuesAndCompareAreRead() {
        String yaml = "issues: {pattern: '[A-Z]+-\\d+', url: 'https://issues.example/{key}'}\n"
                + "compare: '{source}/compare/{from}...{to}'\nservices: {cart: }\n";
        assertThat(reader.read(yaml).links())
                .isEqualTo(new SourceLinks(
                        "[A-Z]+-\\d+", "https://issues.example/{key}", "{source}/compare/{from}...{to}"));
        assertThat(reader.read(yaml)).isEqualTo(reader.read(yaml));
        assertThat(reader.read("services: {cart: }").links()).isEqualTo(SourceLinks.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "issues: {pattern: '['}|is no regular expression",
                "issues: {pattern: 'x*'}|finds an issue where there is no text",
                "issues: {url: 'https://a/{key}'}|'pattern' is missing",
                "issues: {pattern: 'x', url: 'http://a/{key}'}|must be an address in https with {key}",
                "issues: {pattern: 'x', url: 'javascript:{key}'}|must be an address in https with {key}",
                "issues: {pattern: 'x', keys: 'y'}|known are pattern and url",
                "issues: x|issues are a map",
                "compare: 'javascript:{from}'|must be an address in https",
            })
    void mistakesAreNamedWithTheirLine(String yaml, String problem) {
        assertThat(reader.check(yaml + "\nservices: {cart: }\n"))
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.toString()).contains(problem);
                    assertThat(p.line()).isEqualTo(1);
                });
    }
}
