package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The search as pages explain it, of a real train. */
class SearchViewsTest {
    private final FakeShop shop = new FakeShop(6, Map.of());
    private final Train train = new Train(
            TrainSettings.of("shop", "suite"),
            shop.catalog,
            shop.registries(),
            shop.environment(),
            new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add));

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String service) {
        return train.queue(new Train.Request(Map.of(service, "2"), Origin.UNKNOWN, 0, true));
    }

    private void run() throws InterruptedException {
        while (train.next("build") instanceof Task.Test test) {
            train.report(test.trial(), shop.test(), "");
        }
    }

    private JsonNode search(String change) throws IOException {
        return new ObjectMapper()
                .readTree(new HistoryApi(shop.store, shop.clock)
                        .get("changes/" + change, "", "")
                        .body())
                .get("search");
    }

    private static List<JsonNode> with(JsonNode search, String role) {
        return StreamSupport.stream(search.get("trials").spliterator(), false)
                .filter(n -> n.get("role").asText().equals(role))
                .toList();
    }

    @Test
    void I4_culpritIsShownWithTheTwoSetsThatProveItGuilty() throws Exception {
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            if (i == 3) {
                shop.buildBad("s3", "2");
            } else {
                shop.build("s" + i, "2");
            }
            changes.add(queue("s" + i));
        }
        run();
        JsonNode search = search(changes.get(3));
        assertThat(search.at("/riders/3/state").asText()).isEqualTo("EJECTED");
        assertThat(search.at("/riders/3/services/0").asText()).isEqualTo("s3 2");
        assertThat(with(search, "WITH")).singleElement().satisfies(n -> {
            assertThat(n.get("verdict").asText()).isEqualTo("FAILED");
            assertThat(n.get("changes").toString()).contains(changes.get(3));
        });
        assertThat(with(search, "WITHOUT")).singleElement().satisfies(n -> {
            assertThat(n.get("verdict").asText()).isEqualTo("PASSED");
            assertThat(n.get("changes").toString()).doesNotContain(changes.get(3));
        });
        assertThat(with(search, "RELEASED").size() + with(search, "WITHOUT").size())
                .isPositive();
    }

    /** What was rolled back from is tried again with the same images: nothing is run, and the page says so. */
    @Test
    void rememberedVerdictIsShownAsSuch() throws Exception {
        shop.build("s1", "2");
        queue("s1");
        run();
        shop.build("s2", "2");
        queue("s2");
        run();
        train.rollBack("shop-1", "ada");
        run();
        String again = queue("s2");
        run();
        JsonNode trials = search(again).get("trials");
        assertThat(trials).singleElement().satisfies(n -> {
            assertThat(n.get("memo").asBoolean()).isTrue();
            assertThat(n.get("verdict").asText()).isEqualTo("PASSED");
            assertThat(n.get("role").asText()).isEqualTo("RELEASED");
        });
    }
}
