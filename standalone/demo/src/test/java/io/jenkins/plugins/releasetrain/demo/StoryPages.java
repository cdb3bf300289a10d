package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.history.Placing;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** A story of the demo and its pages in headless Chromium. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoryPages {
    Browser browser;
    Parts parts;
    Shop shop;
    Story story;
    PagesServer server;

    /** Of its namespaces, and no one else's. */
    abstract String name();

    @BeforeAll
    void open(@TempDir Path directory) throws IOException {
        browser = Browser.open();
        Options options = new Options();
        options.store = directory;
        options.namespace = name();
        options.serve = Optional.of(0);
        parts = new Parts(options, name());
        shop = new Shop("shop", name(), parts.devPush);
        Account account = new Account(new PrintStream(PrintStream.nullOutputStream()), System::nanoTime);
        story = new Story(parts, shop, account, new Summary());
        story.prepare();
        server = parts.serve(story::train, story::lanes, () -> Placing.NONE, account)
                .orElseThrow();
    }

    @AfterAll
    void close() {
        if (browser != null) {
            browser.close();
        }
        if (parts != null) {
            parts.close();
        }
    }

    Train train() {
        return story.train("shop");
    }

    void queue(String service, String version) {
        shop.build(service, version);
        story.queue(service + " " + version, true);
    }

    WebElement button(String text) {
        return browser.waiting()
                .until(b -> b.findElements(By.cssSelector("#rt-page button")).stream()
                        .filter(e -> e.getText().equals(text))
                        .findFirst()
                        .orElse(null));
    }

    /** Presses a button; returns the dialog that says what would happen. */
    WebElement ask(WebElement button) throws IOException {
        button.click();
        WebElement dialog = browser.waiting().until(b -> b.findElement(By.cssSelector("dialog[open]")));
        assertThat(browser.accessibilityFindings()).isEmpty();
        return dialog;
    }

    void confirm(WebElement dialog) {
        dialog.findElement(By.cssSelector("[data-id=ok]")).click();
        done();
    }

    void done() {
        browser.waiting().until(b -> b.findElement(By.id("rt-told")).getText().contains(": done"));
        assertThat(browser.complaints()).isEmpty();
    }
}
