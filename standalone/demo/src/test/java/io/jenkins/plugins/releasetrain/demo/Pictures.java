package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.environment.Sightings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;

/**
 * Makes the documents' pictures of the pages from the demo, with the browser that tests use: {@code Pictures DIRECTORY}, which
 * is docs/images of the checkout.
 */
final class Pictures {
    private static final int WIDTH = 1_200;
    private static final int LOWEST = 420;
    private static final int HIGHEST = 900;
    private static final int MARGIN = 40;

    private final Browser browser;
    private final PagesServer server;
    private final Path directory;

    private Pictures(Browser browser, PagesServer server, Path directory) {
        this.browser = browser;
        this.server = server;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        Path directory = Path.of(arguments[0]);
        Options options = new Options();
        options.store = Files.createTempDirectory("pictures");
        options.namespace = "shop";
        options.serve = Optional.of(0);
        try (Browser browser = Browser.open();
                Parts parts = new Parts(options, "pictures")) {
            Shop shop = new Shop("shop", "pictures", parts.devPush);
            Account account = new Account(new PrintStream(PrintStream.nullOutputStream()), System::nanoTime);
            Story story = new Story(parts, shop, account, new Summary());
            Places places = new Places(new Sightings(parts.executor, parts.clock), shop);
            PagesServer server = parts.serve(story::train, story::lanes, () -> places.of(story), account)
                    .orElseThrow();
            story.run();
            new Pictures(browser, server, directory).all();
        }
        System.exit(0);
    }

    private void all() throws IOException {
        browser.colours("light");
        keep("now", "");
        keep("releases", "history");
        browser.show(server, "places");
        browser.waiting()
                .until(b ->
                        browser.show(server, "places?differs=false").getText().contains("seen"));
        write("places");
        keep("compare", "compare?from=production&to=shop-2");
        keep("trends", "trends?owner=shop");
        WebElement rejected =
                browser.show(server, "history?state=EJECTED&owner=shop").findElement(By.cssSelector("tbody .rt-id a"));
        String search = rejected.getDomProperty("href")
                .substring(server.origin().toString().length());
        browser.show(server, search);
        browser.driver.executeScript(
                "[...document.querySelectorAll('h2')].find(h => h.textContent === 'Trials').scrollIntoView()");
        write("search");
        browser.colours("dark");
        keep("dark", "releases/shop-2");
        browser.colours("light");
        browser.show(server, "releases/shop-2");
        browser.driver.findElement(By.xpath("//button[.='Roll back to this']")).click();
        browser.waiting()
                .until(b -> b.findElement(By.tagName("dialog")).getText().length() > 200);
        write("rollback");
    }

    private void keep(String name, String path) throws IOException {
        browser.show(server, path.startsWith("/") ? path.substring(1) : path);
        write(name);
    }

    /** As high as what is shown, between bounds. */
    private void write(String name) throws IOException {
        size(HIGHEST);
        Number height = (Number) browser.driver.executeScript(
                "return document.getElementById('rt-page').getBoundingClientRect().bottom");
        size(Math.min(HIGHEST, Math.max(LOWEST, height.intValue() + MARGIN)));
        Files.write(directory.resolve(name + ".png"), browser.driver.getScreenshotAs(OutputType.BYTES));
    }

    private void size(int height) {
        browser.driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", WIDTH, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }
}
