package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OverviewTest {
    private static final Clock CLOCK = Clock.fixed(SampleShop.AT, ZoneOffset.UTC);

    private final ObjectMapper json = new ObjectMapper();
    private final List<String> calls = new ArrayList<>();
    private final Map<String, Outlook> outlooks = new TreeMap<>();
    private SqlStore store;
    private HistoryApi api;

    @BeforeEach
    void open() {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        Store counted = (Store) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, args) -> {
                    calls.add(method.getName());
                    try {
                        return method.invoke(store, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        api = new HistoryApi(
                counted,
                CLOCK,
                new Live(CLOCK),
                Runnable::run,
                new HistoryApi.Site(
                        MovingTags.USUAL.asMatchPredicate(),
                        service -> SourceLinks.NONE,
                        name -> outlooks.getOrDefault(name, Outlook.unknown(name)),
                        () -> Placing.NONE));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private JsonNode get(String path) throws IOException {
        Answer answer = api.get(path, "", "");
        assertThat(answer.status()).isEqualTo(200);
        return json.readTree(answer.body());
    }

    private void append(Event... events) {
        store.append("train/shop", store.version("train/shop"), SampleShop.AT.plusSeconds(600), List.of(events));
    }

    private static Outlook outlook(String held, List<Outlook.Broken> broken) {
        return new Outlook(
                "shop", true, held, "", Map.of(), "", 0, 1, broken, null, null, null, Map.of(), "", 0, Map.of());
    }

    @Test
    void whoKnowsItAlreadyIsAnsweredWithoutAReadOfEvents() {
        SampleShop.fill(store);
        Answer first = api.get("overview", "", "");
        calls.clear();
        Answer second = api.get("overview", null, first.etag());
        assertThat(second.status()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(calls).containsOnly("versions");
        calls.clear();
        assertThat(api.get("overview", "", "").body()).isEqualTo(first.body());
        assertThat(calls).as("kept for whoever does not").containsOnly("versions");
    }

    @Test
    void whateverHappensMakesAnotherOne() {
        SampleShop.fill(store);
        Answer first = api.get("overview", "", "");
        append(new Event.TrainResumed("eve"));
        Answer second = api.get("overview", "", first.etag());
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.etag()).isNotEqualTo(first.etag());
    }

    @Test
    void troubleComesFirstWithWhoAndWhyAndHowManyWait() throws IOException {
        SampleShop.fill(store);
        Instant since = SampleShop.AT.plusSeconds(1);
        outlooks.put("shop", outlook("audit", List.of(new Outlook.Broken("staging", since, List.of("t1"), since))));
        store.append(
                "train/billing",
                0,
                SampleShop.AT,
                List.of(new Event.BatchDeparted("b9", List.of(), Digest.sha256("0"))));
        JsonNode all = get("overview");
        assertThat(all.at("/trains/0/name").asText()).isEqualTo("shop");
        List<String> what = new ArrayList<>();
        all.get("trouble").forEach(t -> what.add(t.get("what").asText()));
        assertThat(what).containsExactly("PAUSED", "BROKEN", "HELD");
        assertThat(all.at("/trouble/0/user").asText()).isEqualTo("ada");
        assertThat(all.at("/trouble/0/why").asText()).isEqualTo("freeze");
        assertThat(all.at("/trouble/0/waiting").asText()).isEqualTo("1");
        assertThat(all.at("/trouble/1/environment").asText()).isEqualTo("staging");
    }

    @Test
    void lastReleasesTellWhichWereTurnedBack() throws IOException {
        SampleShop.fill(store);
        append(made(3, ""), promoted(3), made(4, ""), new Event.PromotionRefused("shop-4", "p4", "no"));
        append(made(5, "shop-1"), promoted(5), made(6, ""), promoted(6), made(7, ""));
        JsonNode line = get("overview").at("/trains/0");
        List<String> last = new ArrayList<>();
        line.get("last").forEach(m -> last.add(m.asText()));
        assertThat(last)
                .containsExactly("RELEASED", "TURNED_BACK", "TURNED_BACK", "REFUSED", "RELEASED", "RELEASED", "MADE");
        assertThat(line.get("release").asText()).isEqualTo("shop-6");
        assertThat(line.get("promoting").asText()).isEqualTo("shop-7");
    }

    private static Event made(int n, String rollbackOf) {
        return new Event.ReleaseMade(
                "shop-" + n,
                "shop",
                n,
                Event.Kind.MONO,
                Digest.sha256("set" + n),
                "",
                rollbackOf,
                new TreeMap<>(),
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Event promoted(int n) {
        return new Event.ReleasePromoted("shop-" + n, "p" + n);
    }

    @Test
    void trainAndLanesHaveAPageOfTheirOwnAndOthersAreNamed() throws IOException {
        SampleShop.fill(store);
        SampleShop.lanes(store);
        assertThat(get("trains/shop").at("/now/queue/0/id").asText()).isEqualTo("4");
        assertThat(get("lanes/cd%2Fpay").at("/now/kind").asText()).isEqualTo("LANE");
        Answer none = api.get("trains/none", "", "");
        assertThat(none.status()).isEqualTo(404);
        assertThat(new String(none.body(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("shop", "cd/pay");
        assertThat(get("changes/4").at("/place/now/name").asText()).isEqualTo("shop");
        assertThat(get("changes/1").get("place").isNull()).isTrue();
    }
}
