package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.history.Placing;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the engine says, to who reads another language and has another time of day. */
class LanguagesTest {
    private static final Instant AT = Instant.parse("2026-11-30T09:15:00Z");
    private static final String RUN = "d0558fad-0d07-4933-8cc8-b929decd300b";

    private SqlStore store;
    private PagesServer server;

    @BeforeEach
    void open() throws IOException {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        store.append(
                "train/shop",
                0,
                AT,
                List.of(
                        queued("waits"),
                        queued("rejected"),
                        new Event.ChangeEnded(
                                "rejected", Outcome.EJECTED, "2 of 80 tests failed; in staging: " + runs(), "")));
        server = new PagesServer(
                TestSites.of(store, right -> true, new Live(Clock.systemUTC()), Placing.NONE, LanguagesTest::outlook),
                0);
    }

    @AfterEach
    void close() {
        server.close();
        store.close();
    }

    /** Longer than lists tell. */
    private static String runs() {
        String run = "failed with it in " + RUN + " (2026-11-30 06:25 UTC), passed without it in " + RUN
                + " (2026-11-30 06:28 UTC)";
        return String.join(", ", List.of(run, run, run, run, run)) + "; chance of innocence 0.0099 %";
    }

    private static Event queued(String id) {
        PinnedImage image = new PinnedImage("shop/cart", Digest.sha256(id), "1." + id.length());
        return new Event.ChangeQueued(
                new Change(id, new TreeMap<>(Map.of("cart", image)), new Origin("cart#1", "", "ada"), AT, 0, true));
    }

    private static Outlook outlook(String name) {
        return new Outlook(
                name,
                true,
                "",
                "",
                Map.of(),
                "",
                0,
                1,
                List.of(),
                null,
                null,
                new Outlook.NextDeparture(
                        Instant.now().plusSeconds(3_600),
                        "Fri 2026-12-04 19:00 Europe/Berlin (Fridays)",
                        List.of("waits"),
                        false),
                Map.of(),
                "FROZEN",
                0,
                Map.of(
                        "waits",
                        new Outlook.Standing(
                                Outlook.Why.FROZEN, "frozen until 2026-12-04T18:00+01:00[Europe/Berlin]: sale", 0)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | waits, frozen until Dec 4, 2026, 12:00 PM: sale | Next departure Fri, Dec 4, 2026, 07:00 PM"
                        + " Europe/Berlin | There is no release 'shop-9' in the history",
                "de | wartet, eingefroren bis 04.12.2026, 12:00: sale | Nächste Abfahrt Fr., 4. Dez. 2026, 19:00"
                        + " Europe/Berlin | Der Verlauf hat kein Release „shop-9“"
            })
    void whatTheEngineSaysIsToldInTheReadersLanguageAndTime(
            String language, String frozen, String departure, String missing) {
        try (Browser browser = Browser.open(language)) {
            browser.driver.executeCdpCommand("Emulation.setTimezoneOverride", Map.of("timezoneId", "America/New_York"));
            assertThat(plain(browser.show(server, "trains/shop").getText())).contains(frozen, departure);
            assertThat(browser.show(server, "history").getText())
                    .contains("2 of 80 tests failed")
                    .doesNotContain(RUN.substring(0, 8));
            assertThat(browser.show(server, "releases/shop-9").getText()).contains(missing);
        }
    }

    /** Languages have spaces of their own before and between times. */
    private static String plain(String text) {
        return text.replaceAll("[\\u00a0\\u202f\\u2009]", " ");
    }
}
