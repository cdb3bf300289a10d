package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.train.Evidence;
import io.jenkins.plugins.releasetrain.engine.train.Rollback;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The search as pages explain it, of a real train. */
class SearchViewsTest {
    private final FakeShop shop = new FakeShop(6, Map.of());
    private final Train train = new Train(
            TrainSettings.of("shop", "suite"),
            shop.catalog,
            shop.registries(),
            shop.environment(),
            new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add));

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String service) {
        return train.queue(new Train.Request(Map.of(service, "2"), Origin.UNKNOWN, 0, true));
    }

    private void run() throws InterruptedException {
        while (train.next("build") instanceof Task.Test test) {
            train.report(test.trial(), shop.test(), "");
        }
    }

    private JsonNode search(String change) throws IOException {
        return new ObjectMapper()
                .readTree(new HistoryApi(shop.store, shop.clock)
                        .get("changes/" + change, "", "")
                        .body())
                .get("search");
    }

    private static List<JsonNode> with(JsonNode search, String role) {
        return StreamSupport.stream(search.get("trials").spliterator(), false)
                .filter(n -> n.get("role").asText().equals(role))
                .toList();
    }

    @Test
    void I4_culpritIsShownWithTheTwoSetsThatProveItGuilty() throws Exception {
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            if (i == 3) {
                shop.buildBad("s3", "2");
            } else {
                shop.build("s" + i, "2");
            }
            changes.add(queue("s" + i));
        }
        run();
        JsonNode search = search(changes.get(3));
        assertThat(search.at("/riders/3/state").asText()).isEqualTo("EJECTED");
        assertThat(search.at("/riders/3/services/0").asText()).isEqualTo("s3 2");
        assertThat(with(search, "WITH")).singleElement().satisfies(n -> {
            assertThat(n.get("verdict").asText()).isEqualTo("FAILED");
            assertThat(n.get("changes").toString()).contains(changes.get(3));
        });
        assertThat(with(search, "WITHOUT")).singleElement().satisfies(n -> {
            assertThat(n.get("verdict").asText()).isEqualTo("PASSED");
            assertThat(n.get("changes").toString()).doesNotContain(changes.get(3));
        });
        assertThat(with(search, "RELEASED").size() + with(search, "WITHOUT").size())
                .isPositive();
    }

    /**
     * Random searches with random flakes, looked at after every trial: nobody is red but a culprit in a failed set, nobody
     * is amber but who may still be to blame, and once a search is over nobody who was not rejected has a sign against him.
     */
    @Test
    void I4_nobodyElseIsRed() throws Exception {
        Random random = new Random(4);
        int red = 0;
        int amber = 0;
        for (int round = 0; round < 500; round++) {
            String version = "1." + round;
            List<String> changes = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                if (random.nextInt(5) == 0) {
                    shop.buildBad("s" + i, version);
                } else {
                    shop.build("s" + i, version);
                }
                changes.add(train.queue(new Train.Request(Map.of("s" + i, version), Origin.UNKNOWN, 0, true)));
            }
            while (train.next("build") instanceof Task.Test test) {
                boolean flake = random.nextInt(20) == 0;
                train.report(test.trial(), flake ? Verdict.FAILED : shop.test(), "");
                amber += suspects(search(changes.get(random.nextInt(6))));
            }
            resume();
            for (String change : changes) {
                red += searchIsOver(search(change));
            }
        }
        assertThat(red).as("culprits").isPositive();
        assertThat(amber).as("suspects").isPositive();
    }

    private void resume() throws InterruptedException {
        while (!train.state().undecided().toList().isEmpty()) {
            shop.clock.advance(Duration.ofMinutes(10));
            train.resume("admin");
            run();
        }
    }

    /** @return how many are amber, each of whom the train's own evidence still allows */
    private int suspects(JsonNode search) {
        Evidence evidence = train.state().search().evidence();
        Set<String> failed =
                evidence.failures().stream().flatMap(f -> f.changes().stream()).collect(Collectors.toSet());
        int[] amber = {0};
        cells(search, (node, change, cell) -> {
            if (cell.equals("POSSIBLE")) {
                assertThat(failed).contains(change);
                amber[0]++;
            }
        });
        return amber[0];
    }

    private static int searchIsOver(JsonNode search) {
        Set<String> rejected = StreamSupport.stream(search.get("riders").spliterator(), false)
                .filter(r -> Set.of("EJECTED", "NOT_INSTALLABLE")
                        .contains(r.get("state").asText()))
                .map(r -> r.get("id").asText())
                .collect(Collectors.toSet());
        int[] red = {0};
        cells(search, (node, change, cell) -> {
            assertThat(cell).isNotEqualTo("POSSIBLE");
            assertThat(cell.equals("CULPRIT"))
                    .isEqualTo(rejected.contains(change)
                            && node.get("verdict").asText().equals("FAILED"));
            assertThat(cell.equals("CLEARED"))
                    .isEqualTo(!rejected.contains(change)
                            && node.get("verdict").asText().equals("PASSED"));
            red[0] += cell.equals("CULPRIT") ? 1 : 0;
        });
        return red[0];
    }

    private interface Look {
        void at(JsonNode node, String change, String cell);
    }

    private static void cells(JsonNode search, Look look) {
        for (JsonNode node : search.get("trials")) {
            assertThat(node.get("cells")).hasSameSizeAs(node.get("changes"));
            for (int i = 0; i < node.get("cells").size(); i++) {
                look.at(
                        node,
                        node.get("changes").get(i).asText(),
                        node.get("cells").get(i).asText());
            }
        }
    }

    /** What was rolled back from is tried again with the same images: nothing is run, and the page says so. */
    @Test
    void rememberedVerdictIsShownAsSuch() throws Exception {
        shop.build("s1", "2");
        queue("s1");
        run();
        shop.build("s2", "2");
        queue("s2");
        run();
        train.rollbacks().perform(Rollback.to("shop-1", "it loses carts", "ada"));
        run();
        String again = queue("s2");
        run();
        JsonNode trials = search(again).get("trials");
        assertThat(trials).singleElement().satisfies(n -> {
            assertThat(n.get("memo").asBoolean()).isTrue();
            assertThat(n.get("verdict").asText()).isEqualTo("PASSED");
            assertThat(n.get("role").asText()).isEqualTo("RELEASED");
        });
    }

    private void runWithTests() throws InterruptedException {
        int builds = 0;
        while (train.next("build") instanceof Task.Test test) {
            builds++;
            Verdict verdict = shop.test();
            boolean failed = verdict == Verdict.FAILED;
            List<FailedTest> failures = failed
                    ? List.of(
                            new FailedTest("shop.Checkout pays", "t/" + builds),
                            new FailedTest("shop.Flaky " + builds, ""))
                    : List.of();
            TestReport report = new TestReport(
                    "pay#" + builds,
                    "job/pay/",
                    "job/pay/console",
                    "job/pay/testReport/",
                    "7",
                    80,
                    failures.size(),
                    0,
                    failures,
                    0);
            train.report(test.trial(), verdict, "", Optional.of(report));
            // A build that comes back reports again what it reported last.
            train.report(test.trial(), verdict, "", Optional.of(TestReport.of("again#1", "", "")));
        }
    }

    /** A verdict leads to its build, its log and its failed tests; a rejection to those that failed each time. */
    @Test
    void I11_rejectionLeadsToTheTestsThatFailedEachTime() throws Exception {
        shop.build("s0", "2");
        shop.buildBad("s1", "2");
        String good = queue("s0");
        String bad = queue("s1");
        runWithTests();

        JsonNode change = change(bad);
        JsonNode rejected = change.get("rejected");
        assertThat(rejected.get("tests")).extracting(JsonNode::asText).containsExactly("shop.Checkout pays");
        assertThat(rejected.get("failed").asInt())
                .isEqualTo(rejected.get("runs").asInt())
                .isPositive();
        assertThat(rejected.get("chance").asDouble()).isBetween(0.0, 0.001);
        assertThat(rejected.at("/failures/0/url").asText()).startsWith("t/");
        JsonNode with = node(change, rejected.get("with").asText());
        assertThat(with.at("/by/build").asText()).startsWith("pay#");
        assertThat(with.at("/by/log").asText()).isEqualTo("job/pay/console");
        assertThat(with.at("/by/block").asText()).isEqualTo("7");
        assertThat(with.at("/counts/failed").asInt()).isEqualTo(2);
        assertThat(node(change, rejected.get("without").asText()).get("failures"))
                .isEmpty();
        assertThat(change(good).get("rejected").isNull()).isTrue();
    }

    private JsonNode change(String id) throws IOException {
        return new ObjectMapper()
                .readTree(new HistoryApi(shop.store, shop.clock)
                        .get("changes/" + id, "", "")
                        .body());
    }

    private static JsonNode node(JsonNode change, String id) {
        return StreamSupport.stream(change.at("/search/trials").spliterator(), false)
                .filter(n -> n.get("id").asText().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Each verdict and its tests are one append; of what is reported once more nothing is kept. */
    @Test
    void I11_testsAreKeptTogetherWithTheirVerdictAndOnce() throws Exception {
        shop.buildBad("s1", "2");
        queue("s1");
        runWithTests();
        List<Event> events = shop.events;
        int tests = 0;
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i) instanceof Event.TestsRecorded recorded) {
                assertThat(events.get(i - 1))
                        .isInstanceOfSatisfying(
                                Event.TrialEnded.class,
                                e -> assertThat(e.trial()).isEqualTo(recorded.trial()));
                assertThat(recorded.report().build()).startsWith("pay#");
                tests++;
            }
        }
        assertThat(tests).isPositive().isEqualTo((int)
                events.stream().filter(Event.TrialEnded.class::isInstance).count());
    }
}
