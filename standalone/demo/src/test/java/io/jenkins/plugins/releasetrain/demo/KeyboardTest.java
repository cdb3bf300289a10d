package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** people.md section 5: every page is walked by keyboard alone; what has the focus shows it, and nothing keeps it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeyboardTest {
    /** More than any page has, so that a walk which does not end is a trap. */
    private static final int MOST = 400;

    /** What a mouse could press, and what of it nobody has walked to. */
    private static final String LEFT_OUT = """
            const pressed = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
            return [...document.querySelectorAll(pressed)]
              .filter(e => !e.disabled && e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0)
              .filter(e => e.type !== "radio" || e.checked)
              .filter(e => !window.walked.has(e))
              .map(e => e.outerHTML.slice(0, 200));
            """;

    /** Where the focus is now: empty at the end of the walk, else what is wrong there, or that it is well. */
    private static final String STEP = """
            const at = document.activeElement;
            if (at === window.last && at.type === "date") {
              return "well"; // day, month and year are places of their own
            }
            if (at === document.body || at === document.documentElement || window.walked.has(at)) {
              return "";
            }
            const before = window.last;
            window.walked.add(at);
            window.last = at;
            const style = getComputedStyle(at);
            const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
            const box = at.getBoundingClientRect();
            const seen = box.bottom > 0 && box.top < innerHeight;
            const after = !before || before.compareDocumentPosition(at) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY);
            return shown && seen && after ? "well" : `${shown ? "" : "no focus is seen; "}${seen ? "" : "outside of the window; "}`
              + `${after ? "" : "not in the order of the page; "}${at.outerHTML.slice(0, 200)}`;
            """;

    private SqlStore store;
    private PagesServer server;
    private Browser browser;

    @BeforeAll
    void open() throws IOException {
        browser = Browser.open();
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        HostileShop.fill(store);
        server = new PagesServer(TestSites.of(store, right -> true, HostileShop.line()), 0);
    }

    @AfterAll
    void close() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
            store.close();
        }
    }

    private static String train() {
        return "trains/"
                + URLEncoder.encode("shop " + HostileShop.EVIL, StandardCharsets.UTF_8)
                        .replace("+", "%20");
    }

    static Stream<String> pages() {
        return Stream.of(
                "",
                train(),
                "changes/bad1",
                "releases/shop-2",
                "history",
                "places",
                "compare",
                "trends",
                "bad",
                "audit");
    }

    private String step() {
        new Actions(browser.driver).sendKeys(Keys.TAB).perform();
        return (String) browser.driver.executeScript(STEP);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everythingThatCanBePressedIsReachedAndShowsThatItHasTheFocus(String page) {
        for (String scheme : List.of("light", "dark")) {
            browser.colours(scheme);
            browser.show(server, page);
            browser.driver.executeScript("window.walked = new Set(); window.last = null;");
            int steps = 0;
            for (String at = step(); !at.isEmpty(); at = step()) {
                assertThat(at).as("step %d, %s", steps, scheme).isEqualTo("well");
                assertThat(++steps).as("the walk ends").isLessThan(MOST);
            }
            assertThat(steps).isGreaterThan(5);
            assertThat((List<?>) browser.driver.executeScript(LEFT_OUT))
                    .as(scheme)
                    .isEmpty();
        }
    }

    /** From the top of the page by Tab to a link, and on by Enter. */
    private void follow(String selector, String heading) {
        for (int steps = 0; steps < MOST; steps++) {
            new Actions(browser.driver).sendKeys(Keys.TAB).perform();
            WebElement at = browser.driver.switchTo().activeElement();
            Object is = browser.driver.executeScript("return arguments[0].matches(arguments[1])", at, selector);
            if (Boolean.TRUE.equals(is)) {
                at.sendKeys(Keys.ENTER);
                browser.waiting()
                        .until(b -> b.findElement(By.tagName("h1")).getText().startsWith(heading));
                return;
            }
        }
        throw new AssertionError("no way by Tab to " + selector + " on " + browser.driver.getCurrentUrl());
    }

    @Test
    void allPagesAreReachedFromTheOverviewByTabAndEnter() {
        browser.show(server, "");
        follow("#rt-page a[href*='trains/']", "Train shop");
        follow("#rt-page a[href*='changes/waits']", HostileShop.SERVICE + " 1.9");
        follow("nav a[href$='history']", "History");
        follow("#rt-page a[href*='releases/shop-2']", "Release shop-2");
        follow("nav a[href$='places']", "Places");
        follow("nav a[href$='compare']", "Compare");
        follow("nav a[href$='trends']", "Trends");
        assertThat(browser.complaints()).isEmpty();
    }
}
