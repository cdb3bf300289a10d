package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.WebElement;

/** How much the overview and a train's page show at once, in headless Chromium. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OverviewPageTest {
    private static final int SCREEN = 900;

    private SqlStore store;
    private PagesServer server;
    private Browser browser;

    @BeforeAll
    void open() throws IOException {
        browser = Browser.open();
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        ManyTrains.fill(store, 20, 13);
        server = new PagesServer(TestSites.of(store, right -> true), 0);
        browser.driver.manage().window().setSize(new Dimension(1280, 1000));
    }

    @AfterAll
    void close() {
        if (browser != null) {
            browser.close();
            server.close();
            store.close();
        }
    }

    private double bottom(WebElement last) {
        return ((Number) browser.driver.executeScript(
                        "return arguments[0].getBoundingClientRect().bottom + scrollY", last))
                .doubleValue();
    }

    private long asked() {
        return (Long) browser.driver.executeScript(
                "return performance.getEntriesByType('resource').filter(e => e.name.includes('/api/')).length");
    }

    @Test
    void twentyTrainsAreOneScreenAndOneRequest() throws IOException {
        for (String scheme : List.of("light", "dark")) {
            browser.colours(scheme);
            WebElement page = browser.show(server, "");
            List<WebElement> lines = page.findElements(By.cssSelector(".rt-lines tbody tr"));
            assertThat(lines).hasSize(20);
            assertThat(bottom(lines.get(19))).isLessThanOrEqualTo(SCREEN);
            assertThat(asked()).isEqualTo(1);
            assertThat(page.findElements(By.cssSelector(".rt-trouble li"))).hasSize(2);
            assertThat(lines.get(0).getText())
                    .startsWith("train-07")
                    .contains("train-07-10", "paused", "10", "✓✓✓✕✓✓✓✓✓✓");
            assertThat(lines.get(2).getText()).contains("testing 3 in staging");
            assertThat(browser.accessibilityFindings()).as(scheme).isEmpty();
        }
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void thirteenChangesAndTheTrialAreOneScreenAndOneRequest() throws IOException {
        WebElement page = browser.show(server, "trains/train-03");
        List<WebElement> lines = page.findElements(By.cssSelector(".rt-lines tbody tr"));
        assertThat(lines).hasSize(13);
        assertThat(bottom(lines.get(12))).isLessThanOrEqualTo(SCREEN);
        assertThat(asked()).isEqualTo(1);
        assertThat(lines.get(0).getText())
                .contains("service-0 1.0", "person0", "job/service-0#0", "tested in staging by");
        assertThat(lines.get(12).getText()).contains("position 10");
        assertThat(page.findElement(By.className("rt-way")).getText())
                .contains("Waiting 10", "Tried 3", "Released train-03-10");
        assertThat(browser.accessibilityFindings()).isEmpty();
    }

    @Test
    void whoeverRunsNoScriptsIsToldSo() {
        browser.driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
        try {
            browser.driver.get(server.origin().toString());
            assertThat(browser.driver.getTitle()).isEqualTo("Release trains");
            assertThat(browser.driver.findElement(By.tagName("body")).getText())
                    .contains("Release trains", "Overview", "History", "Trends");
            assertThat(browser.driver.getPageSource()).contains("<noscript>These pages need JavaScript");
        } finally {
            browser.driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
        }
    }

    /** What was shown stays, and is said to be old, while the server does not answer. */
    @Test
    void pageThatCannotBeBroughtUpToDateSaysSinceWhen() {
        browser.show(server, "trains/train-03");
        browser.driver.executeScript(
                "window.fetch = () => Promise.reject(new Error('away')); document.dispatchEvent(new CustomEvent('rt-changed'))");
        browser.waiting().until(b -> b.findElement(By.id("rt-stale")).getText().startsWith("Not up to date since"));
        assertThat(browser.driver.findElements(By.cssSelector(".rt-lines tbody tr")))
                .hasSize(13);
    }
}
