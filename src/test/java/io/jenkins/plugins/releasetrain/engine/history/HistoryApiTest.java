package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Standing;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class HistoryApiTest {
    private static final Clock CLOCK = Clock.fixed(SampleShop.AT, ZoneOffset.UTC);

    private final ObjectMapper json = new ObjectMapper();
    private SqlStore store;
    private HistoryApi api;

    @BeforeEach
    void fill() {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        Live live = new Live(CLOCK);
        live.delivery(new Live.Delivery(
                "chat",
                "https://chat.example",
                "RETRYING",
                2,
                "it answered 503",
                Optional.of(SampleShop.AT.plusSeconds(20)),
                Optional.of(SampleShop.AT.minusSeconds(60))));
        HistoryApi.Site site = new HistoryApi.Site(
                HistoryApi.Site.USUAL.moves(),
                HistoryApi.Site.USUAL.links(),
                HistoryApiTest::outlook,
                HistoryApi.Site.USUAL.places());
        api = new HistoryApi(store, CLOCK, live, Runnable::run, site);
    }

    /** Of the train one change is kept out by its environment. */
    private static Outlook outlook(String name) {
        Instant since = SampleShop.AT.plusSeconds(400);
        Outlook.Out out = new Outlook.Out("staging", 2, since, since.plusSeconds(1_200));
        Map<String, Outlook.Standing> standing =
                Map.of("4", new Outlook.Standing(Outlook.Why.ASIDE, "exceeded quota: pods, requested: pods=1", 0, out));
        return name.equals("shop")
                ? new Outlook(
                        name, true, "", "", Map.of(), "", 0, 1, List.of(), null, null, null, Map.of(), "", 0, standing)
                : Outlook.unknown(name);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private JsonNode get(String request) throws IOException {
        int mark = request.indexOf('?');
        Answer answer = mark < 0
                ? api.get(request, null, null)
                : api.get(request.substring(0, mark), request.substring(mark + 1), "");
        JsonNode body = json.readTree(answer.body());
        assertThat(answer.status()).as(request + ": " + body).isEqualTo(200);
        return body;
    }

    private static List<String> all(JsonNode nodes, String property) {
        List<String> values = new ArrayList<>();
        nodes.forEach(n -> values.add(n.get(property).asText()));
        return values;
    }

    /** Each example of docs/api.yaml is asked, and must answer what is written there. */
    @Test
    void examplesOfTheDocumentAreTrue() throws IOException {
        SampleShop.fill(store);
        Path document = Path.of(System.getProperty("repository.root", "")).resolve("docs/api.yaml");
        Object yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(document));
        JsonNode paths = json.valueToTree(yaml).get("paths");
        int asked = 0;
        for (JsonNode path : paths) {
            if (path.has("servers")) {
                continue; // operations, which are beside the history
            }
            if (path.at("/get/responses/200/content").has("application/openmetrics-text")) {
                continue;
            }
            JsonNode content = path.at("/get/responses/200/content/application~1json/examples");
            assertThat(content.size()).as(path.toString()).isPositive();
            for (JsonNode example : content) {
                String request = example.get("x-request").asText();
                JsonNode answer = get(request);
                boolean namesOnly = example.has("x-compare");
                JsonNode expected = json.readTree(example.get("value").asText());
                assertThat(namesOnly ? names(expected) : expected)
                        .as(request + " answers " + answer.toPrettyString())
                        .isEqualTo(namesOnly ? names(answer) : answer);
                asked++;
            }
        }
        assertThat(asked).isEqualTo(20);
    }

    /** What is simulated has other figures whenever the policy becomes better. */
    private JsonNode names(JsonNode node) {
        JsonNode names = node.deepCopy();
        for (JsonNode parent : names.findParents("title")) {
            List<String> fields = new ArrayList<>();
            parent.fieldNames().forEachRemaining(fields::add);
            ((ObjectNode) parent).removeAll().put("names", String.join(" ", fields));
        }
        return ((ObjectNode) names).put("text", "").put("best", "");
    }

    @Test
    void nowTellsWhatWaitsAndWhyItIsPaused() throws IOException {
        SampleShop.fill(store);
        JsonNode train = get("now").at("/trains/0");
        assertThat(train.get("state").asText()).isEqualTo("PAUSED");
        assertThat(train.get("paused").asText()).isEqualTo("freeze");
        assertThat(train.at("/queue/0/position").asInt()).isEqualTo(1);
        assertThat(train.at("/queue/0/user").asText()).isEqualTo("<b>zoë</b> 🚂");
    }

    @Test
    void nowTellsHowFarARunningTrialIs() throws IOException {
        Live live = new Live(Clock.fixed(SampleShop.AT.plusSeconds(410), ZoneOffset.UTC));
        api = new HistoryApi(store, Clock.systemUTC(), live, Runnable::run);
        SampleShop.fill(store);
        SampleShop.trial(store);
        Cluster.Progress rollouts = live.in("staging", Set.of("cart", "pay"));
        rollouts.ready(1, 2);
        rollouts.waitingFor(new Cluster.Blocker("pay", "", "Pending", "no room", Fault.UNKNOWN));
        live.planned(Digest.sha256("cart3"), 100);
        live.copied(Digest.sha256("cart3"), 40);
        live.waits("shop", "staging", "held by a lane");
        assertThat(get("now").at("/trains/0/waits/0/why").asText()).isEqualTo("held by a lane");

        JsonNode progress = get("now").at("/trains/0/trial/progress");
        assertThat(progress.get("phase").asText()).isEqualTo("INSTALL");
        assertThat(progress.at("/rollouts/ready").asInt()).isEqualTo(1);
        assertThat(progress.at("/rollouts/total").asInt()).isEqualTo(2);
        assertThat(progress.at("/rollouts/waitingFor").asText()).contains("no room");
        assertThat(progress.at("/bytes/copied").asInt()).isEqualTo(40);
        assertThat(progress.at("/bytes/total").asInt()).isEqualTo(100);

        SampleShop.installed(store);
        progress = get("now").at("/trains/0/trials/0/progress");
        assertThat(progress.get("phase").asText()).isEqualTo("TEST");
        assertThat(progress.get("since").asText()).isEqualTo("2026-03-01T10:06:54.200Z");
        assertThat(progress.get("rollouts").isNull()).isTrue();
        assertThat(progress.get("tests").isNull()).isTrue();
        live.tested("t4", 57, 2, 1);
        assertThat(get("now").at("/trains/0/trial/progress/tests").toString())
                .isEqualTo("{\"passed\":57,\"failed\":2,\"skipped\":1,\"at\":\"2026-03-01T10:06:50Z\"}");
    }

    @Test
    void nowTellsHowFarThePromotionOfAReleaseIs() throws IOException {
        Live live = new Live(CLOCK);
        api = new HistoryApi(store, CLOCK, live, Runnable::run);
        SampleShop.fill(store);
        assertThat(get("now").at("/trains/0/promotion").isNull()).isTrue();
        SampleShop.trial(store);
        SampleShop.released(store);
        live.planned(Digest.sha256("cart3"), 100);
        live.copied(Digest.sha256("cart3"), 40);
        assertThat(get("now").at("/trains/0/promotion").toString())
                .isEqualTo("{\"release\":\"shop-3\",\"since\":\"2026-03-01T10:08:00Z\","
                        + "\"bytes\":{\"copied\":40,\"total\":100},\"progress\":null,\"plan\":null}");
    }

    @Test
    void nowTellsWhoWaitsForAnEnvironmentAndAboutWhen() throws IOException {
        Live live = new Live(CLOCK);
        api = new HistoryApi(store, CLOCK, live, Runnable::run);
        Instant at = SampleShop.AT;
        Standing holds = new Standing("t", "train shop", true, 0, at.minusSeconds(60), Optional.empty());
        live.line("staging", List.of(holds));
        assertThat(get("now").get("lines")).as("nobody waits").isEmpty();
        live.line(
                "staging",
                List.of(
                        holds,
                        new Standing(
                                "l", "lane cart in staging by job#3", false, 1, at, Optional.of(at.plusSeconds(90)))));
        JsonNode line = get("now").at("/lines/0");
        assertThat(line.get("environment").asText()).isEqualTo("staging");
        assertThat(all(line.get("standings"), "owner")).containsExactly("train shop", "lane cart in staging by job#3");
        assertThat(line.at("/standings/1").toString())
                .isEqualTo("{\"id\":\"l\",\"owner\":\"lane cart in staging by job#3\",\"alone\":false,\"position\":1,"
                        + "\"since\":\"2026-03-01T10:00:00Z\",\"expected\":\"2026-03-01T10:01:30Z\"}");
        Answer hidden = new Reader(job -> false).see(api.get("now", "", ""), false, "");
        assertThat(new String(hidden.body(), StandardCharsets.UTF_8))
                .contains("lane cart in staging by a build")
                .doesNotContain("job#3");
    }

    /** Two lanes of one group: each with its own phase, rollouts and tests; a third waits. */
    @Test
    void nowTellsHowFarEachRunningLaneIs() throws IOException {
        Live live = new Live(Clock.fixed(SampleShop.AT.plusSeconds(520), ZoneOffset.UTC));
        api = new HistoryApi(store, Clock.systemUTC(), live, Runnable::run);
        SampleShop.fill(store);
        SampleShop.lanes(store);
        live.in("cd", Set.of("pay")).ready(1, 1);
        live.in("cd", Set.of("mail")).ready(0, 1);
        live.tested("l3-2", 5, 0, 0);
        live.waits("l4", "cd", "environment 'cd': position 1");

        JsonNode group = get("now").at("/trains/1");
        assertThat(group.get("state").asText()).isEqualTo("TESTING");
        assertThat(all(group.get("trials"), "id")).containsExactly("l3-2", "l2-1");
        assertThat(all(group.get("batch"), "id")).containsExactly("l2", "l3");
        assertThat(all(group.get("queue"), "id")).containsExactly("l4");
        assertThat(group.at("/queue/0/why").asText()).isEqualTo("environment 'cd': position 1");
        JsonNode again = group.at("/trials/0");
        assertThat(again.get("purpose").asText()).isEqualTo("attempt 2: failed beside other candidates");
        assertThat(again.at("/progress/phase").asText()).isEqualTo("TEST");
        assertThat(again.at("/progress/tests/passed").asInt()).isEqualTo(5);
        JsonNode installing = group.at("/trials/1");
        assertThat(installing.at("/progress/phase").asText()).isEqualTo("INSTALL");
        assertThat(installing.at("/progress/rollouts/ready").asInt()).isZero();
        assertThat(installing.at("/progress/tests").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "history, l1 3 shop-2 shop-1",
        "history?owner=shop, 3 shop-2 shop-1",
        "history?service=cart, shop-2 shop-1",
        "history?state=EJECTED, l1 3",
        "history?person=eve&service=pay, l1 3",
        "history?text=80+tests, 3",
        "history?from=2026-03-01T10:05:00Z&to=2026-03-01T10:06:00Z, 3",
        "history?from=2026-03-02, ''",
        "history?person=&owner=, l1 3 shop-2 shop-1"
    })
    void historyIsFilteredByWhatIsAsked(String request, String ids) throws IOException {
        SampleShop.fill(store);
        assertThat(String.join(" ", all(get(request).get("items"), "id"))).isEqualTo(ids);
    }

    @Test
    void historyIsPagedByKey() throws IOException {
        SampleShop.fill(store);
        JsonNode first = get("history?limit=3");
        assertThat(all(first.get("items"), "id")).containsExactly("l1", "3", "shop-2");
        JsonNode second = get("history?limit=3&before=" + first.get("next").asText());
        assertThat(all(second.get("items"), "id")).containsExactly("shop-1");
        assertThat(second.get("next").asText()).isEmpty();
    }

    @Test
    void releaseShowsTheSearchThatProvedItAsATree() throws IOException {
        SampleShop.fill(store);
        JsonNode trials = get("releases/shop-2").at("/search/trials");
        assertThat(all(trials, "id")).containsExactly("t2", "t3");
        assertThat(all(trials, "parent")).containsExactly("", "t2");
        assertThat(all(trials, "depth")).containsExactly("0", "1");
        assertThat(all(trials, "proof")).containsExactly("false", "true");
        assertThat(all(trials, "role"))
                .as("the set with the culprit, and the set without it")
                .containsExactly("WITH", "WITHOUT");
    }

    @Test
    void rejectedChangeShowsTheTrialsOfItsBatch() throws IOException {
        SampleShop.fill(store);
        JsonNode change = get("changes/3");
        assertThat(change.at("/item/state").asText()).isEqualTo("EJECTED");
        assertThat(all(change.at("/search/trials"), "verdict")).containsExactly("FAILED", "PASSED");
        assertThat(all(get("changes/l1").at("/search/trials"), "reason")).containsExactly("no answer");
        assertThat(get("changes/4").at("/item/state").asText()).isEqualTo("WAITING");
    }

    @Test
    void compareAlsoTellsWhatIsTheSame() throws IOException {
        SampleShop.fill(store);
        JsonNode comparison = get("compare?from=shop-2&to=shop-1");
        assertThat(all(comparison.get("differences"), "service")).containsExactly("cart");
        assertThat(comparison.at("/differences/0/from/tag").asText()).isEqualTo("1.2");
        assertThat(comparison.get("same").asInt()).isEqualTo(1);
        assertThat(get("compare?from=shop-1&to=shop-1").get("total").asInt()).isZero();
    }

    @Test
    void matrixIsPagedByService() throws IOException {
        SampleShop.fill(store);
        JsonNode first = get("matrix?limit=1");
        assertThat(all(first.get("environments"), "name")).containsExactly("cd", "staging");
        assertThat(all(first.get("rows"), "service")).containsExactly("cart");
        JsonNode second = get("matrix?limit=1&after=" + first.get("next").asText());
        assertThat(all(second.get("rows"), "service")).containsExactly("pay");
        assertThat(second.get("next").asText()).isEmpty();
    }

    @Test
    void digestIsFoundInProductionAndEnvironments() throws IOException {
        SampleShop.fill(store);
        JsonNode found = get("digests/" + Digest.sha256("cart2"));
        assertThat(all(found.get("production"), "service")).containsExactly("cart");
        assertThat(all(found.get("environments"), "environment")).containsExactly("cd", "staging");
        assertThat(all(found.get("releases"), "id")).containsExactly("shop-2");
    }

    @Test
    void adviceIsComputedInTheBackgroundOnceAndKept() throws IOException {
        List<Runnable> background = new ArrayList<>();
        api = new HistoryApi(store, CLOCK, new Live(CLOCK), background::add);
        SampleShop.fill(store);
        assertThat(get("advisor?train=shop&environments=1").get("state").asText())
                .isEqualTo("COMPUTING");
        assertThat(get("advisor?train=shop&environments=1").get("at").isNull()).isTrue();
        assertThat(background).hasSize(1);

        background.remove(0).run();
        JsonNode advice = get("advisor?train=shop&environments=1");
        assertThat(advice.get("state").asText()).isEqualTo("READY");
        assertThat(all(advice.get("ways"), "title")).contains(advice.get("best").asText());
        assertThat(background).isEmpty();
    }

    @Test
    void adviceSaysWhatIsMissingWhereNothingWasDecided() throws IOException {
        Event queued = new Event.TrainPaused("freeze", "ada");
        store.append("train/new", 0, SampleShop.AT, List.of(queued));
        JsonNode advice = get("advisor?train=new");
        assertThat(advice.get("state").asText()).isEqualTo("UNKNOWN");
        assertThat(advice.get("text").asText()).contains("Nothing was released or rejected yet");
    }

    @Test
    void trendsAreNullWhereNothingHappened() throws IOException {
        JsonNode keys = get("trends?owner=nobody").get("keys");
        assertThat(keys.get("deployments").asInt()).isZero();
        assertThat(keys.get("leadTimeP50").isNull()).isTrue();
        assertThat(keys.get("changeFailureRate").isNull()).isTrue();
    }

    /** However many images a release has, a page asks once; the job of a tool is told to whoever may see it only. */
    @Test
    void contractsOfAllThatIsBroughtAreOneAnswer() throws IOException {
        SampleShop.fill(store);
        Digest image = Digest.sha256("cart2");
        ContractFinding finding = new ContractFinding("ERROR", "tool", "", "", 0, "a field is gone");
        store.append(
                "contract/cart",
                0,
                SampleShop.AT,
                List.of(new Event.ContractChecked(
                        "cart", Digest.sha256("cart1"), image, List.of(finding), 0, Optional.of("secret/job"))));
        for (String request : List.of("contracts?item=shop-2", "contracts?from=shop-1&to=shop-2", "contracts?item=2")) {
            JsonNode known = get(request);
            assertThat(all(known.get("services"), "service")).as(request).containsExactly("cart");
            assertThat(known.get("total").asInt()).isPositive();
        }
        Answer seen = new Reader(job -> false).see(api.get("contracts/cart", "", ""), false, "");
        assertThat(new String(seen.body(), StandardCharsets.UTF_8))
                .contains("a field is gone", "\"build\":\"a build\"")
                .doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({"now", "history", "matrix", "services/none", "trends?owner=none"})
    void emptyStoreHasEmptyAnswers(String request) throws IOException {
        assertThat(get(request)).isNotEmpty();
    }

    @Test
    void sameAnswerIsNotSentTwice() {
        SampleShop.fill(store);
        Answer first = api.get("history", "", "");
        assertThat(first.etag()).matches("\"[0-9a-f]{12}\"");
        Answer second = api.get("history", "", "W/" + first.etag());
        assertThat(second.status()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(api.get("history", "limit=1", first.etag()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "history, sort=up, 400, sort",
        "history, limit=0, 400, limit",
        "history, limit=101, 400, 100",
        "history, before=x, 400, before",
        "history, from=yesterday, 400, yesterday",
        "history, digest=abc, 400, abc",
        "history, owner=%zz, 400, %zz",
        "compare, from=a, 400, to",
        "compare, from=a&to=b, 404, 'a'",
        "compare, from=shop-99&to=b, 404, shop-99",
        "releases/none/notes, format=pdf, 400, pdf",
        "releases/none/notes, since=production, 404, none",
        "trends, '', 400, owner",
        "advisor, train=none, 404, none",
        "advisor, train=none&lanes=0, 404, none",
        "trends, owner=a&from=2020-01-01&to=2026-01-01, 400, 366",
        "releases/none, '', 404, none",
        "contracts, item=none, 404, none",
        "contracts, '', 400, from",
        "changes/none, '', 404, none",
        "digests/none, '', 400, none",
        "nothing, '', 404, nothing",
        "releases/a/b, '', 404, releases/a/b"
    })
    void wrongRequestsAreNamed(String path, String query, int status, String named) {
        Answer answer = api.get(path, query, "");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains(named);
        assertThat(answer.etag()).isEmpty();
    }

    /** Prints what the examples answer, for the document. */
    public static void main(String[] args) throws IOException {
        HistoryApiTest test = new HistoryApiTest();
        test.fill();
        SampleShop.fill(test.store);
        for (String request : args) {
            System.out.println(request + "\n" + test.get(request).toPrettyString());
        }
        test.close();
    }
}
