package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** people.md 3.7: the script and the style of the configuration's tables, in a browser but without Jenkins around them. */
class EntriesScriptTest {
    private static final Path CONFIG = Path.of(System.getProperty("repository.root", "../.."))
            .toAbsolutePath()
            .resolve("src/main/resources/io/jenkins/plugins/releasetrain/config");

    private Browser browser;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() {
        browser = Browser.open();
    }

    @AfterEach
    void close() {
        browser.close();
    }

    private void show(String body) throws IOException {
        Path page = directory.resolve("page.html");
        Files.writeString(page, """
                <!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
                <link rel="stylesheet" href="%s"><script src="%s"></script></head><body>%s</body></html>
                """.formatted(
                        CONFIG.resolve("entries.css").toUri(),
                        CONFIG.resolve("entries.js").toUri(),
                        body));
        browser.driver.get(page.toUri().toString());
    }

    private static String row(int n) {
        return "<tr><td><a href='x'>train-" + n + "</a></td><td>shop · staging-" + n + " · 1–20 " + "word ".repeat(60)
                + "</td><td></td><td>✕ 13:05 UTC <div>it did not answer " + "at all ".repeat(40) + "</div></td></tr>";
    }

    private void table() throws IOException {
        show("<input type='search' class='rt-entries__filter' aria-label='Filter' data-entries='rt-entries'"
                + " data-none='rt-entries-none'><table id='rt-entries' class='rt-entries'><tbody>"
                + IntStream.range(0, 20).mapToObj(EntriesScriptTest::row).collect(Collectors.joining())
                + "</tbody></table><p id='rt-entries-none' role='status' hidden>None of them has that</p>");
    }

    private long shown() {
        return browser.driver.findElements(By.cssSelector("tbody tr")).stream()
                .filter(WebElement::isDisplayed)
                .count();
    }

    @Test
    void aTableIsFilteredWhileOneTypes() throws IOException {
        table();
        WebElement filter = browser.driver.findElement(By.tagName("input"));
        assertThat(shown()).isEqualTo(20);
        filter.sendKeys("STAGING-1");
        assertThat(shown()).as("1 and 10 to 19").isEqualTo(11);
        filter.sendKeys("7 shop");
        assertThat(shown()).as("all words, in any order").isEqualTo(1);
        filter.sendKeys(" moon");
        assertThat(shown()).isZero();
        assertThat(browser.driver.findElement(By.id("rt-entries-none")).isDisplayed())
                .isTrue();
        filter.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        assertThat(shown()).isEqualTo(20);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void whateverIsSaidOfAnEntryItIsOneLine() throws IOException {
        table();
        for (WebElement row : browser.driver.findElements(By.tagName("tr"))) {
            assertThat(row.getSize().getHeight()).isLessThan(40);
        }
    }

    @Test
    void whatDiffersFromTheDefaultIsBold() throws IOException {
        show("""
                <p data-differing="largestBatch policy.longestWaitMinutes gone"></p><form name="config">
                <div class="jenkins-form-item"><div class="jenkins-form-label">Largest</div><input name="_.largestBatch"></div>
                <div class="jenkins-form-item"><div class="jenkins-form-label">Smallest</div><input name="_.smallestBatch"></div>
                <div class="jenkins-form-item"><div class="jenkins-form-label">Policy</div><div name="policy">
                <div class="jenkins-form-item"><div class="jenkins-form-label">Wait</div><input name="_.longestWaitMinutes"></div>
                </div></div></form>
                """);
        assertThat(browser.driver.findElements(By.cssSelector(".rt-differs")))
                .extracting(WebElement::getText)
                .containsExactly("Largest", "Wait");
        assertThat(browser.driver.findElement(By.className("rt-differs")).getCssValue("font-weight"))
                .isEqualTo("700");
        assertThat(browser.complaints()).isEmpty();
    }
}
