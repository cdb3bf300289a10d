package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** Names, versions and reasons as long as companies have them, with 200 services in ten environments, in headless Chromium. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LongNamesTest {
    private static final String TRAIN = "the-main-release-train-of-the-whole-company";
    private static final String VERSION = "2026.11.30-1534-g1a2b3c4-feature-SHOP-1234-of-a-branch-with-a-long-name";
    private static final int SERVICES = 200;
    private static final int ENVIRONMENTS = 10;
    private static final String REJECTED = "0d0f1a3e-5d67-4be1-9f5a-1d6b8f3f4c21";
    private static final String TRIAL = "d0558fad-0d07-4933-8cc8-b929decd300b";
    /** A table's line, and what one more would make of it. */
    private static final int LINE = 30;

    private static final int SCREEN = 900;

    private SqlStore store;
    private PagesServer server;
    private Browser browser;

    @BeforeAll
    void open() throws IOException {
        browser = Browser.open();
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        fill(store);
        ManyTrains.fill(store, 19, 9);
        server = new PagesServer(TestSites.of(store, right -> true), 0);
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

    private static String service(int n) {
        return n % 20 == 7 ? "warehouse-inventory-reconciliation-and-forecasting-service-of-the-north-" + n : "s" + n;
    }

    private static SortedMap<String, PinnedImage> images(int from, int count, int build) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        for (int n = from; n < from + count; n++) {
            String name = service(n % SERVICES);
            images.put(name, new PinnedImage("shop/" + name, Digest.sha256(name + build), VERSION + "-" + build));
        }
        return images;
    }

    private static Event queued(String id, SortedMap<String, PinnedImage> images, Instant at) {
        Origin origin = new Origin("teams/northern-region/" + images.firstKey() + "/main#1534", "", "ada.lovelace");
        return new Event.ChangeQueued(new Change(id, images, origin, at, 0, true));
    }

    private static void fill(Store store) {
        Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(7_200);
        ImageSet set = ImageSet.of(images(0, SERVICES, 1));
        store.saveSet(set, Optional.empty());
        List<Event> events = new ArrayList<>(List.of(
                queued("first", set.images(), at),
                queued(REJECTED, images(3, 1, 9), at),
                new Event.BatchDeparted("b1", List.of("first", REJECTED), set.digest()),
                made(set),
                new Event.ReleasePromoted(TRAIN + "-1", "p1"),
                new Event.ChangeEnded("first", Outcome.RELEASED, "its trial passed", TRAIN + "-1"),
                new Event.ChangeEnded(
                        REJECTED,
                        Outcome.EJECTED,
                        "2 of 80 tests failed; in staging: failed with it in " + TRIAL
                                + " (2026-11-30 06:25 UTC), passed" + " without it in " + TRIAL
                                + " (2026-11-30 06:28 UTC); chance of innocence 0.0099 %",
                        ""),
                new Event.BatchEnded("b1", List.of())));
        for (int n = 0; n < ENVIRONMENTS; n++) {
            events.add(new Event.BaselineInstalled(
                    "environment-" + n + "-of-the-team-that-has-a-long-name", set.digest(), List.of()));
        }
        for (int n = 0; n < 20; n++) {
            events.add(queued("waits" + n, images(4 + 3 * n, 3, 2), at));
        }
        store.append("train/" + TRAIN, 0, at, events);
    }

    private static Event made(ImageSet set) {
        return new Event.ReleaseMade(
                TRAIN + "-1",
                TRAIN,
                1,
                Event.Kind.MONO,
                set.digest(),
                "",
                "",
                set.images(),
                List.of("first"),
                "t1",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private void width(int pixels) {
        browser.driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", SCREEN, "deviceScaleFactor", 1, "mobile", false));
    }

    private int number(String script) {
        return ((Number) browser.driver.executeScript("return " + script)).intValue();
    }

    /** What is wide moves within its own frame. */
    @Test
    void noPageIsWiderThanTheWindow() {
        for (int pixels : new int[] {400, 1_280}) {
            width(pixels);
            for (String path : List.of(
                    "",
                    "trains/" + TRAIN,
                    "places?differs=false",
                    "history",
                    "compare",
                    "releases/" + TRAIN + "-1",
                    "changes/" + REJECTED)) {
                browser.show(server, path);
                assertThat(number("document.documentElement.scrollWidth"))
                        .as("%s at %d", path, pixels)
                        .isLessThanOrEqualTo(pixels);
            }
        }
    }

    @Test
    void aLineStaysALine() {
        width(1_280);
        browser.show(server, "");
        assertThat(number("document.querySelector('#rt-page .rt-lines').getBoundingClientRect().bottom"))
                .as("twenty trains")
                .isLessThanOrEqualTo(SCREEN);
        browser.show(server, "trains/" + TRAIN);
        assertThat(number("Math.max(...[...document.querySelectorAll('.rt-lines tbody tr')].map(r => r.offsetHeight))"))
                .isLessThanOrEqualTo(LINE);
        WebElement first = browser.driver.findElement(By.cssSelector(".rt-lines tbody td"));
        assertThat(first.getDomAttribute("title")).as("what is cut").contains(VERSION);
        browser.show(server, "history?state=PROMOTED&owner=" + TRAIN);
        assertThat(number("document.querySelector('tbody tr').offsetHeight"))
                .as("a release of all services")
                .isLessThanOrEqualTo(8 * LINE);
    }

    /** Environments far to the right are no use without the service's name. */
    @Test
    void theServiceStaysInSightWhileEnvironmentsAreLookedThrough() {
        width(400);
        browser.show(server, "places?differs=false");
        browser.driver.executeScript("document.querySelector('.rt-table').scrollLeft = 10000");
        assertThat(number("document.querySelector('.rt-table').scrollLeft")).isGreaterThan(400);
        assertThat(number("document.querySelector('.rt-places tbody td').getBoundingClientRect().left"))
                .isBetween(0, 60);
    }

    /** Runs have ids and times, which say nothing to who is told; they are there for who asks. */
    @Test
    void aRejectionIsOneSentenceWithoutIds() {
        width(1_280);
        WebElement said = browser.show(server, "changes/" + REJECTED).findElement(By.cssSelector(".rt-alert"));
        assertThat(said.getText())
                .contains("2 of 80 tests failed")
                .doesNotContain(TRIAL)
                .doesNotContain("UTC")
                .doesNotContain("innocence");
        said.findElement(By.tagName("summary")).click();
        assertThat(said.getText()).contains(TRIAL);
        assertThat(browser.show(server, "history?state=EJECTED").getText())
                .contains("2 of 80 tests failed")
                .doesNotContain(TRIAL);
    }

    /** On a phone nothing is asked for by scrolling: each cell of a line is in sight, with its column's name. */
    @Test
    void whatALineSaysIsInSightOnAPhone() {
        width(400);
        for (String path :
                List.of("", "trains/" + TRAIN, "history", "releases/" + TRAIN + "-1", "changes/" + REJECTED)) {
            browser.show(server, path);
            assertThat(number("document.querySelectorAll('#rt-page tbody td').length"))
                    .as(path)
                    .isPositive();
            assertThat(number("Math.max(...[...document.querySelectorAll('#rt-page .rt-table td')]"
                            + ".filter(c => c.offsetWidth).map(c => Math.ceil(Math.max(c.getBoundingClientRect().right,"
                            + " c.scrollWidth - c.clientWidth + c.getBoundingClientRect().right))))"))
                    .as(path)
                    .isLessThanOrEqualTo(400);
        }
        browser.show(server, "trains/" + TRAIN);
        WebElement stands = browser.driver.findElement(By.cssSelector(".rt-lines tbody td:nth-child(4)"));
        assertThat(stands.getDomAttribute("data-column")).isEqualTo("Stands");
        assertThat(browser.driver.findElement(By.cssSelector(".rt-lines")).getAriaRole())
                .isEqualTo("table");
    }

    /** The demo's clock leaps, and readers have clocks that are wrong. */
    @Test
    void whatJustHappenedIsToldByTheServersClock() throws IOException {
        PagesServer.Site site = TestSites.of(store, right -> true);
        Clock behind = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-110));
        try (PagesServer other =
                new PagesServer(new PagesServer.Site(site.history(), site.operations(), site.caller(), behind), 0)) {
            assertThat(browser.show(other, "trains/" + TRAIN).getText())
                    .as("two hours ago, for whose clock it is ten minutes")
                    .contains("10 minutes ago")
                    .doesNotContain("2 hours ago");
        }
    }

    /** As one gets it from a log. */
    @Test
    void aChangeIsFoundByItsId() {
        WebElement main = browser.show(server, "changes/" + REJECTED);
        assertThat(main.findElement(By.xpath("//dd[code = '" + REJECTED + "']/button"))
                        .getText())
                .isEqualTo("Copy");
        assertThat(browser.show(server, "find?text=" + REJECTED).findElements(By.cssSelector("tbody tr")))
                .hasSize(1);
    }
}
