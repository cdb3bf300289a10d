package io.jenkins.plugins.releasetrain.engine.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.engine.webhook.HookServer.Delivery;
import io.jenkins.plugins.releasetrain.engine.webhook.Webhook.State;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real server, over a real store. */
class WebhookTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);
    private static final PinnedImage CART = new PinnedImage("shop/cart", Digest.sha256("cart2"), "1.2");

    private final ManualClock clock = new ManualClock();
    private final HttpClient http = HttpClient.newHttpClient();
    private SqlStore store;
    private HookServer server;
    private Webhook webhook;

    @BeforeEach
    void start() throws Exception {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        server = new HookServer();
        webhook = webhook("one", ALL);
        assertThat(webhook.deliver()).contains(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        server.close();
        store.close();
    }

    private Webhook webhook(String holder, Set<Kind> kinds) {
        Endpoint endpoint = new Endpoint("chat", server.url(), () -> SECRET, kinds);
        return new Webhook(endpoint, new Webhook.Ports(store, http, clock, "https://ci.example/", holder));
    }

    private void append(String stream, Event... events) {
        store.append(stream, store.version(stream), clock.instant(), List.of(events));
    }

    private static Event.ReleaseMade made(int number, String rollbackOf) {
        return new Event.ReleaseMade(
                "shop-" + number,
                "shop",
                number,
                Event.Kind.MONO,
                Digest.sha256("set" + number),
                "shop-" + (number - 1),
                rollbackOf,
                new TreeMap<>(Map.of("cart", CART)),
                List.of("c1"),
                "t1",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private List<JsonNode> told() throws IOException {
        List<JsonNode> told = new ArrayList<>();
        for (Delivery delivery : server.deliveries) {
            told.add(new ObjectMapper().readTree(delivery.body()));
        }
        return told;
    }

    private List<String> types() throws IOException {
        return told().stream()
                .map(e -> e.get("type").asText().replace("io.jenkins.plugins.releasetrain.", ""))
                .toList();
    }

    @Test
    void shouldTellEachKindInTheOrderOfItsStream() throws Exception {
        append(
                "blocks",
                new Event.ImageBlocked(CART.digest(), "cart", "shop-1", "loses carts", "ada"),
                new Event.ImageUnblocked(CART.digest(), "ada"));
        append(
                "train/shop",
                made(1, ""),
                new Event.ReleasePromoted("shop-1", "p1"),
                made(2, "shop-0"),
                new Event.ReleasePromoted("shop-2", "p2"),
                new Event.ChangeEnded("c1", Outcome.EJECTED, "2 of 80 tests failed", ""),
                new Event.ChangeEnded("c2", Outcome.CANCELLED, "aborted", ""),
                new Event.TrainPaused("freeze", "ada"),
                new Event.TrainResumed("ada"));
        append(
                "lane/cd",
                new Event.LaneEnded("l1", Outcome.NOT_INSTALLABLE, "ImagePullBackOff", ""),
                new Event.EnvironmentBroken(
                        "lane/cd",
                        "cd",
                        clock.instant(),
                        List.of("l2-1", "l2-2"),
                        "the baseline failed",
                        clock.instant()),
                new Event.EnvironmentHealed("lane/cd", "cd", "l2-3"));

        assertThat(webhook.deliver()).contains(Duration.ofSeconds(30));
        assertThat(types())
                .containsExactly(
                        "blocked",
                        "unblocked",
                        "ejected",
                        "broken",
                        "healed",
                        "released",
                        "rolledback",
                        "ejected",
                        "paused",
                        "resumed");
        assertThat(told().get(3).get("data").get("environment").asText()).isEqualTo("cd");
        assertThat(told().get(3).get("data").get("runs")).hasSize(2);
        webhook.deliver();
        assertThat(server.deliveries).hasSize(10);
        assertThat(webhook.status().state()).isEqualTo(State.DELIVERING);
        assertThat(webhook.status().delivered()).contains(clock.instant());
    }

    @Test
    void shouldBeACloudEventSignedByStandardWebhooks() throws Exception {
        append("train/shop", made(1, ""), new Event.ReleasePromoted("shop-1", "p1"));
        webhook.deliver();

        Map<String, String> headers = server.deliveries.get(0).headers();
        JsonNode event = told().get(0);
        assertThat(headers).containsEntry("content-type", "application/cloudevents+json; charset=UTF-8");
        assertThat(event.get("specversion").asText()).isEqualTo("1.0");
        assertThat(event.get("source").asText()).isEqualTo("https://ci.example/");
        assertThat(event.get("subject").asText()).isEqualTo("shop-1");
        assertThat(event.get("time").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(event.get("datacontenttype").asText()).isEqualTo("application/json");
        assertThat(event.at("/data/release").asText()).isEqualTo("shop-1");
        assertThat(event.at("/data/images/0/digest").asText())
                .isEqualTo(CART.digest().value());
        assertThat(headers).containsEntry("webhook-id", event.get("id").asText());
        assertThat(event.get("id").asText()).matches("evt_[0-9a-f]{32}");
        long timestamp = Long.parseLong(headers.get("webhook-timestamp"));
        assertThat(timestamp).isEqualTo(clock.instant().getEpochSecond());
        assertThat(headers.get("webhook-signature"))
                .isEqualTo(Signature.of(
                        SECRET,
                        headers.get("webhook-id"),
                        timestamp,
                        server.deliveries.get(0).body()));
    }

    /** Who reads what it is told is not known, so that it is told what everybody may know. */
    @Test
    void S3_ofAJobThatIsNotForEverybodyIsToldThatSomethingWasRejectedOnly() throws Exception {
        Endpoint endpoint = new Endpoint("mail", server.url(), () -> SECRET, ALL);
        Webhook careful = new Webhook(
                endpoint,
                new Webhook.Ports(store, http, clock, "https://ci.example/", "one")
                        .telling(job -> job.startsWith("shop/")));
        careful.deliver();
        for (String job : List.of("secret/acme", "shop/cart")) {
            append(
                    "train/shop",
                    new Event.ChangeQueued(new Change(
                            "of " + job,
                            new TreeMap<>(Map.of("cart", CART)),
                            new Origin(job + "#7", "https://ci.example/job/x/7/", "eve"),
                            clock.instant(),
                            0,
                            true)),
                    new Event.ChangeEnded("of " + job, Outcome.EJECTED, "db.internal is down; see secret/acme#3", ""));
        }
        careful.deliver();
        JsonNode hidden = told().get(0).get("data");
        assertThat(hidden.get("build").asText()).isEqualTo("a build");
        assertThat(hidden.get("images").get(0).get("service").asText()).isEqualTo("cart");
        assertThat(hidden.toString()).doesNotContain("eve", "ci.example", "db.internal", "acme#");
        JsonNode seen = told().get(1).get("data");
        assertThat(seen.get("build").asText()).isEqualTo("shop/cart#7");
        assertThat(seen.get("url").asText()).isEqualTo("https://ci.example/job/x/7/");
        assertThat(seen.get("reason").asText())
                .startsWith("db.internal is down;")
                .endsWith("a build")
                .doesNotContain("acme");
    }

    @Test
    void shouldTellWhoAskedForWhatWasRejected() throws Exception {
        Change change = new Change(
                "c1",
                new TreeMap<>(Map.of("cart", CART)),
                new Origin("cart#7", "job/cart/7/", "ada"),
                clock.instant(),
                0,
                true);
        append("train/shop", new Event.ChangeQueued(change));
        append("train/shop", new Event.ChangeEnded("c1", Outcome.EJECTED, "2 of 80 tests failed", ""));
        webhook.deliver();

        JsonNode data = told().get(0).get("data");
        assertThat(data.get("reason").asText()).isEqualTo("2 of 80 tests failed");
        assertThat(data.get("url").asText()).isEqualTo("https://ci.example/job/cart/7/");
        assertThat(data.get("user").asText()).isEqualTo("ada");
        assertThat(data.at("/images/0/service").asText()).isEqualTo("cart");
    }

    @Test
    void shouldTellOnlyWhatIsAskedForAndNothingOfTheTimeBeforeIt() throws Exception {
        append("train/old", new Event.TrainPaused("freeze", "ada"));
        webhook.deliver();
        server.deliveries.clear();
        Endpoint second = new Endpoint("mail", server.url(), () -> SECRET, Set.of(Kind.RESUMED));
        Webhook mail = new Webhook(second, new Webhook.Ports(store, http, clock, "https://ci.example/", "one"));
        mail.deliver();
        assertThat(server.deliveries).isEmpty();

        append("train/old", new Event.TrainResumed("ada"), new Event.TrainPaused("again", "ada"));
        append("train/new", new Event.TrainResumed("bob"));
        mail.deliver();
        assertThat(types()).containsExactly("resumed", "resumed");
    }

    @Test
    void shouldTryAgainLaterAndLaterAndObeyRetryAfter() throws Exception {
        server.answerNext(2, 500, Map.of());
        server.answerNext(1, 429, Map.of("Retry-After", "300"));
        append("train/shop", new Event.TrainPaused("one", "ada"), new Event.TrainResumed("ada"));

        assertThat(webhook.deliver()).contains(Duration.ofSeconds(5));
        assertThat(webhook.deliver()).contains(Duration.ofSeconds(5));
        assertThat(server.deliveries).as("not before its time").hasSize(1);
        clock.advance(Duration.ofSeconds(5));
        assertThat(webhook.deliver()).contains(Duration.ofSeconds(20));
        clock.advance(Duration.ofSeconds(20));
        assertThat(webhook.deliver()).contains(Duration.ofSeconds(300));
        assertThat(webhook.status().reason()).contains("429");
        assertThat(webhook.status().failures()).isEqualTo(3);
        clock.advance(Duration.ofSeconds(300));
        webhook.deliver();

        assertThat(types()).containsExactly("paused", "paused", "paused", "paused", "resumed");
        assertThat(told().stream().limit(4).map(e -> e.get("id")))
                .as("the same event")
                .containsOnly(told().get(0).get("id"));
        assertThat(webhook.status().failures()).isZero();
    }

    @Test
    void shouldParkAnEndpointThatNeverAnswersAndLoseNothing() throws Exception {
        server.answerNext(11, 503, Map.of());
        append("train/shop", new Event.TrainPaused("one", "ada"));
        Optional<Duration> next = webhook.deliver();
        while (next.isPresent()) {
            clock.advance(next.get());
            next = webhook.deliver();
        }
        assertThat(webhook.status().state()).isEqualTo(State.PARKED);
        assertThat(server.deliveries).hasSize(11);
        assertThat(webhook.deliver()).isEmpty();

        webhook("one", ALL).deliver();
        assertThat(types()).hasSize(12).containsOnly("paused");
    }

    @Test
    void shouldParkAnEndpointThatIsGoneAtOnce() throws Exception {
        server.answerNext(1, 410, Map.of());
        append("train/shop", new Event.TrainPaused("one", "ada"));
        assertThat(webhook.deliver()).isEmpty();
        assertThat(webhook.status().state()).isEqualTo(State.PARKED);
    }

    @Test
    void shouldNotFollowRedirects() throws Exception {
        server.answerNext(1, 302, Map.of("Location", server.url().toString()));
        append("train/shop", new Event.TrainPaused("one", "ada"));
        webhook.deliver();
        assertThat(server.deliveries).hasSize(1);
        assertThat(webhook.status().reason()).contains("302");
    }

    @Test
    void shouldDeliverFromOneOfSeveralControllers() throws Exception {
        Webhook other = webhook("two", ALL);
        append("train/shop", new Event.TrainPaused("one", "ada"));
        webhook.deliver();
        append("train/shop", new Event.TrainResumed("ada"));
        assertThat(other.deliver()).contains(Duration.ofMinutes(1));
        assertThat(server.deliveries).hasSize(1);

        clock.advance(Duration.ofMinutes(2));
        other.deliver();
        assertThat(types()).as("the first one died").containsExactly("paused", "resumed");
    }

    /** Dies at each write in turn, before or after it is durable. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I8_shouldDeliverAtLeastOnceInOrderWhereverTheProcessDies(boolean durable) throws Exception {
        boolean died = true;
        for (int n = 0; died; n++) {
            server.deliveries.clear();
            append("train/shop", new Event.TrainPaused("one", "ada"), new Event.TrainResumed("ada"));
            append("lane/cd", new Event.LaneEnded("l" + n, Outcome.EJECTED, "no answer", ""));
            DyingStore dying = new DyingStore(store, n, durable);
            Endpoint endpoint = new Endpoint("chat", server.url(), () -> SECRET, ALL);
            try {
                new Webhook(endpoint, new Webhook.Ports(dying.store(), http, clock, "x", "one")).deliver();
            } catch (DyingStore.Death e) {
                webhook("one", ALL).deliver();
            }
            died = dying.died();
            assertThat(types().stream().distinct())
                    .as("dead at write " + n)
                    .containsExactly("ejected", "paused", "resumed");
            assertThat(told().stream().map(e -> e.get("id")).distinct()).hasSize(3);
            assertThat(server.deliveries.size()).isBetween(3, 4);
        }
    }

    @Test
    void I9_shouldShowNeitherTheSecretNorTheUrlsPath() throws Exception {
        server.close();
        append("train/shop", new Event.TrainPaused("one", "ada"));
        webhook.deliver();
        assertThat(webhook.status().reason()).contains("could not be reached");
        assertThat(webhook.status()
                        + webhook.endpoint().toString()
                        + webhook.endpoint().origin())
                .doesNotContain("S3CRET", "T0KEN", SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host/x", "hooks/x", "https:///x", "https://user:p4ss@host/x"})
    void shouldRefuseOtherUrls(String url) {
        assertThatThrownBy(() -> new Endpoint("chat", URI.create(url), () -> SECRET, ALL))
                .isInstanceOf(EngineException.class)
                .hasMessageNotContaining("p4ss");
    }
}
