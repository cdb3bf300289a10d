package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void placeIsKnownAtOnceAndTheTimeAfterTheFirstTrial() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        String first = ride.queue("s1", "2");
        String second = ride.queue("s2", "2");
        Forecast.Place place =
                ride.train().forecast().place(second, shop.clock.instant()).orElseThrow();
        assertThat(place.ahead()).isEqualTo(1);
        assertThat(place.expected()).isEmpty();
        ride.run("build 1");
        shop.build("s3", "2");
        String third = ride.queue("s3", "2");
        assertThat(ride.train().forecast().place(first, shop.clock.instant()))
                .as("done")
                .isEmpty();
        assertThat(ride.train()
                        .forecast()
                        .place(third, shop.clock.instant())
                        .orElseThrow()
                        .expected())
                .isPresent();
    }

    @Test
    void hotfixShowsWhomItWouldOvertakeBeforeItIsQueued() {
        shop.build("s1", "2");
        shop.build("s2", "2");
        String first = ride.queue("s1", "2");
        String second = ride.queue("s2", "2");
        assertThat(ride.train().forecast().jump(Optional.empty(), 1).overtaken())
                .containsExactly(first, second);
        assertThat(ride.train().forecast().jump(Optional.of(second), 1).overtaken())
                .containsExactly(first);
        assertThat(ride.train().forecast().jump(Optional.empty(), 0).overtaken())
                .isEmpty();
    }

    @Test
    void limitIsExplainedWithWhatWasMeasuredAndHowSureThatIs() {
        assertThat(ride.train().forecast().explainLimit())
                .startsWith("limit 14: 0 of the last 0 changes were bad")
                .contains("(5.0 % were expected)");
        Statistics counts = Statistics.NONE;
        for (int i = 0; i < 400; i++) {
            counts = counts.decided(i % 4 == 0);
        }
        Statistics measured = counts;
        TrainState state = ride.train().state().with(d -> d.statistics = measured);
        assertThat(new Forecast(state, TrainSettings.of("shop", "suite 1"), 1).explainLimit())
                .matches("limit [23]: \\d+ of the last \\d+ changes were bad, so that 1[6-9].* to 2[5-9].* % are.*");
    }
}
