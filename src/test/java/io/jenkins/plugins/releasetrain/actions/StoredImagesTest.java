package io.jenkins.plugins.releasetrain.actions;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.history.Reader;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a build's page shows of the history, since the build keeps ids only. */
class StoredImagesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");
    private static final Digest DIGEST = Digest.sha256("cart 1.4.2");

    private static Entry change(Event ended) {
        TreeMap<String, PinnedImage> images = new TreeMap<>();
        images.put("cart", new PinnedImage("shop/cart", DIGEST, "1.4.2"));
        Change change = new Change("c1", images, Origin.UNKNOWN, NOW, 0, true);
        return new Entry(
                new Entry.Place("train/shop", 1, 0),
                new Event.ChangeQueued(change),
                NOW,
                Optional.ofNullable(ended),
                Optional.ofNullable(ended).map(e -> NOW));
    }

    private static List<String> shown(Event ended) {
        return StoredImages.of(List.of(change(ended)), reason -> reason).stream()
                .map(i -> String.join("|", i.getService(), i.getImage(), i.getVerdict(), i.getRelease(), i.getWhy()))
                .toList();
    }

    @Test
    void whatIsNotDecidedYetWaits() {
        assertThat(shown(null)).containsExactly("cart|shop/cart:1.4.2|waiting||");
    }

    @Test
    void whatWasReleasedNamesItsRelease() {
        assertThat(shown(new Event.ChangeEnded("c1", Outcome.RELEASED, "its tests passed", "shop-1")))
                .containsExactly("cart|shop/cart:1.4.2|released|shop-1|its tests passed");
    }

    @Test
    void whatSupersededItIsNoRelease() {
        assertThat(shown(new Event.ChangeEnded("c1", Outcome.SUPERSEDED, "a newer image", "c2")))
                .containsExactly("cart|shop/cart:1.4.2|replaced||a newer image");
    }

    @Test
    void itIsCalledAsOnThePages() {
        assertThat(shown(new Event.ChangeEnded("c1", Outcome.EJECTED, "the tests failed", "")))
                .containsExactly("cart|shop/cart:1.4.2|rejected||the tests failed");
        assertThat(shown(new Event.ChangeEnded("c1", Outcome.NOT_INSTALLABLE, "exec format error", "")))
                .containsExactly("cart|shop/cart:1.4.2|does not start||exec format error");
    }

    /** S3: a build's page is read by who may see that build, and perhaps not those that it rode with. */
    @Test
    void S3_reasonsNameNoBuildThatTheReaderMayNotSee() {
        Event.ChangeEnded superseded =
                new Event.ChangeEnded("c1", Outcome.SUPERSEDED, "a newer image was queued, by secret/acme#7", "c2");

        assertThat(StoredImages.of(List.of(change(superseded)), new Reader(job -> false)::seen))
                .extracting(ImagesAction.Image::getWhy)
                .containsExactly("a newer image was queued, by a build");
    }

    /** XML has no NUL, and no build.xml could be written any more. */
    @Test
    void whatAScriptCallsAnImageCanBeKeptInABuild() {
        ImagesAction.Image image =
                new ImagesAction.Image("ca\u0000rt", "shop/cart\u001b[8m", "", "", "tracked", "line\nline");

        assertThat(List.of(image.getService(), image.getImage(), image.getWhy()))
                .containsExactly("ca rt", "shop/cart [8m", "line line");
        assertThat(new ImagesAction.Image(null, null, null, null, null, null).getWhy())
                .isEmpty();
    }
}
