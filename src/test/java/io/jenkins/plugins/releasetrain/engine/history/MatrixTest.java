package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is where, and what production had when. */
class MatrixTest {
    private static final Clock CLOCK = Clock.fixed(SampleShop.AT, ZoneOffset.UTC);
    private static final Set<String> BOTH = Set.of("cart", "pay");

    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final List<Placing.Where> places = new ArrayList<>();
    private final SortedMap<String, Set<String>> trains = new TreeMap<>();
    private final SortedMap<String, Set<String>> groups = new TreeMap<>();
    private final HistoryApi api = new HistoryApi(
            store,
            CLOCK,
            new Live(CLOCK),
            Runnable::run,
            new HistoryApi.Site(
                    MovingTags.USUAL.asMatchPredicate(),
                    service -> SourceLinks.NONE,
                    Outlook.Source.NONE,
                    () -> new Placing(places, trains, groups)));

    @AfterEach
    void close() {
        store.close();
    }

    private JsonNode get(String request) throws IOException {
        return asked(request, 200);
    }

    private JsonNode asked(String request, int status) throws IOException {
        int mark = request.indexOf('?');
        Answer answer = mark < 0
                ? api.get(request, "", "")
                : api.get(request.substring(0, mark), request.substring(mark + 1), "");
        JsonNode body = new ObjectMapper().readTree(answer.body());
        assertThat(answer.status()).as(request + ": " + body).isEqualTo(status);
        return body;
    }

    private static List<String> all(JsonNode nodes, String property) {
        List<String> values = new ArrayList<>();
        nodes.forEach(n -> values.add(n.at(property).asText()));
        return values;
    }

    private static Placing.Where place(String name, boolean shared, Set<String> services) {
        return new Placing.Where(name, shared, services, Optional.empty());
    }

    private static Placing.Where seen(String name, int at, String service, String image) {
        Placing.Seen seen = new Placing.Seen(
                SampleShop.AT.plusSeconds(at), Map.of(service, ImageReference.parse("registry.example", image)));
        return new Placing.Where(name, false, BOTH, Optional.of(seen));
    }

    private static PinnedImage image(String service, String version) {
        return new PinnedImage("shop/" + service, Digest.sha256(service + version), "1." + version);
    }

    /** Production gets a version of a service, as a release of an owner. */
    private void released(String stream, String id, int at, String service, String version, String rollbackOf) {
        SortedMap<String, PinnedImage> images = new TreeMap<>(Map.of(service, image(service, version)));
        String owner = stream.substring(stream.indexOf('/') + 1);
        Event made = new Event.ReleaseMade(
                id,
                owner,
                Integer.parseInt(id.substring(id.lastIndexOf('-') + 1)),
                Event.Kind.MONO,
                Digest.sha256(id),
                "",
                rollbackOf,
                images,
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        Instant then = SampleShop.AT.plusSeconds(at);
        store.append(stream, store.version(stream), then.minusSeconds(5), List.of(made));
        store.append(stream, store.version(stream), then, List.of(new Event.ReleasePromoted(id, "p-" + id)));
    }

    private void installed(String environment, int at, PinnedImage... images) {
        SortedMap<String, PinnedImage> all = new TreeMap<>();
        for (PinnedImage image : images) {
            all.put(image.repository().substring("shop/".length()), image);
        }
        ImageSet set = ImageSet.of(all);
        store.saveSet(set, Optional.empty());
        store.append(
                "train/other",
                store.version("train/other"),
                SampleShop.AT.plusSeconds(at),
                List.of(new Event.BaselineInstalled(environment, set.digest(), List.of())));
    }

    @Test
    void placesAreInTheirOrderAndOnlyThoseThatCanHoldWhatIsShown() throws IOException {
        SampleShop.fill(store);
        installed("abroad", 500, image("mail", "1"));
        installed("unknown", 500, image("cart", "2"));
        places.addAll(List.of(
                place("staging", false, BOTH), place("abroad", false, Set.of("mail")), place("cd", true, BOTH)));
        JsonNode matrix = get("matrix?text=CA");
        assertThat(all(matrix.get("environments"), "/name")).containsExactly("staging", "cd", "unknown");
        assertThat(all(matrix.get("environments"), "/shared")).containsExactly("false", "true", "false");
        assertThat(all(get("matrix").get("environments"), "/name"))
                .containsExactly("staging", "abroad", "cd", "unknown");
    }

    @Test
    void environmentsOfTrainsComeBeforeThoseThatLanesShare() {
        Placing placing = Placing.of(
                List.of(place("cd", true, BOTH), place("b", false, BOTH), place("a", false, BOTH)),
                Map.of(),
                List.of());
        assertThat(placing.places()).extracting(Placing.Where::name).containsExactly("b", "a", "cd");
    }

    @Test
    void howManyReleasesAnImageIsBehindIsCounted() throws IOException {
        SampleShop.fill(store);
        installed("staging", 1_000, image("cart", "1"), image("pay", "7"));
        released("train/shop", "shop-3", 1_100, "cart", "3", "");
        released("train/other", "other-1", 1_200, "cart", "4", "");
        JsonNode rows = get("matrix").get("rows");
        assertThat(all(rows, "/service")).containsExactly("cart", "pay");
        assertThat(all(rows, "/images/1/behind"))
                .as("one that was never released is behind nothing")
                .containsExactly("3", "0");
        released("train/shop", "shop-4", 1_300, "cart", "1", "shop-1");
        assertThat(all(get("matrix").get("rows"), "/images/1/behind"))
                .as("what is there again is not behind")
                .containsExactly("0", "0");
    }

    @Test
    void whatWasFoundButNotInstalledIsNotOurs() throws IOException {
        SampleShop.fill(store);
        places.add(seen("staging", 600, "cart", "foreign/cart:9@" + Digest.sha256("foreign")));
        JsonNode cart = get("matrix?text=cart").at("/rows/0/images/0");
        assertThat(cart.at("/name").asText()).isEqualTo("1.2");
        assertThat(cart.at("/seen/digest").asText())
                .isEqualTo(Digest.sha256("foreign").value());
        assertThat(cart.at("/seen/name").asText()).isEqualTo("9");
        assertThat(all(get("matrix?differs=true").get("rows"), "/service"))
                .as("it differs, though we installed the same everywhere")
                .containsExactly("cart");

        places.set(0, seen("staging", 600, "cart", "foreign/cart:9"));
        assertThat(get("matrix?text=cart").at("/rows/0/images/0/seen/name").asText())
                .as("by its tag alone")
                .isEqualTo("9");
        places.set(0, seen("staging", 600, "cart", "elsewhere/cart@" + Digest.sha256("cart2")));
        assertThat(get("matrix?text=cart").at("/rows/0/images/0/seen").isNull())
                .as("the same image by another name")
                .isTrue();
        places.set(0, seen("staging", 200, "cart", "foreign/cart:9"));
        assertThat(get("matrix?text=cart").at("/rows/0/images/0/seen").isNull())
                .as("it was seen before we installed")
                .isTrue();
    }

    @Test
    void whatIsTriedIsACandidateAndWhatGoesIsNobodyElses() throws IOException {
        SampleShop.fill(store);
        SampleShop.trial(store);
        places.add(seen("staging", 600, "pay", "shop/pay@" + Digest.sha256("pay2")));
        // The set of the sample's trial is not kept, so it is one of our own that is looked at.
        installed("staging", 500, image("cart", "3"), image("pay", "1"));
        JsonNode cart = get("matrix?text=cart").at("/rows/0/images/0");
        assertThat(cart.at("/candidate/build").asText()).isEqualTo("cart#4");
        assertThat(cart.at("/candidate/url").asText()).isEqualTo("job/cart/4/");
        assertThat(cart.at("/name").asText()).isEqualTo("1.3");
        assertThat(cart.at("/behind").asInt()).isZero();
        assertThat(get("matrix?text=pay").at("/rows/0/images/0/seen").isNull())
                .as("the history knows it, and something is being installed")
                .isTrue();
        places.set(0, seen("staging", 600, "pay", "shop/pay@" + Digest.sha256("foreign")));
        assertThat(get("matrix?text=pay").at("/rows/0/images/0/seen/digest").asText())
                .isEqualTo(Digest.sha256("foreign").value());
    }

    @Test
    void candidateOfALaneIsShownUntilTheBaselineIsSeenBesideIt() throws IOException {
        SampleShop.fill(store);
        SampleShop.lanes(store);
        places.add(place("cd", true, BOTH));
        JsonNode pay = get("matrix?text=pay").at("/rows/0/images/0");
        assertThat(pay.at("/candidate/build").asText()).isEqualTo("pay#4");
        assertThat(pay.at("/name").asText()).isEqualTo("1.4");
        installed("cd", 600, image("pay", "1"));
        places.set(0, seen("cd", 700, "pay", "shop/pay:1.1@" + Digest.sha256("pay1")));
        JsonNode beside = get("matrix?text=pay").at("/rows/0/images/0");
        assertThat(beside.at("/candidate/build").asText()).isEqualTo("pay#4");
        assertThat(beside.at("/name").asText()).isEqualTo("1.1");
    }

    @Test
    void servicesAreAskedForByPartTrainAndGroup() throws IOException {
        SampleShop.fill(store);
        trains.put("shop", BOTH);
        trains.put("small", Set.of("pay"));
        groups.put("money", Set.of("pay", "till"));
        assertThat(all(get("matrix?train=small").get("rows"), "/service")).containsExactly("pay");
        assertThat(all(get("matrix?group=money").get("rows"), "/service")).containsExactly("pay");
        assertThat(get("matrix?train=nobody").get("total").asInt()).isZero();
        assertThat(all(get("matrix?text=a&train=shop").get("rows"), "/service")).containsExactly("cart", "pay");
        JsonNode all = get("matrix");
        assertThat(all.at("/trains/1").asText()).isEqualTo("small");
        assertThat(all.at("/groups/0").asText()).isEqualTo("money");
    }

    @Test
    void manyServicesAreOnlyToldWhereTheyDiffer() throws IOException {
        PinnedImage[] images = new PinnedImage[31];
        for (int i = 0; i < 31; i++) {
            String service = "s" + (100 + i);
            released("train/shop", "shop-" + (i + 1), i, service, "1", "");
            images[i] = image(service, i % 10 == 7 ? "2" : "1");
        }
        installed("staging", 500, images);
        JsonNode first = get("matrix?limit=2");
        assertThat(first.get("differs").asBoolean()).isTrue();
        assertThat(first.get("total").asInt()).isEqualTo(31);
        assertThat(all(first.get("rows"), "/service")).containsExactly("s107", "s117");
        JsonNode second = get("matrix?limit=2&after=" + first.get("next").asText());
        assertThat(all(second.get("rows"), "/service")).containsExactly("s127");
        assertThat(second.get("next").asText()).isEmpty();
        assertThat(get("matrix?differs=false").get("rows")).hasSize(31);
        assertThat(get("matrix?text=s10").get("differs").asBoolean())
                .as("ten of them are few")
                .isFalse();
    }

    @Test
    void productionIsComparedAsItWas() throws IOException {
        SampleShop.fill(store);
        released("lane/cd/pay", "pay-1", 1_000, "pay", "5", "");
        released("train/shop", "shop-3", 2_000, "cart", "3", "");
        JsonNode since = get("compare?from=production@2026-03-01T10:06:40Z&to=production");
        assertThat(all(since.get("differences"), "/service")).containsExactly("cart", "pay");
        assertThat(all(since.get("differences"), "/from/tag")).containsExactly("1.2", "1.1");
        assertThat(all(since.get("differences"), "/to/tag")).containsExactly("1.3", "1.5");
        JsonNode between = get("compare?from=production@2026-03-01T10:20:00Z&to=shop-2");
        assertThat(all(between.get("differences"), "/service"))
                .as("the lane's release is the newer one of the two that told of pay")
                .containsExactly("pay");
        assertThat(between.at("/differences/0/from/tag").asText()).isEqualTo("1.5");
        assertThat(all(get("compare?from=production@2026-02-01&to=production").get("differences"), "/change"))
                .as("before anything was released nothing is known")
                .containsExactly("ADDED", "ADDED");
        assertThat(all(
                        get("compare?from=production@2026-03-01T10:01:19Z&to=production")
                                .get("differences"),
                        "/change"))
                .as("made, but not there yet")
                .containsExactly("ADDED", "ADDED");
        assertThat(asked("compare?from=production@yesterday&to=production", 400)
                        .get("error")
                        .asText())
                .contains("2026-03-01T10:00:00Z");
    }

    @Test
    void placesAreComparedToo() throws IOException {
        SampleShop.fill(store);
        installed("staging", 500, image("cart", "1"), image("pay", "1"));
        assertThat(all(get("compare?from=production&to=place:staging").get("differences"), "/to/tag"))
                .containsExactly("1.1");
        assertThat(asked("compare?from=place:nowhere&to=production", 404)
                        .get("error")
                        .asText())
                .contains("nowhere", "cd, staging");
        assertThat(all(get("sets").get("releases"), "/id")).containsExactly("shop-2", "shop-1");
    }
}
