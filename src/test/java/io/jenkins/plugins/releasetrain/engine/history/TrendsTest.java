package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.KeptOut;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Trends that one can trust. */
class TrendsTest {
    /** A Monday. */
    private static final Instant START = Instant.parse("2026-03-02T00:00:00Z");

    private static final Digest SET = Digest.sha256("set");
    private static final int HOUR = 3_600;
    private static final int DAY = 24 * HOUR;

    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final HistoryApi api = new HistoryApi(store, Clock.fixed(START.plusSeconds(28L * DAY), ZoneOffset.UTC));

    @AfterEach
    void close() {
        store.close();
    }

    private JsonNode told() throws IOException {
        Answer answer = api.get("trends", "owner=shop&from=2026-03-02&to=2026-03-29", "");
        JsonNode body = new ObjectMapper().readTree(answer.body());
        assertThat(answer.status()).as(body.toString()).isEqualTo(200);
        return body.get("told");
    }

    private static List<String> all(JsonNode nodes, String property) {
        List<String> values = new ArrayList<>();
        nodes.forEach(n -> values.add(n.at(property).asText()));
        return values;
    }

    private void append(long at, Event... events) {
        append(store, at, events);
    }

    private static void append(SqlStore to, long at, Event... events) {
        to.append("train/shop", to.version("train/shop"), START.plusSeconds(at), List.of(events));
    }

    private static SortedMap<String, PinnedImage> images(int n) {
        return new TreeMap<>(Map.of("cart", new PinnedImage("shop/cart", Digest.sha256("cart" + n), "1." + n)));
    }

    private static Event.ReleaseMade made(int n, String rollbackOf, String... changes) {
        return new Event.ReleaseMade(
                "shop-" + n,
                "shop",
                n,
                Event.Kind.MONO,
                Digest.sha256("set" + n),
                n == 1 ? "" : "shop-" + (n - 1),
                rollbackOf,
                images(n),
                List.of(changes),
                "t" + n,
                rollbackOf.isEmpty() ? Optional.empty() : Optional.of("ada"),
                Optional.empty(),
                Optional.empty());
    }

    /** Waits 60 s, is tried 100 s and 40 s with 20 s for others between, waits 5 s for its release, which takes 7 s. */
    private void released(int n, long at) {
        released(store, n, at);
    }

    private static void released(SqlStore store, int n, long at) {
        String id = "c" + n;
        Digest set = Digest.sha256("set" + n);
        append(
                store,
                at,
                new Event.ChangeQueued(new Change(id, images(n), Origin.UNKNOWN, START.plusSeconds(at), 0, true)));
        append(
                store,
                at + 60,
                new Event.BatchDeparted("b" + n, List.of(id, "other"), set),
                new Event.TrialStarted("x" + n, "b" + n, set, List.of(id, "other"), "", "staging", id, 1, false));
        append(store, at + 160, new Event.TrialEnded("x" + n, set, "tests", Verdict.FAILED, "", 100_000));
        append(
                store,
                at + 180,
                new Event.TrialStarted("t" + n, "b" + n, set, List.of(id), "", "staging", id, 1, false));
        append(store, at + 220, new Event.TrialEnded("t" + n, set, "tests", Verdict.PASSED, "", 40_000));
        append(store, at + 225, made(n, "", id));
        append(
                store,
                at + 232,
                new Event.ReleasePromoted("shop-" + n, "p" + n),
                new Event.ChangeEnded(id, Event.Outcome.RELEASED, "", "shop-" + n));
    }

    /** What is released on Monday morning in Berlin is of that week, where it is Sunday by UTC; and in New York it still is. */
    @Test
    void weeksAreOfTheSite() throws IOException {
        for (String[] expected : new String[][] {
            {"Europe/Berlin", "[2026-03-02: 1, 2026-03-09: 2]"},
            {"America/New_York", "[2026-03-02: 2, 2026-03-09: 1]"},
            {"UTC", "[2026-03-02: 2, 2026-03-09: 1]"}
        }) {
            try (SqlStore there =
                    SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()), ZoneId.of(expected[0]))) {
                released(there, 1, 6 * DAY + 21 * HOUR);
                released(there, 2, 6 * DAY + 23 * HOUR + HOUR / 2);
                released(there, 3, 7 * DAY + 5 * HOUR);
                HistoryApi api = new HistoryApi(there, Clock.fixed(START.plusSeconds(28L * DAY), ZoneOffset.UTC));

                JsonNode trends = new ObjectMapper()
                        .readTree(api.get("trends", "owner=shop&from=2026-03-02&to=2026-03-15", "")
                                .body());

                assertThat(trends.get("zone").asText()).isEqualTo(expected[0]);
                assertThat(trends.get("from").asText()).isEqualTo("2026-03-02");
                List<String> weeks = new ArrayList<>();
                for (JsonNode week : trends.at("/told/weeks")) {
                    assertThat(week.at("/lead/n")).as("both of the same week").isEqualTo(week.get("releases"));
                    weeks.add(week.get("from").asText() + ": " + week.get("releases"));
                }
                assertThat(weeks).as(expected[0]).hasToString(expected[1]);
            }
        }
    }

    @Test
    void partsOfTheTimeAreAllOfIt() throws IOException {
        released(1, HOUR);
        JsonNode parts = told().get("parts");
        assertThat(parts.get("n").asInt()).isEqualTo(1);
        assertThat(parts.get("waited").asDouble()).isEqualTo(60);
        assertThat(parts.get("tried").asDouble()).isEqualTo(140);
        assertThat(parts.get("others").asDouble()).isEqualTo(20);
        assertThat(parts.get("gate").asDouble()).isEqualTo(5);
        assertThat(parts.get("promoting").asDouble()).isEqualTo(7);
        assertThat(told().at("/dots/0/lead").asDouble()).isEqualTo(232);
        assertThat(told().at("/lead/n").asInt()).isEqualTo(1);
        assertThat(told().at("/lead/median").isNull()).as("too few").isTrue();
        assertThat(told().at("/sizes/0/changes").asInt()).isEqualTo(2);
    }

    @Test
    void aFailedReleaseCountsInItsOwnWeekAndOnce() throws IOException {
        released(1, HOUR);
        released(2, 2 * DAY);
        released(3, 3 * DAY);
        long later = 15L * DAY;
        append(later, made(4, "shop-1"));
        append(later + 90, new Event.ReleasePromoted("shop-4", "p4"));
        JsonNode told = told();
        assertThat(all(told.get("weeks"), "/failed")).containsExactly("2", "0", "0", "0");
        assertThat(all(told.get("weeks"), "/releases")).containsExactly("3", "0", "0", "0");
        assertThat(all(told.get("weeks"), "/mayChange")).containsExactly("false", "false", "false", "true");
        assertThat(told.at("/failed/part").asInt()).isEqualTo(2);
        assertThat(told.at("/failed/whole").asInt()).isEqualTo(3);
        assertThat(told.at("/failed/low").asDouble()).isCloseTo(0.26, within(0.01));
        assertThat(told.at("/recovery/n").asInt()).isEqualTo(1);

        store.append(
                "blocks",
                0,
                START.plusSeconds(later + 100),
                List.of(
                        new Event.ImageBlocked(Digest.sha256("cart3"), "cart", "shop-3", "it loses carts", "ada"),
                        new Event.ImageBlocked(Digest.sha256("cart1"), "cart", "shop-1", "so does it", "ada"),
                        new Event.ImageBlocked(Digest.sha256("cart4"), "cart", "shop-4", "what it went back to", "ada"),
                        new Event.ImageBlocked(Digest.sha256("none"), "cart", "", "of no release", "ada")));
        assertThat(told().at("/failed/part").asInt())
                .as("one more; shop-3 is counted already, and a rollback only put back what was there")
                .isEqualTo(3);
    }

    @Test
    void weeksWithoutAnythingAreThere() throws IOException {
        for (int n = 1; n <= 6; n++) {
            released(n, n * HOUR);
            released(20 + n, 21L * DAY + n * HOUR);
        }
        JsonNode weeks = told().get("weeks");
        assertThat(all(weeks, "/from")).containsExactly("2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23");
        assertThat(all(weeks, "/lead/n")).containsExactly("6", "0", "0", "6");
        assertThat(weeks.at("/1/parts").isNull()).isTrue();
        assertThat(weeks.at("/1/lead/median").isNull()).isTrue();
        assertThat(weeks.at("/0/lead/median").asDouble()).isEqualTo(232);
        assertThat(told().at("/lead/exact").asBoolean()).isTrue();
        assertThat(told().at("/lead/p90").isNull()).as("of twelve nobody knows").isTrue();
    }

    private Event.TrialEnded nothing(String trial, boolean byConductor, Optional<KeptOut> keptOut) {
        return new Event.TrialEnded(trial, SET, "tests", Verdict.VOID, "", 1_000, byConductor, keptOut);
    }

    private static Event.LaneTested lane(Verdict verdict, List<String> drift, Optional<Fault> fault) {
        return new Event.LaneTested("l", verdict, "", SET, drift, 1_000, Optional.empty(), fault);
    }

    /** By what events tell, whatever words they have for it; before this version nobody asked. */
    @Test
    void trialsWithoutVerdictAreToldByTheirCause() throws IOException {
        released(1, HOUR);
        append(
                2 * HOUR,
                new Event.TrialStarted("t-tests", "b2", SET, List.of("c2"), "", "staging", "c2", 2, false),
                new Event.TrialInstalled("t-tests", List.of("cart"), 10));
        append(
                2 * HOUR,
                nothing("t-tests", false, Optional.empty()),
                nothing("t-installation", false, Optional.empty()),
                nothing("t-late", false, Optional.empty()),
                nothing("t-build", true, Optional.empty()),
                nothing("t-out", false, Optional.of(new KeptOut(List.of("c1"), Fault.ENVIRONMENT, false))));
        JsonNode told = told();
        assertThat(told.get("noVerdict").asInt()).isEqualTo(5);
        assertThat(all(told.get("voids"), "/cause")).containsExactly("BUILD", "INSTALLATION", "KEPT_OUT", "TESTS");
        assertThat(all(told.get("voids"), "/trials")).containsExactly("1", "2", "1", "1");
        assertThat(told.at("/trials/whole").asInt()).isEqualTo(2);
    }

    @Test
    void lanesWithoutVerdictToo() throws IOException {
        store.append(
                "lane/cd",
                0,
                START.plusSeconds(HOUR),
                List.of(
                        lane(Verdict.VOID, List.of("pay"), Optional.empty()),
                        lane(Verdict.VOID, List.of(), Optional.empty()),
                        lane(Verdict.PASSED, List.of(), Optional.empty())));
        Answer answer = api.get("trends", "owner=cd&from=2026-03-02&to=2026-03-29", "");
        JsonNode told = new ObjectMapper().readTree(answer.body()).get("told");
        assertThat(all(told.get("voids"), "/cause")).containsExactly("CHANGED", "TESTS");
    }

    private Event.TestsRecorded failed(String trial, int more, String... names) {
        List<FailedTest> failures = Stream.of(names)
                .map(name -> new FailedTest(name, "job/pay/1/testReport/" + name + "/"))
                .toList();
        return new Event.TestsRecorded(
                trial, "c1", new TestReport("pay#1", "job/pay/1/", "", "", "", 80, 1, 0, failures, more));
    }

    /** Of sets that failed and passed; a culprit's own failures, and those of an environment that was gone, are not. */
    @Test
    void testsThatFailNowAndThenAreNamedTheWorstFirst() throws IOException {
        for (int n = 1; n <= 3; n++) {
            released(n, n * HOUR);
        }
        append(4 * HOUR, failed("x1", 0, "pays", "asks", "pays"), failed("x2", 0, "pays"), failed("x3", 12, "asks"));
        Digest guilty = Digest.sha256("guilty");
        append(
                5 * HOUR,
                new Event.TrialStarted("g", "b9", guilty, List.of("c9"), "", "staging", "c9", 1, false),
                new Event.TrialEnded("g", guilty, "tests", Verdict.FAILED, "", 100),
                failed("g", 0, "ships"));
        JsonNode unsteady = told().get("unsteady");
        assertThat(unsteady.get("trials").asInt()).isEqualTo(7);
        assertThat(all(unsteady.get("tests"), "/test")).containsExactly("pays", "asks");
        assertThat(all(unsteady.get("tests"), "/failed")).containsExactly("2", "1");
        assertThat(unsteady.at("/tests/0/url").asText()).isEqualTo("job/pay/1/testReport/pays/");
        Answer seen = new Reader(job -> false)
                .see(api.get("trends", "owner=shop&from=2026-03-02&to=2026-03-29", ""), false, "");
        assertThat(new String(seen.body(), StandardCharsets.UTF_8)).doesNotContain("pays", "pay#1");
    }

    /** One that was cut off by what was asked for, or is not over, is not taken for a bad one. */
    @Test
    void weeksThatAreNotWholeAreToldSo() throws IOException {
        released(1, HOUR);
        assertThat(all(told().get("weeks"), "/whole")).containsExactly("true", "true", "true", "true");
        Answer answer = api.get("trends", "owner=shop&from=2026-03-04&to=2026-04-02", "");
        JsonNode weeks = new ObjectMapper().readTree(answer.body()).at("/told/weeks");
        assertThat(all(weeks, "/whole")).containsExactly("false", "true", "true", "true", "false");
    }
}
