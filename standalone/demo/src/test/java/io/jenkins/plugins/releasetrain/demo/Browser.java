package io.jenkins.plugins.releasetrain.demo;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Headless Chromium on the pages; tests are skipped where Debian's chromium and chromium-driver are not installed. */
final class Browser implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static Browser open() {
        return open("en");
    }

    /** @param language what its user reads */
    static Browser open(String language) {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "Skipped: needs chromium and chromium-driver (apt-get install chromium chromium-driver)");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,900", "--lang=" + language);
        options.setExperimentalOption("prefs", Map.of("intl.accept_languages", language));
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logging);
        return new Browser(new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .usingAnyFreePort()
                        .build(),
                options));
    }

    /** A page may be drawn anew between looking for an element and asking it. */
    FluentWait<WebDriver> waiting() {
        return new WebDriverWait(driver, Duration.ofSeconds(60)).ignoring(StaleElementReferenceException.class);
    }

    /** @param path without leading slash */
    WebElement show(PagesServer from, String path) {
        driver.get(from.origin() + path);
        return waiting().until(b -> {
            WebElement page = b.findElements(By.id("rt-page")).stream()
                    .filter(p -> p.getDomAttribute("data-shown") != null)
                    .findFirst()
                    .orElse(null);
            return page;
        });
    }

    /** What the browser's console said since it was asked last, broken rules of the policy included. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(m -> !m.contains("favicon.ico"))
                .toList();
    }

    void colours(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Serious and critical findings of axe-core, WCAG 2.2 AA and best practices; in an isolated world, past the policy. */
    @SuppressWarnings("unchecked")
    List<String> accessibilityFindings() throws IOException {
        try (InputStream axe = Browser.class.getResourceAsStream("/axe.min.js")) {
            Map<String, Object> result = (Map<String, Object>)
                    driver.executeAsyncScript(
                            new String(axe.readAllBytes(), StandardCharsets.UTF_8)
                                    + ";const done = arguments[arguments.length - 1];"
                                    + "axe.run(document, { resultTypes: ['violations'] }).then(done, e => done({error: String(e)}));");
            return ((List<Map<String, Object>>) result.get("violations"))
                    .stream()
                            .filter(v -> List.of("serious", "critical").contains(v.get("impact")))
                            .map(v -> v.get("id") + ": "
                                    + ((List<Map<String, Object>>) v.get("nodes"))
                                            .stream()
                                                    .map(n -> n.get("html") + " " + n.get("failureSummary"))
                                                    .limit(3)
                                                    .collect(Collectors.joining(" | ")))
                            .toList();
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
