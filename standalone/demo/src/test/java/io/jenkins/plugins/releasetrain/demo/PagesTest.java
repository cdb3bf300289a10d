package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
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

/** The pages in headless Chromium; skipped where Debian's chromium and chromium-driver are not installed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private SqlStore store;
    private SqlStore emptyStore;
    private PagesServer server;
    private PagesServer emptyServer;
    private ChromeDriver browser;

    @BeforeAll
    void open() throws IOException {
        assumeTrue(
                Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER),
                "Skipped: needs chromium and chromium-driver (apt-get install chromium chromium-driver)");
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        HostileShop.fill(store);
        server = new PagesServer(new HistoryApi(store, Clock.systemUTC()), 0);
        emptyStore = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        emptyServer = new PagesServer(new HistoryApi(emptyStore, Clock.systemUTC()), 0);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1100,820", "--lang=en");
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logging);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    @AfterAll
    void close() {
        if (browser != null) {
            browser.quit();
        }
        if (server != null) {
            server.close();
            emptyServer.close();
            store.close();
            emptyStore.close();
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A page may be drawn anew between looking for an element and asking it. */
    private FluentWait<WebDriver> waiting() {
        return new WebDriverWait(browser, Duration.ofSeconds(30)).ignoring(StaleElementReferenceException.class);
    }

    private WebElement show(PagesServer from, String hash) {
        browser.get("about:blank");
        browser.get(from.origin() + hash);
        waiting().until(b -> b.findElement(By.id("rt-page")).getDomAttribute("data-shown") != null);
        return browser.findElement(By.id("rt-page"));
    }

    private List<String> complaints() {
        return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(m -> !m.contains("favicon.ico"))
                .toList();
    }

    static Stream<List<String>> pages() {
        return Stream.of(
                List.of("#/now", "Trains now", "person " + HostileShop.EVIL),
                List.of("#/history", "History", "reason " + HostileShop.EVIL),
                List.of("#/history?state=EJECTED", "History", "bad2"),
                List.of("#/release/shop-2", "Release shop-2", HostileShop.SERVICE),
                List.of("#/change/bad1", "Change bad1", "reason " + HostileShop.EVIL),
                List.of("#/compare?from=shop-1&to=shop-2", "Compare", HostileShop.SERVICE),
                List.of("#/matrix", "What is where", "staging " + HostileShop.EVIL),
                List.of("#/service/" + encoded(HostileShop.SERVICE), "Service " + HostileShop.SERVICE, "shop-2"),
                List.of("#/digest/" + encoded(HostileShop.DIGEST.value()), "Where is this image?", "shop-2"),
                List.of("#/trends", "Trends", "Lead time p95"));
    }

    /** Names with HTML, and a build whose link is a script: shown as they are, and nothing of them is interpreted. */
    @ParameterizedTest
    @MethodSource("pages")
    void everyPageShowsItsContentAndInterpretsNothingOfIt(List<String> page) {
        WebElement main = show(server, page.get(0));

        assertThat(main.findElement(By.tagName("h1")).getText()).isEqualTo(page.get(1));
        assertThat(main.getText()).contains(page.get(2)).doesNotContain("That did not work");
        assertThat(browser.executeScript("return window.hacked === undefined")).isEqualTo(true);
        assertThat(main.findElements(By.tagName("img"))).isEmpty();
        assertThat(main.findElements(By.cssSelector("a[href^='javascript']"))).isEmpty();
        assertThat(complaints())
                .as("what the browser's console says, CSP included")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyControlHasANameAndEveryTableACaption(List<String> page) {
        WebElement main = show(server, page.get(0));

        for (WebElement control : main.findElements(By.cssSelector("a, button, input, select, svg[role=img]"))) {
            assertThat(control.getAccessibleName())
                    .as(control.getDomProperty("outerHTML"))
                    .isNotBlank();
        }
        assertThat(main.findElements(By.tagName("caption"))).hasSameSizeAs(main.findElements(By.tagName("table")));
    }

    @Test
    void emptyHistorySaysSo() {
        for (String hash : List.of("", "#/now", "#/history", "#/matrix", "#/trends", "#/compare", "#/service/none")) {
            WebElement main = show(emptyServer, hash);
            assertThat(main.findElements(By.className("rt-notice"))).as(hash).isNotEmpty();
            assertThat(main.findElements(By.cssSelector("[role=alert]")))
                    .as(hash)
                    .isEmpty();
        }
        assertThat(complaints()).isEmpty();
    }

    @Test
    void unknownReleaseIsNamed() {
        WebElement main = show(server, "#/release/none");
        assertThat(main.findElement(By.cssSelector("[role=alert]")).getText()).contains("'none'");
        browser.manage().logs().get(LogType.BROWSER);
    }

    @Test
    void treeConnectsTheSearchToTheFailedBatch() {
        WebElement main = show(server, "#/release/shop-2");
        assertThat(main.findElements(By.cssSelector("svg g.rt-bad"))).hasSize(1);
        assertThat(main.findElements(By.cssSelector("svg g.rt-good .rt-proof"))).hasSize(1);
        assertThat(main.findElements(By.cssSelector("svg path.rt-line"))).hasSize(1);
    }

    @Test
    void keyboardAloneSkipsToTheContentAndFollowsLinks() {
        show(server, "#/now");
        browser.switchTo().activeElement().sendKeys(Keys.TAB);
        assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Skip to content");
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        waiting().until(b -> "rt-page".equals(b.switchTo().activeElement().getDomAttribute("id")));

        browser.findElement(By.linkText("History")).sendKeys(Keys.ENTER);
        waiting().until(b -> "History".equals(b.findElement(By.tagName("h1")).getText()));
        assertThat(browser.findElement(By.cssSelector("nav a[aria-current=page]"))
                        .getText())
                .isEqualTo("History");
        assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("rt-page");
    }

    @Test
    void filterIsInTheAddress() {
        WebElement main = show(server, "#/history");
        main.findElement(By.name("text")).sendKeys("bad1", Keys.ENTER);
        waiting().until(b -> b.findElements(By.cssSelector("tbody tr")).size() == 1);
        assertThat(browser.getCurrentUrl()).endsWith("#/history?text=bad1");
    }

    /** Light and dark differ, and both are pictures; -Dscreenshots=DIR keeps them. */
    @Test
    void pagesFollowTheColourScheme() throws IOException {
        show(server, "#/release/shop-2");
        byte[] light = picture("light");
        byte[] dark = picture("dark");
        assertThat(light).isNotEqualTo(dark);
        String directory = System.getProperty("screenshots", "");
        if (!directory.isEmpty()) {
            Files.write(Path.of(directory, "history-light.png"), light);
            Files.write(Path.of(directory, "history-dark.png"), dark);
        }
        browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    private byte[] picture(String scheme) {
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        return browser.getScreenshotAs(OutputType.BYTES);
    }
}
