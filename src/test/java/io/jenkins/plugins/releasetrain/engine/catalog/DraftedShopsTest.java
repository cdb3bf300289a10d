package io.jenkins.plugins.releasetrain.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests in the shapes that public demo shops have: the draft of each is a catalog at once. */
class DraftedShopsTest {
    private static String draft(String shop, String change) {
        try (InputStream yaml = DraftedShopsTest.class.getResourceAsStream("shops/" + shop + ".yaml")) {
            String text = new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
            String changed =
                    switch (change) {
                        case "windows" -> text.replace("\n", "\r\n");
                        case "empty documents" -> text.replace("\n---\n", "\n---\n---\n# nothing\n---\n");
                        default -> text;
                    };
            return CatalogDraft.of(KubernetesObjects.parse(changed, shop), List.of());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Catalog catalog(String shop) {
        return new CatalogReader().read(draft(shop, ""));
    }

    private static Set<String> calls(Catalog catalog, String service) {
        return catalog.service(service).dependsOn();
    }

    @Test
    void servicesThatKnowEachOtherByAddresses() {
        Catalog shop = catalog("addresses");
        assertThat(shop.services().keySet()).containsExactly("basket", "crowd", "door", "freight", "till");
        assertThat(calls(shop, "till")).containsExactly("basket", "freight");
        assertThat(calls(shop, "door")).containsExactly("basket", "till");
        assertThat(calls(shop, "crowd")).containsExactly("door");
        assertThat(draft("addresses", "")).contains("Deployment/cache, container redis: redis:alpine");
    }

    @Test
    void servicesBetweenAQueueAndADatabase() {
        Catalog shop = catalog("queue");
        assertThat(shop.services().keySet()).containsExactly("customers", "front", "orders", "packer");
        assertThat(calls(shop, "front")).containsExactly("orders");
        assertThat(calls(shop, "packer"))
                .as("others' queue and database are no services")
                .isEmpty();
        assertThat(draft("queue", ""))
                .contains("StatefulSet/queue", "StatefulSet/documents", "dev: \"samples/store/{service}\"");
    }

    @Test
    void servicesWithADatabaseEach() {
        Catalog shop = catalog("databases");
        assertThat(shop.services().keySet())
                .as("a database with data of the shop's own is one of its services")
                .containsExactly("cart", "goods", "goods-db", "people", "people-db", "queue-master");
        assertThat(calls(shop, "people")).containsExactly("people-db");
        assertThat(draft("databases", "")).contains("Deployment/cart-db, container cart-db: mongo");
    }

    @Test
    void servicesOfOneRepositoryWithTheServiceInTheTag() {
        Catalog shop = catalog("telemetry");
        assertThat(shop.services().keySet()).containsExactly("basket", "flags", "kafka", "till");
        assertThat(shop.services().values())
                .allMatch(s -> s.productionRepository().equals("acme-shop/demo"))
                .allMatch(s -> s.productionTag().equals("production-" + s.name()));
        assertThat(shop.service("flags").workload()).hasToString("Deployment flags, container flags-ui");
        assertThat(calls(shop, "till")).containsExactly("basket", "kafka");
        assertThat(draft("telemetry", "")).contains("DaemonSet/collector", "container flags: ghcr.io/flagged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"addresses", "queue", "databases", "telemetry"})
    void lineEndsAndEmptyDocumentsMakeNoDifference(String shop) {
        String plain = draft(shop, "");
        assertThat(draft(shop, "windows")).isEqualTo(plain);
        assertThat(draft(shop, "empty documents")).isEqualTo(plain);
    }
}
