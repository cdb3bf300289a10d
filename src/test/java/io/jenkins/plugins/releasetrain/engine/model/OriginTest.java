package io.jenkins.plugins.releasetrain.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class OriginTest {
    private static Origin at(String url, String controller) {
        return new Origin("shop/cart#41", url, "ada", Optional.of(controller));
    }

    @Test
    void B13_aStepIsTheSameUnderWhateverAddressItsHostWasReached() {
        Origin relative = at("job/shop/job/cart/41/#node-5", "a");
        Origin whole = at("https://ci.example/job/shop/job/cart/41/#node-5", "a");

        assertThat(whole.isSameAs(relative)).isTrue();
        assertThat(whole.isSameAs(at("https://ci.example/job/shop/job/cart/41/#node-6", "a")))
                .isFalse();
        assertThat(whole.isSameAs(at("https://ci.example/job/shop/job/cart/41/#node-5", "b")))
                .isFalse();
    }

    @Test
    void whereThereIsNoStepTheAddressDecides() {
        assertThat(at("job/cart/1/", "a").isSameAs(at("job/cart/1/", "a"))).isTrue();
        assertThat(at("job/cart/1/", "a").isSameAs(at("job/pay/1/", "a"))).isFalse();
    }

    @Test
    void theBuildsPageIsWithoutTheStep() {
        assertThat(at("https://ci.example/job/cart/41/#node-5", "a").page())
                .isEqualTo("https://ci.example/job/cart/41/");
        assertThat(at("job/cart/41/", "a").page()).isEqualTo("job/cart/41/");
    }
}
