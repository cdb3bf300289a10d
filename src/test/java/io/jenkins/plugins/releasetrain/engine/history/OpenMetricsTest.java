package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenMetricsTest {
    private static final Clock CLOCK = Clock.fixed(SampleShop.AT.plusSeconds(500), ZoneOffset.UTC);

    private final Live live = new Live(CLOCK);
    private SqlStore store;

    @BeforeEach
    void open() {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Map<String, Double> scraped() {
        Answer answer = new HistoryApi(store, CLOCK, live, Runnable::run).get("metrics", "", "");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.type()).isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
        return StrictOpenMetrics.read(new String(answer.body(), StandardCharsets.UTF_8)).samples;
    }

    @Test
    void shouldTellWhatIsNowAndWhatEverWas() {
        SampleShop.fill(store);
        store.append(
                "promotion/p2",
                0,
                SampleShop.AT,
                List.of(new Event.ContentPromoted("p2", 5_000_000_000L, 3, 2), new Event.PromotionCompleted("p2")));
        live.delivery(new Live.Delivery("chat", "", "PARKED", 11, "gone", Optional.empty(), Optional.empty()));

        assertThat(scraped())
                .containsEntry("release_train_queue_length{owner=shop}", 1.0)
                .containsEntry("release_train_queue_oldest_seconds{owner=shop}", 180.0)
                .containsEntry("release_train_paused{owner=shop}", 1.0)
                .containsEntry("release_train_trials_running{owner=shop}", 0.0)
                .containsEntry("release_train_releases_total{kind=release, owner=shop}", 2.0)
                .containsEntry("release_train_releases_total{kind=rollback, owner=shop}", 0.0)
                .containsEntry("release_train_trials_total{owner=shop, verdict=passed}", 2.0)
                .containsEntry("release_train_trials_total{owner=shop, verdict=failed}", 1.0)
                .containsEntry("release_train_changes_total{outcome=ejected, owner=shop}", 1.0)
                .containsEntry("release_train_changes_total{outcome=ejected, owner=cd/pay}", 1.0)
                .containsEntry("release_train_pauses_total{owner=shop}", 1.0)
                .containsEntry("release_train_promotion_bytes_total{}", 5_000_000_000.0)
                .containsEntry("release_train_lead_time_seconds_count{owner=shop}", 2.0)
                .containsEntry("release_train_install_time_seconds_count{owner=shop}", 1.0)
                .containsEntry("release_train_webhook_parked{webhook=chat}", 1.0)
                .containsEntry("release_train_webhook_failures{webhook=chat}", 11.0);
        double sum = scraped().get("release_train_lead_time_seconds_sum{owner=shop}");
        assertThat(sum).isBetween(0.95 * 280, 1.05 * 280);
    }

    @Test
    void shouldBeReadableOfAnEmptyStoreAndOfTrainsWithAnyName() {
        assertThat(scraped()).containsEntry("release_train_promotion_bytes_total{}", 0.0);
        store.append("train/a \"b\\\nc 🚂", 0, SampleShop.AT, List.of(new Event.TrainPaused("freeze", "ada")));
        assertThat(scraped()).containsEntry("release_train_paused{owner=a \\\"b\\\\\\nc 🚂}", 1.0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# TYPE a gauge\na 1\n",
                "# TYPE a gauge\na 1\na 1\n# EOF\n",
                "# TYPE a counter\na 1\n# EOF\n",
                "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n",
                "# TYPE a gauge\na{b=\"c\",} 1\n# EOF\n",
                "# TYPE a gauge\na{b=\"c\"d\"} 1\n# EOF\n",
                "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n",
                "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_count 1\na_sum 1\n# EOF\n",
                "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_count 1\na_sum 1\n# EOF\n",
                "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 2\na_sum 1\n# EOF\n"
            })
    void theParserIsStrict(String wrong) {
        assertThatThrownBy(() -> StrictOpenMetrics.read(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
}
