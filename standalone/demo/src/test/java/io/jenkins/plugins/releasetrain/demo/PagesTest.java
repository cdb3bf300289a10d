package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
import org.openqa.selenium.WebElement;

/** Every page in headless Chromium, over a history whose names are HTML and emoji. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesTest {
    private static final int FIRST_PAGE_BYTES = 100_000;

    private SqlStore store;
    private SqlStore emptyStore;
    private PagesServer server;
    private PagesServer emptyServer;
    private Browser browser;

    @BeforeAll
    void open() throws IOException {
        browser = Browser.open();
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        HostileShop.fill(store);
        server = new PagesServer(TestSites.of(store, right -> true, HostileShop.line()), 0);
        emptyStore = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        emptyServer = new PagesServer(TestSites.of(emptyStore, right -> true), 0);
    }

    @AfterAll
    void close() {
        if (browser != null) {
            browser.close();
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

    static Stream<List<String>> pages() {
        return Stream.of(
                List.of("", "Overview", "paused " + HostileShop.EVIL),
                List.of("now", "Overview", "is paused by ada"),
                List.of("trains/" + encoded("shop " + HostileShop.EVIL), "Train shop", "person " + HostileShop.EVIL),
                List.of("bad", "Blocked images", "No image is blocked"),
                List.of("history", "History", "reason " + HostileShop.EVIL),
                List.of("history?state=EJECTED", "History", "build " + HostileShop.EVIL),
                List.of("find?text=bad1", "Found for bad1", "rejected"),
                List.of("releases/shop-2", "Release shop-2", HostileShop.SERVICE),
                List.of("changes/bad1", HostileShop.SERVICE + " 1.41", "reason " + HostileShop.EVIL),
                List.of("changes/waits", HostileShop.SERVICE + " 1.9", "waits, position 1"),
                List.of("compare?from=shop-1&to=shop-2", "Compare", HostileShop.SERVICE),
                List.of("compare", "Compare", "production a week ago → production now"),
                List.of("places", "Places", "staging " + HostileShop.EVIL),
                List.of("matrix", "Places", "↓1"),
                List.of("services/" + encoded(HostileShop.SERVICE), "Service " + HostileShop.SERVICE, "shop-2"),
                List.of(
                        "verified/" + encoded(HostileShop.SERVICE),
                        "Tested together with " + HostileShop.SERVICE,
                        "pay " + HostileShop.EVIL),
                List.of("digests/" + encoded(HostileShop.DIGEST.value()), "Where is this image?", "shop-2"),
                List.of("trends", "Trends", "Failed releases"));
    }

    /** Names with HTML, and a build whose link is a script: shown as they are, and nothing of them is interpreted. */
    @ParameterizedTest
    @MethodSource("pages")
    void everyPageShowsItsContentAndInterpretsNothingOfIt(List<String> page) {
        WebElement main = browser.show(server, page.get(0));

        assertThat(main.findElement(By.tagName("h1")).getText()).startsWith(page.get(1));
        assertThat(main.getText()).contains(page.get(2)).doesNotContain("That did not work");
        assertThat(browser.driver.executeScript("return window.hacked === undefined"))
                .isEqualTo(true);
        assertThat(main.findElements(By.tagName("img"))).isEmpty();
        assertThat(main.findElements(By.cssSelector("a[href^='javascript']"))).isEmpty();
        assertThat(browser.complaints())
                .as("what the browser's console says, CSP included")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyPageIsAccessibleInLightAndDark(List<String> page) throws IOException {
        for (String scheme : List.of("light", "dark")) {
            browser.colours(scheme);
            WebElement main = browser.show(server, page.get(0));
            assertThat(browser.accessibilityFindings()).as(scheme).isEmpty();
            assertThat(main.findElements(By.tagName("caption"))).hasSameSizeAs(main.findElements(By.tagName("table")));
        }
        for (WebElement control : browser.driver.findElements(By.cssSelector("a, button, input, select, [role=img]"))) {
            assertThat(!control.isDisplayed() || !control.getAccessibleName().isBlank())
                    .as(control.getDomProperty("outerHTML"))
                    .isTrue();
        }
        browser.complaints();
    }

    /** For a screen that nobody clicks on. */
    @Test
    void aWallShowsWhatGoesOnWithoutTabsAndButtons() {
        WebElement main = browser.show(server, "?wall");

        assertThat(main.findElement(By.tagName("h1")).isDisplayed()).isTrue();
        for (WebElement control : browser.driver.findElements(By.cssSelector("nav, button, input"))) {
            assertThat(control.isDisplayed())
                    .as(control.getDomProperty("outerHTML"))
                    .isFalse();
        }
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.show(server, "").findElement(By.xpath("//nav")).isDisplayed())
                .as("only there")
                .isTrue();
    }

    @Test
    void emptyHistorySaysSo() {
        for (String path : List.of("", "now", "history", "places", "trends", "compare", "services/none")) {
            WebElement main = browser.show(emptyServer, path);
            assertThat(main.findElements(By.className("rt-notice"))).as(path).isNotEmpty();
            assertThat(main.findElements(By.cssSelector("[role=alert]")))
                    .as(path)
                    .isEmpty();
        }
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void unknownReleaseIsNamed() {
        WebElement main = browser.show(server, "releases/none");
        assertThat(main.findElement(By.cssSelector("[role=alert]")).getText()).contains("'none'");
        browser.complaints();
    }

    @Test
    void whoWaitsForAnEnvironmentIsShownInOrderWithAboutWhen() {
        WebElement line =
                browser.show(server, "").findElement(By.xpath("//section[h2[starts-with(., 'Environments')]]"));
        List<WebElement> rows = line.findElements(By.cssSelector("tbody tr"));
        assertThat(line.findElement(By.className("rt-caption")).getText())
                .isEqualTo("Environment staging " + HostileShop.EVIL);
        assertThat(rows).extracting(WebElement::getText).hasSize(2);
        assertThat(rows.get(0).getText()).startsWith("holds it train " + HostileShop.EVIL + " alone");
        assertThat(rows.get(1).getText())
                .startsWith("1 lane " + HostileShop.EVIL + " with others")
                .endsWith("in 2 hours");
        assertThat(browser.complaints()).isEmpty();
    }

    /** What was tried, why, with what verdict, and which two sets prove the culprit guilty. */
    @Test
    void pictureExplainsTheSearch() {
        WebElement main = browser.show(server, "releases/shop-2");
        assertThat(main.findElements(By.cssSelector("svg g.rt-cell.rt-bad .rt-held")))
                .as("the culprit alone")
                .hasSize(1);
        assertThat(main.findElements(By.cssSelector("svg g.rt-cell.rt-soft .rt-hollow")))
                .as("who was in it, too")
                .hasSize(1);
        assertThat(main.findElements(By.cssSelector("svg g.rt-cell.rt-good .rt-held")))
                .hasSize(1);
        assertThat(main.findElements(By.cssSelector("svg .rt-guilty"))).hasSize(1);
        assertThat(main.findElements(By.cssSelector("svg path.rt-line"))).hasSize(1);
        assertThat(main.findElement(By.cssSelector("svg")).getText()).contains("the set with it", "the set without it");
        main.findElement(By.tagName("summary")).click();
        assertThat(main.findElement(By.tagName("details")).getText())
                .contains("batch of 2", "finding the culprit: 1 of 2");
    }

    /** Texts of pictures, which axe does not look at: as WCAG computes it, of the colours that the browser drew. */
    @Test
    void picturesHaveEnoughContrastInLightAndDark() {
        for (String scheme : List.of("light", "dark")) {
            browser.colours(scheme);
            browser.show(server, "releases/shop-2");
            Map<?, ?> least = (Map<?, ?>) browser.driver.executeScript("""
                    const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
                    const light = colour => {
                        context.fillStyle = colour;
                        context.fillRect(0, 0, 1, 1);
                        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map(v => v / 255)
                            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                    };
                    const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
                    const page = getComputedStyle(document.body).backgroundColor;
                    const texts = [...document.querySelectorAll('.rt-tree text')].map(text => ({ text: text.textContent,
                        ratio: ratio(getComputedStyle(text).fill, text.classList.contains('rt-on')
                            ? getComputedStyle(text.parentNode.querySelector('rect')).fill : page) }));
                    return { count: texts.length, ...texts.sort((a, b) => a.ratio - b.ratio)[0] };
                    """);
            assertThat(((Number) least.get("count")).intValue()).as(scheme).isGreaterThan(5);
            assertThat(((Number) least.get("ratio")).doubleValue())
                    .as(scheme + ": " + least)
                    .isGreaterThanOrEqualTo(4.5);
        }
    }

    @Test
    void chartsAreDrawnByTheLibraryWhichNoOtherPageLoads() {
        browser.show(server, "now");
        assertThat(browser.driver.executeScript("return window.echarts === undefined"))
                .isEqualTo(true);
        WebElement main = browser.show(server, "trends?owner=" + encoded("shop " + HostileShop.EVIL));
        browser.waiting()
                .until(b -> !main.findElements(By.cssSelector(".rt-chart[data-drawn] canvas"))
                        .isEmpty());
        assertThat(main.findElement(By.cssSelector(".rt-chart")).getDomAttribute("aria-label"))
                .as("what is hatched is told in words too")
                .contains("hatched, since not final");
        assertThat((List<?>) browser.driver.executeScript(
                        "return echarts.getInstanceByDom(arguments[0])" + ".getOption().xAxis[0].data",
                        main.findElement(By.cssSelector(".rt-chart"))))
                .as("of how many each bar is")
                .hasSizeGreaterThan(1)
                .allSatisfy(label -> assertThat((String) label).matches("\\w{3} \\d+\nn = \\d+"));
        assertThat(main.getText()).contains("not the whole week", "may still change");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void keyboardAloneSkipsToTheContentAndFollowsLinks() {
        browser.show(server, "now");
        browser.driver.switchTo().activeElement().sendKeys(Keys.TAB);
        assertThat(browser.driver.switchTo().activeElement().getText()).isEqualTo("Skip to content");
        browser.driver.switchTo().activeElement().sendKeys(Keys.ENTER);
        browser.waiting()
                .until(b -> "rt-page".equals(b.switchTo().activeElement().getDomAttribute("id")));

        browser.driver.findElement(By.linkText("History")).sendKeys(Keys.ENTER);
        browser.waiting()
                .until(b -> "History".equals(b.findElement(By.tagName("h1")).getText()));
        assertThat(browser.driver.getCurrentUrl()).endsWith("/history");
        assertThat(browser.driver
                        .findElement(By.cssSelector("nav a[aria-current=page]"))
                        .getText())
                .isEqualTo("History");
        assertThat(browser.driver.switchTo().activeElement().getDomAttribute("id"))
                .isEqualTo("rt-page");
        browser.driver.navigate().back();
        browser.waiting()
                .until(b -> "Overview".equals(b.findElement(By.tagName("h1")).getText()));
    }

    @Test
    void filterIsInTheAddress() {
        WebElement main = browser.show(server, "history");
        main.findElement(By.name("text")).sendKeys("bad1", Keys.ENTER);
        browser.waiting().until(b -> b.findElements(By.cssSelector("tbody tr")).size() == 1);
        assertThat(browser.driver.getCurrentUrl()).endsWith("/history?text=bad1");
    }

    /** Bounded answers, so that a page of 5,000 services is as quick as one of five; the rest is a link away. */
    @Test
    void fiveThousandServicesArePagedAndStayQuick() throws IOException {
        try (SqlStore large =
                        SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
                PagesServer shop = new PagesServer(TestSites.of(large, right -> true), 0)) {
            LargeShop.fill(large);
            WebElement release = browser.show(shop, "releases/large-2");
            assertThat(release.getText()).contains("The first 500 of 5000", "s0000", "s0499");
            assertThat(browser.show(shop, "compare?from=large-1&to=large-2").getText())
                    .contains("5,000 services changed");
            assertThat(browser.show(shop, "places").getText()).contains("All 5000 services are the same everywhere");
            WebElement matrix = browser.show(shop, "places?differs=false");
            assertThat(matrix.findElements(By.cssSelector("tbody tr"))).hasSize(100);
            matrix.findElement(By.linkText("More services")).click();
            browser.waiting()
                    .until(b -> b.findElement(By.id("rt-page")).getText().contains("s0199"));
            assertThat(browser.show(shop, "places?differs=false&after=s4989").findElements(By.cssSelector("tbody tr")))
                    .hasSize(10);
        }
    }

    /**
     * Bytes of the first page without the chart library, and its time to interactive: from the navigation's start until
     * what it lists is there and no task of more than 50 ms keeps it from reacting; that is then tried with the first
     * control. Printed for the record, in milliseconds.
     */
    @Test
    void firstPageIsSmall() {
        browser.show(server, "history");
        browser.show(server, "now");
        browser.driver.executeScript("""
                window.longTasks = [];
                new PerformanceObserver(list => longTasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });
                new PerformanceObserver(list => { window.firstInput = list.getEntries()[0]; })
                    .observe({ type: 'first-input', buffered: true });
                """);
        browser.driver.findElement(By.cssSelector("#rt-page input[name=text]")).click();
        Map<?, ?> figures = (Map<?, ?>) browser.waiting().until(b -> browser.driver.executeScript("""
                if (!window.firstInput) {
                    return null;
                }
                const all = performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'));
                const shown = performance.getEntriesByName('rt-shown')[0].startTime;
                return { bytes: all.reduce((sum, e) => sum + e.transferSize, 0), requests: all.length,
                    paint: Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime),
                    interactive: Math.round(Math.max(shown, ...longTasks.map(e => e.startTime + e.duration))),
                    longTasks: longTasks.length,
                    inputDelay: Math.round(firstInput.processingStart - firstInput.startTime) };
                """));
        System.out.println("First page: " + figures);
        assertThat(((Number) figures.get("bytes")).intValue()).isBetween(10_000, FIRST_PAGE_BYTES);
        assertThat(((Number) figures.get("interactive")).intValue()).isPositive();
    }

    /** Light and dark differ, and both are pictures; -Dscreenshots=DIR keeps them. */
    @Test
    void pagesFollowTheColourScheme() throws IOException {
        browser.show(server, "releases/shop-2");
        browser.colours("light");
        byte[] light = browser.driver.getScreenshotAs(OutputType.BYTES);
        browser.colours("dark");
        byte[] dark = browser.driver.getScreenshotAs(OutputType.BYTES);
        assertThat(light).isNotEqualTo(dark);
        String directory = System.getProperty("screenshots", "");
        if (!directory.isEmpty()) {
            Files.write(Path.of(directory, "history-light.png"), light);
            Files.write(Path.of(directory, "history-dark.png"), dark);
        }
    }
}
