package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.history.Placing;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/** What is where, and comparing it, in headless Chromium. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlacesPageTest {
    private static final String STAGING = "staging " + HostileShop.EVIL;

    private SqlStore store;
    private PagesServer server;
    private Browser browser;

    @BeforeAll
    void open() throws IOException {
        browser = Browser.open();
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        HostileShop.fill(store);
        Placing.Seen seen = new Placing.Seen(
                Instant.now(),
                Map.of(
                        HostileShop.SERVICE,
                        ImageReference.parse("registry.example", "evil/cart:9@" + Digest.sha256("foreign"))));
        Placing places = new Placing(
                List.of(new Placing.Where(STAGING, false, Set.of(HostileShop.SERVICE), Optional.of(seen))),
                new TreeMap<>(Map.of("train " + HostileShop.EVIL, Set.of(HostileShop.SERVICE), "other", Set.of())),
                new TreeMap<>());
        server = new PagesServer(TestSites.of(store, right -> true, new Live(Clock.systemUTC()), places), 0);
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

    @Test
    void foreignPatchIsShownInPlaceOfWhatWasInstalled() throws IOException {
        for (String scheme : List.of("light", "dark")) {
            browser.colours(scheme);
            WebElement main = browser.show(server, "places");
            List<WebElement> heads = main.findElements(By.cssSelector("thead th"));
            assertThat(heads.get(2).getText()).contains(STAGING, "installed by us", "seen");
            WebElement cell = main.findElement(By.cssSelector("tbody tr td:nth-child(3)"));
            assertThat(cell.getText()).startsWith("9 ≠");
            assertThat(cell.findElement(By.cssSelector("[title='not by us']")).isDisplayed())
                    .isTrue();
            assertThat(browser.accessibilityFindings()).as(scheme).isEmpty();
        }
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void servicesAreFilteredByTrainInTheAddress() {
        WebElement main = browser.show(server, "places");
        new Select(main.findElement(By.name("train"))).selectByVisibleText("other");
        main.findElement(By.xpath(".//button[.='Filter']")).click();
        browser.waiting().until(b -> !b.findElements(By.className("rt-notice")).isEmpty());
        assertThat(browser.driver.getCurrentUrl()).contains("/places?train=other");
        assertThat(browser.driver.findElement(By.className("rt-notice")).getText())
                .isEqualTo("No service is known here");
    }

    /** Nobody types an id: what there is can be chosen, and what is asked for most is one click away. */
    @Test
    void setsAreChosenAndNotTyped() {
        WebElement main = browser.show(server, "compare");
        assertThat(main.findElements(By.cssSelector("input"))).isEmpty();
        new Select(main.findElement(By.name("from"))).selectByValue("shop-1");
        new Select(main.findElement(By.name("to"))).selectByValue("place:" + STAGING);
        main.findElement(By.xpath(".//button[.='Compare']")).click();
        browser.waiting().until(b -> b.findElement(By.id("rt-page")).getText().contains("0 services changed"));
        WebElement chosen = browser.driver.findElement(By.name("to"));
        assertThat(new Select(chosen).getFirstSelectedOption().getText()).isEqualTo(STAGING);
        browser.driver.findElement(By.linkText("The other way round")).click();
        browser.waiting()
                .until(b -> new Select(b.findElement(By.name("from")))
                        .getFirstSelectedOption()
                        .getText()
                        .equals(STAGING));

        browser.show(server, "compare")
                .findElement(By.linkText("production a week ago → production now"))
                .click();
        browser.waiting().until(b -> b.findElement(By.id("rt-page")).getText().contains("1 service changed"));
        assertThat(browser.show(server, "compare?from=production@2026-01-02&to=production")
                        .findElement(By.name("from"))
                        .getText())
                .contains("production of 2026-01-02");
        assertThat(browser.complaints()).isEmpty();
    }
}
