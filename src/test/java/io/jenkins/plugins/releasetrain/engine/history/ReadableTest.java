package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** people.md 2.2 and 3.3: no digest and no time of machines in a sentence. */
class ReadableTest {
    private static final Digest CART = Digest.sha256("cart");
    private static final Digest PAY = Digest.sha256("pay");

    private final List<Set<Digest>> asked = new ArrayList<>();
    private final Function<Set<Digest>, Map<Digest, String>> names = digests -> {
        asked.add(digests);
        return Map.of(CART, "1.2");
    };
    private final Clock clock = Clock.fixed(Instant.parse("2026-11-29T12:00:00Z"), ZoneId.of("Europe/Berlin"));

    private String said(String text) {
        return Readable.of(text, names, clock);
    }

    @Test
    void anImageIsCalledByItsVersionAndOnlyWhereNoneIsKnownByTheBeginningOfItsDigest() {
        assertThat(said("Queued: cart " + CART + ", pay " + PAY))
                .isEqualTo("Queued: cart 1.2, pay " + PAY.abbreviated());
        assertThat(asked).as("once for the whole sentence").containsExactly(Set.of(CART, PAY));
    }

    @Test
    void aTagThatStaysNamesItWithoutAsking() {
        assertThat(said("pushed localhost:5000/shop/cart:1.3@" + CART))
                .isEqualTo("pushed localhost:5000/shop/cart:1.3");
        assertThat(asked).isEmpty();
    }

    @Test
    void aTagThatMovesNamesNothing() {
        assertThat(said("made localhost:5000/shop/cart:latest@" + CART + "."))
                .isEqualTo("made localhost:5000/shop/cart 1.2.");
        assertThat(said("localhost:5000/shop/cart@" + CART)).isEqualTo("localhost:5000/shop/cart 1.2");
    }

    @Test
    void trialsAreToldByTheirTimes() {
        String id = "0b5b4f1e-3c2d-4e5f-8a9b-0c1d2e3f4a5b";
        assertThat(said("in staging: failed with it in " + id + " (2026-11-29 10:30 UTC), passed without it in " + id
                        + " (2026-11-29 10:45 UTC)"))
                .isEqualTo(
                        "in staging: failed with it (2026-11-29 10:30 UTC), passed without it (2026-11-29 10:45 UTC)");
        assertThat(said("broken, as trials " + id + ", " + id + " say; nobody is blamed"))
                .isEqualTo("broken, as failed trials say; nobody is blamed");
        assertThat(said("failed with it in s3 2 (attempt 1)")).isEqualTo("failed with it in s3 2 (attempt 1)");
    }

    @Test
    void whatIsNoDigestStays() {
        String other = "sha256:" + "0".repeat(63) + " and " + CART.value() + "0";

        assertThat(said(other)).isEqualTo(other);
        assertThat(asked).isEmpty();
    }

    @Test
    void momentsAreToldByTheClockOfWhoeverReads() {
        assertThat(said("broken since 2026-11-29T10:15:30.123456Z")).isEqualTo("broken since 11:15 CET");
        assertThat(said("tried again at 2026-12-01T09:00Z: why")).isEqualTo("tried again at 2026-12-01 10:00 CET: why");
        assertThat(said("frozen until 2026-11-30T08:00-05:00[America/New_York]"))
                .isEqualTo("frozen until 2026-11-30 08:00 EST");
        assertThat(said("2026-19-39T10:15:30Z")).isEqualTo("2026-19-39T10:15:30Z");
    }
}
