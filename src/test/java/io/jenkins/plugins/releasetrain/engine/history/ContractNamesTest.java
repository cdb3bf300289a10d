package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Edges;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What contracts are known of, and what was tested together, is told by versions. */
class ContractNamesTest {
    private static final Digest CART = Digest.sha256("cart2");
    private static final Digest PAY = Digest.sha256("pay1");
    private static final Digest UNKNOWN = Digest.sha256("nobody knows it");

    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final HistoryApi api = new HistoryApi(store, Clock.fixed(SampleShop.AT, ZoneOffset.UTC));

    @AfterEach
    void close() {
        store.close();
    }

    private Map<?, ?> names(String request) throws IOException {
        JsonNode names =
                new ObjectMapper().readTree(api.get(request, "", "").body()).get("names");
        return new ObjectMapper().convertValue(names, TreeMap.class);
    }

    @Test
    void imagesHaveTheirNames() throws IOException {
        SampleShop.fill(store);
        store.append(
                "contract/cart",
                0,
                SampleShop.AT,
                List.of(
                        new Event.ContractWaived("cart", CART, "nobody reads it", "ada"),
                        new Event.ContractWaived("cart", UNKNOWN, "nobody reads it", "ada"),
                        new Event.EdgesVerified(
                                "cart", CART, new Edges(new TreeMap<>(Map.of("pay", PAY)), new TreeMap<>()), "t1")));

        assertThat(names("contracts/cart"))
                .isEqualTo(Map.of(
                        CART.value(), "1.2", UNKNOWN.value(), UNKNOWN.hex().substring(0, 12)));
        assertThat(names("verified/cart")).isEqualTo(Map.of(CART.value(), "1.2", PAY.value(), "1.1"));
    }
}
