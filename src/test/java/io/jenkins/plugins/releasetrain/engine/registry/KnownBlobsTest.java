package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is remembered of blobs spares requests as long as it is likely to be true. */
class KnownBlobsTest {
    private static final String HOST = "prod.example";
    private static final Digest BLOB = Digest.sha256("blob");

    private final FakeTime time = new FakeTime();
    private final KnownBlobs known = new KnownBlobs(3, time);

    @Test
    void B19_what_was_seen_more_than_an_hour_ago_is_asked_for_again() {
        known.add(HOST, "shop/cart", BLOB);
        time.pass(Duration.ofMinutes(59));
        assertThat(known.holds(HOST, "shop/cart", BLOB)).isTrue();
        assertThat(known.elsewhere(HOST, "shop/pay", BLOB)).contains("shop/cart");

        time.pass(Duration.ofMinutes(1));

        assertThat(known.holds(HOST, "shop/cart", BLOB)).isFalse();
        assertThat(known.elsewhere(HOST, "shop/pay", BLOB)).isEmpty();
    }

    @Test
    void B19_whoever_sees_it_again_makes_it_young() {
        known.add(HOST, "shop/cart", BLOB);
        time.pass(Duration.ofMinutes(50));
        known.add(HOST, "shop/cart", BLOB);
        time.pass(Duration.ofMinutes(50));

        assertThat(known.holds(HOST, "shop/cart", BLOB)).isTrue();
    }

    /** Rights are given, and registries configured: what was refused once is tried again one day. */
    @Test
    void B19_a_refused_mount_is_tried_again_after_an_hour() {
        known.add(HOST, "shop/cart", BLOB);
        known.refused(HOST, "shop/cart", "shop/pay");
        assertThat(known.mayMount(HOST, "shop/cart", "shop/pay")).isFalse();
        assertThat(known.elsewhere(HOST, "shop/pay", BLOB)).isEmpty();
        assertThat(known.elsewhere(HOST, "shop/mail", BLOB)).contains("shop/cart");

        time.pass(Duration.ofHours(1));

        assertThat(known.mayMount(HOST, "shop/cart", "shop/pay")).isTrue();
    }

    @Test
    void no_other_host_or_repository_is_meant_and_what_is_forgotten_is_gone() {
        known.add(HOST, "shop/cart", BLOB);

        assertThat(known.holds("dev.example", "shop/cart", BLOB)).isFalse();
        assertThat(known.holds(HOST, "shop/pay", BLOB)).isFalse();
        assertThat(known.elsewhere("dev.example", "shop/pay", BLOB)).isEmpty();
        known.forget(HOST, BLOB);
        assertThat(known.holds(HOST, "shop/cart", BLOB)).isFalse();
    }

    @Test
    void keeps_what_was_used_last() {
        known.add(HOST, "shop/cart", BLOB);
        for (int i = 0; i < 3; i++) {
            assertThat(known.holds(HOST, "shop/cart", BLOB)).as("after " + i).isTrue();
            known.add(HOST, "shop/cart", Digest.sha256("other " + i));
        }
        known.add(HOST, "shop/cart", Digest.sha256("one more"));
        known.add(HOST, "shop/cart", Digest.sha256("and one more"));

        assertThat(known.holds(HOST, "shop/cart", BLOB)).isFalse();
    }
}
