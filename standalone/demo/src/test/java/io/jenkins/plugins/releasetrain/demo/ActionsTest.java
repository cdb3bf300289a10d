package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Every action in headless Chromium, on a real train of the demo: what the dialog says, and what happens then. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ActionsTest extends StoryPages {
    @Override
    String name() {
        return "actions";
    }

    @BeforeAll
    void ride() throws IOException {
        for (String version : List.of("1.1", "1.2")) {
            queue("cart", version);
            story.conductQuietly();
        }
        train().pause("for the test", "ada");
        queue("cart", "1.3");
        queue("mail", "1.3");
        queue("price", "1.3");
    }

    private List<String> waiting() {
        return train().state().queue().stream().map(c -> c.images().firstKey()).toList();
    }

    /** The same by keyboard. */
    private WebElement press(WebElement button) throws IOException {
        button.sendKeys(Keys.ENTER);
        WebElement dialog = browser.waiting().until(b -> b.findElement(By.cssSelector("dialog[open]")));
        assertThat(browser.accessibilityFindings()).isEmpty();
        return dialog;
    }

    /** By Tab alone to what is wanted. */
    private WebElement tabTo(Predicate<WebElement> wanted) {
        for (int steps = 0; steps < 100; steps++) {
            browser.driver.switchTo().activeElement().sendKeys(Keys.TAB);
            WebElement at = browser.driver.switchTo().activeElement();
            if (wanted.test(at)) {
                return at;
            }
        }
        throw new AssertionError("Tab does not lead there");
    }

    @Test
    @Order(1)
    void goFirstSaysWhoWaitsLonger() throws IOException {
        browser.show(server, "trains/shop");
        List<WebElement> lines = browser.driver.findElements(By.cssSelector("tbody tr"));
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).findElements(By.xpath(".//button[.='Go first']")))
                .as("not for the first")
                .isEmpty();
        lines.get(2).findElement(By.cssSelector(".rt-more summary")).click();
        WebElement dialog = ask(lines.get(2).findElement(By.xpath(".//button[.='Go first']")));
        assertThat(dialog.getText()).contains("2 changes wait longer, each by", "cart 1.3", "mail 1.3");
        confirm(dialog);
        assertThat(waiting()).containsExactly("price", "cart", "mail");
        browser.waiting()
                .until(b -> b.findElements(By.cssSelector("tbody tr td:nth-child(1)")).stream()
                        .findFirst()
                        .filter(cell -> cell.getText().equals("price 1.3"))
                        .isPresent());
    }

    @Test
    @Order(2)
    void cancelLeavesTheOthersAndEscapeLeavesAll() throws IOException {
        Change mail = train().state().queue().get(2);
        browser.show(server, "changes/" + mail.id());
        ask(button("Take off")).sendKeys(Keys.ESCAPE);
        assertThat(waiting()).hasSize(3);
        WebElement dialog = ask(button("Take off"));
        dialog.findElement(By.name("reason")).sendKeys("<b>not</b> today");
        confirm(dialog);
        assertThat(waiting()).containsExactly("price", "cart");
        assertThat(browser.show(server, "changes/" + mail.id()).getText())
                .contains("taken off by demo: <b>not</b> today");
    }

    @Test
    @Order(3)
    void forceIsKeptUntilTheChangeIsDecided() throws IOException {
        Change cart = train().state().queue().get(1);
        browser.show(server, "changes/" + cart.id());
        WebElement dialog = ask(button("Test again"));
        assertThat(dialog.getText()).contains("even where their verdict is known from before");
        confirm(dialog);
        assertThat(train().state().search().forced()).containsExactly(cart.id());
    }

    /** Everything by keyboard: to the button, the reason, the confirmation; the focus comes back to the button. */
    @Test
    @Order(4)
    void holdAndFreeByKeyboardAlone() throws IOException {
        browser.show(server, "trains/shop");
        button("Hold releases").sendKeys(Keys.ENTER);
        WebElement reason = browser.waiting().until(b -> b.findElement(By.cssSelector("dialog[open] [name=reason]")));
        assertThat(browser.driver.switchTo().activeElement()).isEqualTo(reason);
        assertThat(browser.driver
                        .findElement(By.cssSelector("dialog [data-id=ok]"))
                        .isEnabled())
                .as("without a reason")
                .isFalse();
        reason.sendKeys("audit", Keys.ENTER);
        browser.waiting().until(b -> train().state().held().equals("audit"));
        WebElement free = button("Let releases go");
        free.sendKeys(Keys.ENTER);
        browser.waiting()
                .until(b ->
                        b.findElement(By.cssSelector("dialog[open]")).getText().contains("audit"));
        browser.driver.switchTo().activeElement().sendKeys(Keys.TAB);
        confirm(browser.driver.findElement(By.cssSelector("dialog[open]")));
        browser.waiting().until(b -> train().state().held().isEmpty());
    }

    @Test
    @Order(5)
    void resumeAndPause() throws IOException {
        browser.show(server, "trains/shop");
        WebElement resume = ask(button("Resume"));
        assertThat(resume.getText()).contains("2 changes", "for the test");
        confirm(resume);
        assertThat(train().state().paused()).isEmpty();
        WebElement pause = ask(button("Pause"));
        pause.findElement(By.name("reason")).sendKeys("again");
        confirm(pause);
        assertThat(train().state().paused()).isEqualTo("again");
        train().resume("ada");
        story.conductQuietly();
        assertThat(waiting()).isEmpty();
    }

    @Test
    @Order(6)
    void rollbackNamesEachImageFromAndToAndIsDoneByKeyboardAlone() throws IOException {
        browser.show(server, "releases/shop-1");
        WebElement dialog = press(tabTo(at -> at.getText().equals("Roll back to this")));
        assertThat(dialog.getText()).contains("Roll production back to shop-1?", "2 images change", "1.3", "1.1");
        assertThat(dialog.getText()).contains("It also takes back shop-2: cart 1.2.", "Mark bad: shop-2");
        List<WebElement> ticks = dialog.findElements(By.cssSelector("input[type=checkbox]"));
        assertThat(ticks).as("hold, and releases").hasSizeGreaterThan(2).allMatch(WebElement::isSelected);
        for (WebElement tick : ticks.subList(1, ticks.size())) {
            tabTo(tick::equals).sendKeys(Keys.SPACE);
        }
        assertThat(ticks).filteredOn(WebElement::isSelected).containsExactly(ticks.get(0));
        assertThat(dialog.findElement(By.cssSelector("[data-id=ok]")).isEnabled())
                .as("without a reason")
                .isFalse();
        tabTo(at -> "reason".equals(at.getDomAttribute("name"))).sendKeys("it loses <b>carts</b>");
        tabTo(at -> "ok".equals(at.getDomAttribute("data-id"))).sendKeys(Keys.ENTER);
        done();
        assertThat(train().state().held()).isEqualTo("it loses <b>carts</b>");
        assertThat(browser.show(server, "releases/" + rollback()).getText()).contains("it loses <b>carts</b>");
        train().free("ada");
        story.conductQuietly();
        WebElement now = browser.show(server, "services/cart");
        assertThat(now.getText()).contains("1.1", "back to shop-1: it loses <b>carts</b>");
        assertThat(browser.show(server, "history?person=demo").getText()).contains(rollback());
    }

    private String rollback() {
        return "shop-" + train().state().lastNumber();
    }

    @Test
    @Order(7)
    void badReleaseIsBlockedUntilUnblocked() throws IOException {
        browser.show(server, "releases/shop-2");
        WebElement dialog = ask(button("Mark bad"));
        dialog.findElement(By.name("reason")).sendKeys("loses carts");
        confirm(dialog);
        assertThat(browser.show(server, "bad").getText()).contains("Blocked images", "loses carts");
        browser.show(server, "releases/shop-2");
        WebElement refused = ask(button("Roll back to this"));
        assertThat(refused.getText()).contains("is blocked: loses carts");
        refused.findElement(By.cssSelector("[data-id=ok]")).click();
        confirm(ask(button("Unblock")));
        assertThat(browser.show(server, "bad").getText()).contains("No image is blocked");
    }

    /** A page that is open shows what happens meanwhile, and keeps the focus where it is. */
    @Test
    @Order(8)
    void pageFollowsWhatHappensWithoutReloading() {
        browser.show(server, "trains/shop");
        browser.driver.executeScript("window.sameDocument = true");
        WebElement pause = button("Pause");
        browser.driver.executeScript("arguments[0].focus()", pause);
        queue("mail", "1.4");
        browser.waiting().until(b -> b.findElement(By.id("rt-page")).getText().contains("mail 1.4"));
        assertThat(browser.driver.executeScript("return window.sameDocument")).isEqualTo(true);
        assertThat(browser.driver.switchTo().activeElement().getText()).isEqualTo("Pause");
    }

    private void awaitText(String text) {
        browser.waiting().until(b -> b.findElement(By.id("rt-page")).getText().contains(text));
    }

    /** The shop's tests go on one by one, as the test lets them; the page counts them, and is the same document. */
    @Test
    @Order(9)
    void runningTestsAreCountedOnThePageWithoutReloading() throws Exception {
        Semaphore tests = new Semaphore(0);
        story.afterEachTest(tests::acquireUninterruptibly);
        try {
            browser.show(server, "trains/shop");
            browser.driver.executeScript("window.sameDocument = true");
            CompletableFuture<Void> train = CompletableFuture.runAsync(() -> story.conductQuietly());
            awaitText("1 test passed");
            tests.release(2);
            awaitText("3 tests passed");
            assertThat(browser.driver.findElement(By.cssSelector(".rt-at")).getText())
                    .startsWith("Test");
            tests.release(10_000);
            train.get();
            tests.drainPermits();
            shop.build("pay", "1.5");
            CompletableFuture<Event.LaneEnded> lane = CompletableFuture.supplyAsync(this::payLane);
            // A page on which nothing moves is not asked for again within a minute.
            browser.waiting().until(b -> !story.lanes("cd").state().lanes().isEmpty());
            browser.driver.findElement(By.linkText("Overview")).click();
            browser.waiting()
                    .until(b -> b.findElements(By.cssSelector("tbody tr")).stream()
                            .anyMatch(e -> e.getText().contains("lanes ")));
            browser.driver.findElement(By.partialLinkText("lanes ")).click();
            awaitText("pay 1.5");
            browser.waiting()
                    .until(b -> b.findElements(By.cssSelector("tbody .rt-live")).stream()
                            .anyMatch(e -> e.getText().contains("1 test passed")));
            assertThat(browser.driver.findElement(By.id("rt-page")).getText()).contains("pay 1.5", "testing");
            assertThat(browser.driver.executeScript("return window.sameDocument"))
                    .isEqualTo(true);
            tests.release(10_000);
            assertThat(lane.get().outcome()).isEqualTo(Event.Outcome.RELEASED);
        } finally {
            tests.release(10_000);
            story.afterEachTest(() -> {});
        }
    }

    private Event.LaneEnded payLane() {
        try {
            return story.lane(Map.of("pay", "1.5"));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted in a lane", e);
        }
    }

    /** The same pages and dialogs as of trains, with words of their own. */
    @Test
    @Order(10)
    void lanesAreSpokenOfAsLanes() throws IOException {
        Lanes lanes = story.lanes("cd");
        browser.show(server, "lanes/cd");
        WebElement pause = ask(button("Pause"));
        assertThat(pause.getText())
                .contains("Pause the lanes of cd?", "No lane is let in until somebody resumes")
                .doesNotContain("train", "lane/cd");
        pause.findElement(By.name("reason")).sendKeys("database move");
        confirm(pause);
        assertThat(lanes.state().paused()).isEqualTo("database move");
        shop.build("pay", "1.3");
        String lane =
                lanes.open(Map.of("pay", "1.3"), new Origin("pay#3", "", "ada")).id();
        awaitText("pay 1.3");
        browser.driver.executeScript("document.querySelector('details.rt-more').open = true");
        WebElement off = ask(button("Take off"));
        assertThat(off.getText())
                .contains("Take this lane off cd?", "What is taken off", "pay 1.3", "pay#3")
                .doesNotContain("touched.", lane.substring(0, 8));
        confirm(off);
        assertThat(lanes.state().lane(lane)).isEmpty();
        assertThat(browser.show(server, "changes/" + lane).getText()).contains("taken off by demo");
        browser.show(server, "lanes/cd");
        confirm(ask(button("Resume")));
        assertThat(lanes.state().paused()).isEmpty();
    }

    /** As of trains, so that the next build does not bring it again. */
    @Test
    @Order(11)
    void rollbackOfALaneStaysUntilReleasesAreLetGo() throws Exception {
        for (String version : List.of("1.4", "1.5")) {
            shop.build("pay", version);
            story.lane(Map.of("pay", version));
        }
        String first =
                parts.store.releases("cd", Integer.MAX_VALUE, 9).get(1).made().id();
        browser.show(server, "releases/" + first);
        WebElement dialog = ask(button("Roll back to this"));
        assertThat(dialog.getText())
                .contains("1 image changes in production, and in the environment of the lanes", "1.5", "1.4")
                .doesNotContain("staging");
        assertThat(dialog.findElements(By.cssSelector("input[type=checkbox]")))
                .as("hold")
                .singleElement()
                .matches(WebElement::isSelected);
        dialog.findElement(By.name("reason")).sendKeys("it charges twice");
        confirm(dialog);
        assertThat(story.lanes("cd").state().held()).isEqualTo("it charges twice");
        assertThat(parts.store
                        .releases("cd", Integer.MAX_VALUE, 9)
                        .get(0)
                        .made()
                        .rollbackOf())
                .isEqualTo(first);
    }
}
