package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which tests say that a lane's candidate is to blame. */
class LaneEvidenceTest {
    private static final Digest BASELINE = Digest.sha256("baseline");

    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final HistoryApi api = new HistoryApi(store, Clock.fixed(SampleShop.AT, ZoneOffset.UTC));

    @AfterEach
    void close() {
        store.close();
    }

    private void append(Event... events) {
        store.append("lane/cd", store.version("lane/cd"), SampleShop.AT, List.of(events));
    }

    private static Event tested(Verdict verdict) {
        return new Event.LaneTested("l1", verdict, "", BASELINE, List.of(), 1_000);
    }

    private static Event recorded(int attempt, String... failed) {
        List<FailedTest> failures = List.of(failed).stream()
                .map(name -> new FailedTest(name, "junit/" + name + "/"))
                .toList();
        return new Event.TestsRecorded(
                "l1#" + attempt,
                "l1",
                TestReport.of("pay#7", "job/pay/7/", "job/pay/7/console")
                        .with(new TestReport.Counted(3, failures.size(), 0, failures), "testReport/"));
    }

    private JsonNode lane(Reader reader) throws IOException {
        return new ObjectMapper()
                .readTree(reader.see(api.get("changes/l1", "", ""), false, "").body());
    }

    @Test
    void eachAttemptTellsItsTestsAndTheRejectionThoseOfEveryOne() throws Exception {
        append(queued());
        append(new Event.LaneStarted("l1", new TreeMap<>(), BASELINE, List.of(), 1, Optional.empty()));
        append(tested(Verdict.FAILED), recorded(1, "shop.Pay charges", "shop.Flaky once"));
        append(new Event.LaneRetried("l1", "again", true));
        append(new Event.LaneStarted("l1", new TreeMap<>(), BASELINE, List.of(), 2, Optional.empty()));
        append(tested(Verdict.FAILED), recorded(2, "shop.Pay charges"));
        append(new Event.LaneEnded("l1", Outcome.EJECTED, "its tests failed", ""));

        JsonNode seen = lane(Reader.ALL);
        assertThat(seen.at("/search/trials/0/counts/failed").asInt()).isEqualTo(2);
        assertThat(seen.at("/search/trials/1/by/log").asText()).isEqualTo("job/pay/7/console");
        assertThat(seen.at("/search/trials/1/failures/0/url").asText()).isEqualTo("job/pay/7/junit/shop.Pay charges/");
        assertThat(seen.at("/rejected/tests")).extracting(JsonNode::asText).containsExactly("shop.Pay charges");
        assertThat(seen.at("/rejected/failed").asInt()).isEqualTo(2);

        JsonNode hidden = lane(new Reader(job -> false));
        assertThat(hidden.toString()).doesNotContain("shop.Pay", "pay#7", "job/pay", "eve");
        assertThat(hidden.at("/search/trials/0/reason").asText()).isEqualTo("its tests failed");
    }

    private static Event queued() {
        return new Event.LaneQueued(
                "l1",
                "cd",
                "pay",
                new TreeMap<>(Map.of("pay", new PinnedImage("shop/pay", Digest.sha256("pay"), "2.0"))),
                new Origin("pay#7", "job/pay/7/", "eve"));
    }

    private static Event started(boolean control) {
        return started("l1", control);
    }

    private static Event started(String lane, boolean control) {
        return new Event.LaneStarted(
                lane,
                new TreeMap<>(),
                BASELINE,
                List.of(),
                1,
                Optional.empty(),
                control,
                Optional.empty(),
                Optional.empty());
    }

    private void attempt(boolean control, Verdict verdict, int number, String... failed) {
        append(started(control));
        append(tested(verdict), recorded(number, failed));
    }

    /** A control run is no run of the candidate: it passed without it. */
    @Test
    void controlRunsAreOfWhatProductionRunsAlone() throws Exception {
        append(queued());
        attempt(false, Verdict.FAILED, 1, "shop.Pay charges");
        attempt(true, Verdict.PASSED, 2);
        attempt(false, Verdict.FAILED, 3, "shop.Pay charges");
        append(started(true));

        assertThat(new ObjectMapper()
                        .readTree(api.get("lanes/cd", "", "").body())
                        .at("/now/trials/0/purpose")
                        .asText())
                .isEqualTo("attempt 4, what production runs alone");

        append(tested(Verdict.PASSED), recorded(4));
        append(new Event.LaneEnded("l1", Outcome.EJECTED, "its tests failed", ""));

        JsonNode seen = lane(Reader.ALL);
        assertThat(seen.at("/search/trials"))
                .extracting(n -> n.get("purpose").asText()
                        + n.get("changes").size()
                        + n.get("role").asText())
                .containsExactly(
                        "attempt 11",
                        "attempt 2, what production runs alone0",
                        "attempt 31WITH",
                        "attempt 4, what production runs alone0WITHOUT");
        assertThat(seen.at("/rejected/runs").asInt()).isEqualTo(2);
        assertThat(seen.at("/rejected/failed").asInt()).isEqualTo(2);
        assertThat(seen.at("/rejected/without").asText()).isEqualTo("l1#4");
    }

    /** One control run serves all that fail at once, and is in the stream as that of one of them. */
    @Test
    void controlRunOfAnotherLaneSaysAsMuch() throws Exception {
        append(queued(), started("l2", true));
        append(new Event.LaneTested(
                "l2", Verdict.PASSED, "", BASELINE, List.of(), 1_000)); // before it failed: no word of it
        attempt(false, Verdict.FAILED, 1, "shop.Pay charges");
        append(started("l2", true), started("l3", false));
        append(
                new Event.LaneTested("l3", Verdict.PASSED, "", BASELINE, List.of(), 1_000),
                new Event.LaneTested("l2", Verdict.PASSED, "", BASELINE, List.of(), 1_000),
                new Event.TestsRecorded("l2#2", "l2", TestReport.of("mail#3", "job/mail/3/", "job/mail/3/console")));
        attempt(false, Verdict.FAILED, 2, "shop.Pay charges");
        append(new Event.LaneEnded("l1", Outcome.EJECTED, "its tests failed", ""), started("l2", true));
        append(new Event.LaneTested("l2", Verdict.PASSED, "", BASELINE, List.of(), 1_000));

        JsonNode seen = lane(Reader.ALL);
        assertThat(seen.at("/search/trials"))
                .extracting(n -> n.get("purpose").asText() + " " + n.get("role").asText())
                .containsExactly(
                        "attempt 1 ", "what production runs alone, for another lane WITHOUT", "attempt 2 WITH");
        assertThat(seen.at("/search/trials/1/by/url").asText()).isEqualTo("job/mail/3/");
        assertThat(seen.at("/rejected/without").asText())
                .isEqualTo(seen.at("/search/trials/1/id").asText());
        assertThat(lane(new Reader(job -> false)).toString()).doesNotContain("mail");
    }

    /** In an environment where much is tested, its attempts are far apart. */
    @Test
    void attemptsAreFoundAmongThoseOfManyOtherLanes() throws Exception {
        append(queued());
        attempt(false, Verdict.FAILED, 1, "shop.Pay charges");
        append(Collections.nCopies(1_200, started("l2", false)).toArray(Event[]::new));
        attempt(false, Verdict.FAILED, 2, "shop.Pay charges");
        append(new Event.LaneEnded("l1", Outcome.EJECTED, "its tests failed", ""));

        assertThat(lane(Reader.ALL).at("/rejected/failed").asInt()).isEqualTo(2);
    }
}
