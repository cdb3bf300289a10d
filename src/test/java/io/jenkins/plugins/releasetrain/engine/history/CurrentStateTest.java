package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pages say is so now. */
class CurrentStateTest {
    private Store store;
    private HistoryApi api;

    @BeforeEach
    void open() {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        api = new HistoryApi(store, Clock.fixed(SampleShop.AT, ZoneOffset.UTC));
        SampleShop.fill(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private JsonNode get(String path, String query) throws IOException {
        return new ObjectMapper().readTree(api.get(path, query, "").body());
    }

    private void append(int at, Event... events) {
        store.append("train/shop", store.version("train/shop"), SampleShop.AT.plusSeconds(at), List.of(events));
    }

    @Test
    void NEW_5_releaseOfWhichProductionHoldsNothingWasInProduction() throws IOException {
        assertThat(states("service=cart")).containsExactly("shop-2 PROMOTED", "shop-1 PROMOTED");
        SampleShop.trial(store);
        SampleShop.released(store);
        assertThat(states("service=cart")).contains("shop-3 MADE", "shop-2 PROMOTED");

        append(490, new Event.ReleasePromoted("shop-3", "p3"));

        assertThat(states("service=cart"))
                .as("shop-1 brought pay, too, which production still runs")
                .containsExactly("shop-3 PROMOTED", "shop-2 REPLACED", "shop-1 PROMOTED");
        JsonNode replaced = get("releases/shop-2", "");
        assertThat(replaced.get("state").asText()).isEqualTo("REPLACED");
        assertThat(replaced.get("replacedAt").asText()).isEqualTo("2026-03-01T10:08:10Z");
        assertThat(get("releases/shop-3", "").get("replacedAt").isNull()).isTrue();
    }

    private List<String> states(String query) throws IOException {
        return get("history", query).get("items").findValues("id").stream()
                .map(JsonNode::asText)
                .filter(id -> id.startsWith("shop-"))
                .map(id -> id + " " + state(id, query))
                .toList();
    }

    private String state(String id, String query) {
        try {
            for (JsonNode item : get("history", query).get("items")) {
                if (item.get("id").asText().equals(id)) {
                    return item.get("state").asText();
                }
            }
            return "";
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void NEW_5_trainWithNobodyAboardAndNobodyWaitingIsIdle() throws IOException {
        append(330, new Event.TrainResumed("ada"));
        SampleShop.trial(store);
        assertThat(get("now", "").at("/trains/0/state").asText()).isEqualTo("TESTING");
        append(
                420,
                new Event.TrialEnded("t4", Digest.sha256("third"), "system", Verdict.VOID, "its build was stopped", 1));
        assertThat(get("now", "").at("/trains/0/state").asText()).isEqualTo("SEARCHING");

        append(421, new Event.ChangeEnded("4", Event.Outcome.CANCELLED, "its build was stopped", ""));

        assertThat(get("now", "").at("/trains/0/state").asText()).isEqualTo("IDLE");
    }

    @Test
    void whoseBodyJudgedIsToldOfEachTrial() throws IOException {
        assertThat(get("changes/3", "").at("/search/trials/0/by/log").asText()).isEqualTo("job/cart/2/console");
        SampleShop.trial(store);
        assertThat(get("now", "").at("/trains/0/trial/by/build").asText()).isEqualTo("cart#4");
    }

    /** Who acted on a job's change is as secret as the job is. */
    @Test
    void S3_theAuditNamesNobodyWhoActedOnAChangeThatItsReaderMayNotSee() {
        TreeMap<String, PinnedImage> images = new TreeMap<>();
        images.put("pay", new PinnedImage("shop/pay", Digest.sha256("pay 9"), "9"));
        Origin secret = new Origin("secret/acme#1", "job/secret/job/acme/1/", "eve");
        append(
                500,
                new Event.ChangeQueued(new Change("hidden", images, secret, SampleShop.AT.plusSeconds(500), 0, true)),
                new Event.ChangePrioritised("hidden", 5, "mallory"),
                new Event.RunForced(List.of("hidden"), "trudy"),
                new Event.TrainPaused("secret/acme#1 broke it", "ada"));
        Answer audit = api.get("audit", "", "");

        String seen = text(new Reader(job -> !job.startsWith("secret/")).see(audit, false, ""));

        assertThat(text(audit)).contains("mallory", "trudy", "secret/acme#1");
        assertThat(seen)
                .contains("PRIORITISED", "FORCED", "ada", "a build broke it")
                .doesNotContain("mallory", "trudy", "acme");
    }

    private static String text(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
