package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class BadgeTest {
    private static final String HOSTILE = "<script>alert('1')</script>\"&\u202eevil\n";

    private final Store store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));

    private Document badge(String service, String tag) throws Exception {
        TreeMap<String, PinnedImage> images = new TreeMap<>();
        images.put(service, new PinnedImage("prod/cart", Digest.sha256(service + tag), tag));
        ImageSet set = ImageSet.of(images);
        store.saveSet(set, Optional.empty());
        store.append(
                "train/shop",
                0,
                Instant.parse("2026-11-28T10:00:00Z"),
                List.of(new Event.BaselineInstalled("staging", set.digest(), List.of())));
        Answer answer = Badge.of(store, service).orElseThrow();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.type()).startsWith("image/svg+xml");
        // A whole document, or this fails.
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(answer.body()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void tellsServiceAndVersion() throws Exception {
        Document badge = badge("cart", "1.4.2");

        assertThat(badge.getDocumentElement().getAttribute("aria-label")).isEqualTo("cart: 1.4.2");
        assertThat(badge.getElementsByTagName("text").getLength()).isEqualTo(2);
    }

    @Test
    void aHostileNameIsTextAndNothingElse() throws Exception {
        Document badge = badge(HOSTILE, "1.0");

        assertThat(badge.getElementsByTagName("script").getLength()).isZero();
        assertThat(badge.getElementsByTagName("text").item(0).getTextContent())
                .isEqualTo("<script>alert('1')</script>\"&evil");
        assertThat(new String(Badge.of(store, HOSTILE).orElseThrow().body(), StandardCharsets.UTF_8))
                .doesNotContain("<script", "\u202e");
    }

    @Test
    void longNamesAreCut() {
        assertThat(Badge.text("x".repeat(5_000))).hasSize(41).endsWith("…");
        assertThat(Badge.text("😀".repeat(50)).codePoints().count()).isEqualTo(41);
    }

    @Test
    void whatProductionDoesNotHoldHasNone() {
        assertThat(Badge.of(store, "nowhere")).isEmpty();
        assertThat(Badge.of(store, "")).isEmpty();
    }
}
