package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.image.ImageStream;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NotesTest {
    private static final Clock CLOCK = Clock.fixed(SampleShop.AT, ZoneOffset.UTC);

    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final List<Event> events = new ArrayList<>();
    private final Blocks blocks = new Blocks(store, CLOCK, events::add);
    private final HistoryApi api = new HistoryApi(
            store,
            CLOCK,
            new Live(CLOCK),
            Runnable::run,
            new HistoryApi.Site(
                    MovingTags.USUAL.asMatchPredicate(),
                    service -> new SourceLinks("[A-Z]+-\\d+", "https://issues.example/{key}", ""),
                    Outlook.Source.NONE,
                    () -> Placing.NONE));

    @BeforeEach
    void fill() {
        SampleShop.fill(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private String get(Reader reader, String path, String query) {
        Answer answer = reader.see(api.get(path, query, ""), false, "");
        assertThat(answer.status()).isEqualTo(200);
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private JsonNode json(Reader reader, String path, String query) throws IOException {
        return new ObjectMapper().readTree(get(reader, path, query));
    }

    @Test
    void notesAreTheSameForTheSameReader() {
        assertThat(get(Reader.ALL, "releases/shop-2/notes", "format=md")).isEqualTo("""
            # shop\\-2

            Since shop\\-1: 1 service; by Bob

            ## cart 1.1 → 1.2

            - SHOP\\-12: round the total [SHOP\\-12](https://issues.example/SHOP-12) – Bob ([1a2b3c4d](https://github.com/shop/cart/commit/1a2b3c4d))
            - [compare](https://github.com/shop/cart/compare/0f0f0f0f...1a2b3c4d)
            """);
        assertThat(get(Reader.ALL, "releases/shop-2/notes", "format=text&since=parent"))
                .isEqualTo("""
            shop-2

            Since shop-1: 1 service; by Bob

            cart 1.1 → 1.2

            - SHOP-12: round the total – Bob (1a2b3c4d)
            - https://github.com/shop/cart/compare/0f0f0f0f...1a2b3c4d
            """);
        assertThat(get(Reader.ALL, "releases/shop-1/notes", "format=text&since=shop-2"))
                .contains("cart 1.2 → 1.1 (taken back)", "round the total");
        assertThat(get(Reader.ALL, "releases/shop-2/notes", "format=text&since=production"))
                .contains("Since production: 0 services");
    }

    @Test
    void nothingInATextFromOutsideIsMarkup() {
        Commit evil = new Commit(
                "<b>x",
                "# [a](javascript:alert(1)) <script> `x` \u202e*",
                "Eve |",
                "",
                Optional.empty(),
                "javascript:alert(1)",
                List.of());
        Origin build = new Origin("cart#9", "", "");
        new ImageStream(store, Digest.sha256("cart3"), CLOCK, events::add)
                .built(new Built(
                        "cart", build, "", false, List.of(), Optional.of(Digest.sha256("cart2")), List.of(evil), 0));
        String change = get(Reader.ALL, "changes/4", "");
        assertThat(change).doesNotContain("\u202e", "\"url\":\"javascript:");
        SampleShop.trial(store);
        SampleShop.released(store);
        String notes = get(Reader.ALL, "releases/shop-3/notes", "format=md");
        assertThat(notes)
                .contains("\\# \\[a\\]\\(javascript:alert\\(1\\)\\) \\<script\\> \\`x\\`  \\*")
                .contains("(bx)");
    }

    @Test
    void S3_whoMayNotSeeAJobIsToldHowManyCommitsAndNothingElse() throws Exception {
        Reader stranger = new Reader(job -> !job.equals("cart"));
        for (String path : List.of("releases/shop-2", "releases/shop-2/notes", "compare?from=shop-1&to=shop-2")) {
            String[] request = path.split("\\?");
            String answer = get(stranger, request[0], request.length > 1 ? request[1] : "");
            assertThat(answer)
                    .as(path)
                    .doesNotContain("Bob", "round the total", "1a2b3c4d", "SHOP-12", "cart#2")
                    .contains("\"total\":1");
        }
        JsonNode compared = json(stranger, "compare", "from=shop-1&to=shop-2");
        assertThat(compared.get("people")).isEmpty();
        assertThat(compared.get("issues")).isEmpty();
        assertThat(compared.at("/differences/0/commits/commits")).isEmpty();
        assertThat(compared.at("/differences/0/commits/total").asInt()).isEqualTo(1);
        assertThat(get(stranger, "releases/shop-2/notes", "format=md"))
                .contains("- 1 commit\n")
                .doesNotContain("Bob");
    }

    @Test
    void productionAndWhatWaitsCanBeCompared() throws Exception {
        JsonNode waiting = json(Reader.ALL, "compare", "from=production&to=waiting:shop");
        assertThat(waiting.at("/differences/0/service").asText()).isEqualTo("cart");
        assertThat(waiting.at("/differences/0/to/name").asText()).isEqualTo("1.3");
        assertThat(json(Reader.ALL, "compare", "from=shop-1&to=production")
                        .at("/differences/0/to/name")
                        .asText())
                .isEqualTo("1.2");
        assertThat(json(Reader.ALL, "compare", "from=shop-1&to=shop-2&after=cart")
                        .get("differences"))
                .isEmpty();
    }

    @Test
    void anImageThatSaysAnotherCommitOrIsCalledLikeAnotherIsWarnedOf() throws Exception {
        Digest image = Digest.sha256("cart2");
        assertThat(json(Reader.ALL, "digests/" + image, "").at("/image/warnings"))
                .isEmpty();
        new ImageStream(store, image, CLOCK, events::add)
                .built(new Built(
                        "cart", new Origin("cart#2", "", ""), "", false, List.of(), Optional.empty(), List.of(), 0));
        store.append(
                "image/" + image.hex(),
                store.version("image/" + image.hex()),
                SampleShop.AT,
                List.of(new Event.ImageDescribed(image, new ImageLabels("", "ffff", "", ""), "LABELS")));
        SampleShop.again(store, "cart", 2);

        JsonNode known = json(Reader.ALL, "digests/" + image, "").get("image");
        assertThat(known.get("warnings")).extracting(JsonNode::asText).containsExactly("OTHER_REVISION", "SAME_NAME");
        assertThat(known.at("/builds/0/build").asText()).isEqualTo("cart#2");
        assertThat(get(new Reader(job -> false), "digests/" + image, "")).doesNotContain("1a2b3c4d", "cart#2", "main");
    }

    /** Another train, or somebody by hand, may have been there in between. */
    @Test
    void aReleaseTellsFromWhatProductionHadAndNotItsParent() throws Exception {
        Digest foreign = Digest.sha256("by hand");
        Move move =
                new Move("shop/cart", "shop/cart", Digest.sha256("cart2"), "production", Optional.of(foreign), true);
        store.append(
                "promotion/p2",
                0,
                SampleShop.AT,
                List.of(new Event.PromotionPlanned("p2", "shop-2", "dev", "production", List.of(move), true)));

        JsonNode changed = json(Reader.ALL, "releases/shop-2", "").at("/changed/0");
        assertThat(changed.at("/from/digest").asText()).isEqualTo(foreign.value());
        assertThat(changed.at("/commits/state").asText()).isEqualTo("UNKNOWN");
    }

    @Test
    void aNoteReplacesTheOneBeforeAndIsFound() throws Exception {
        blocks.note("shop-2", "fast\nand nobody complained", true, "ada");
        assertThat(json(Reader.ALL, "releases/shop-2", "").get("note").toString())
                .isEqualTo("{\"text\":\"fast\\nand nobody complained\",\"mark\":\"GOOD\",\"user\":\"ada\"}");
        assertThat(get(Reader.ALL, "history", "text=complained&state=GOOD")).contains("shop-2");
        assertThat(get(Reader.ALL, "audit", "")).contains("MARKED_GOOD", "nobody complained");
        assertThat(get(Reader.ALL, "releases/shop-2/notes", "format=text")).contains("fast\nand nobody complained");
        int told = events.size();
        blocks.note("shop-2", "fast\nand nobody complained", true, "ada");
        assertThat(events).hasSize(told);

        blocks.note("shop-2", "", false, "eve");
        assertThat(json(Reader.ALL, "releases/shop-2", "").at("/note/mark").asText())
                .isEqualTo("NONE");
        assertThat(get(Reader.ALL, "history", "state=GOOD")).doesNotContain("shop-2");
        Assertions.assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> blocks.note("shop-9", "x", true, "ada"))
                .withMessageContaining("shop-9");
        Assertions.assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> blocks.note("shop-2", "x".repeat(4_001), true, "ada"))
                .withMessageContaining("4001");
    }
}
