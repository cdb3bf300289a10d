package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate.Exchange;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Mode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cart calls pay, and says what it needs of it. */
class ConsumersTest {
    private final Store store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final List<Event> events = new ArrayList<>();
    private final Contracts contracts = new Contracts(store, Clock.systemUTC(), events::add);
    private Mode mode = Mode.BLOCK;
    private EmbeddedRegistry dev;
    private EmbeddedRegistry production;
    private RegistryGate gate;

    @BeforeEach
    void start() throws IOException {
        dev = EmbeddedRegistry.start();
        production = EmbeddedRegistry.start();
        Registries registries = new Registries(client(dev), client(production));
        gate = new RegistryGate(this::catalog, registries, contracts, Checkers::check);
    }

    @AfterEach
    void stop() {
        dev.close();
        production.close();
        store.close();
    }

    private static HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), Clock.systemUTC(), wait -> {});
    }

    private Catalog catalog() {
        Map<String, Service> services = new TreeMap<>();
        services.put("cart", service("cart", "pay"));
        services.put("pay", service("pay"));
        services.put("mail", service("mail", "pay"));
        ContractPolicy policy = new ContractPolicy(mode, Severity.ERROR);
        return new Catalog(new TreeMap<>(services), Map.of("cart", policy, "pay", policy));
    }

    private static Service service(String name, String... dependsOn) {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
        return new Service(
                name, "dev/" + name, "prod/" + name, "production", workload, name, new TreeSet<>(List.of(dependsOn)));
    }

    /** Of an interface that answers these fields, each of which must be there. */
    private static ContractFile api(String name, String... fields) {
        StringBuilder properties = new StringBuilder();
        for (String field : fields) {
            properties.append(properties.isEmpty() ? "" : ", ").append("\"" + field + "\": {\"type\": \"string\"}");
        }
        String required = "[\"" + String.join("\", \"", fields) + "\"]";
        String text = """
                {"openapi": "3.0.3", "info": {"title": "pay", "version": "1"}, "paths": {"/pay": {"get": {"responses":
                 {"200": {"description": "ok", "content": {"application/json": {"schema":
                  {"type": "object", "required": %s, "properties": {%s}}}}}}}}}}""".formatted(required, properties);
        return new ContractFile(ContractKind.OPENAPI, name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Digest push(String service, String version, boolean released, ContractFile... files) {
        EmbeddedRegistry registry = released ? production : dev;
        String repository = (released ? "prod/" : "dev/") + service;
        SampleImage image = SampleImage.of(service, version);
        Digest digest = new Digest(SampleImages.at(registry.origin()).push(repository, version, image));
        if (released) {
            SampleImages.at(registry.origin()).push(repository, "production", image);
        }
        if (files.length > 0) {
            Digest contract =
                    ContractArtifacts.publish(new Artifacts(client(registry)), repository, digest, List.of(files));
            contracts.published(service, digest, contract, List.of(files));
        }
        return digest;
    }

    private List<Event.ContractNeeded> told() {
        return events.stream()
                .filter(Event.ContractNeeded.class::isInstance)
                .map(Event.ContractNeeded.class::cast)
                .distinct()
                .toList();
    }

    private Map<String, String> ask(String service, Digest before, Digest after) {
        return gate.refusals(List.of(new Exchange(service, Optional.of(before), after)));
    }

    private static Map<String, PinnedImage> images(String service, Digest image) {
        return Map.of(service, new PinnedImage("prod/" + service, image, ""));
    }

    /** Micro, from the provider's side: it breaks nothing that it promised, but what its consumer in production needs. */
    @Test
    void providerIsLookedAtWithTheConsumerInProduction() {
        Digest cart = push("cart", "1", true, api("needs/pay/api.json", "id", "total"));
        Digest old = push("pay", "1", true);
        Digest now = push("pay", "2", false, api("pay.json", "id"));
        assertThat(ask("pay", old, now)).as("it is told, and stops nobody").isEmpty();
        assertThat(told()).singleElement().satisfies(edge -> {
            assertThat(edge.consumer()).isEqualTo("cart");
            assertThat(edge.image()).isEqualTo(cart);
            assertThat(edge.with()).isEqualTo(now);
            assertThat(edge.findings()).extracting(f -> f.rule()).containsExactly("response-required-property-removed");
        });
        String line = contracts.told(images("pay", now), 9).toString();
        assertThat(line).contains("'cart'", "does not get what it needs from 'pay'", "total");
        assertThat(contracts.told(images("cart", cart), 9).toString()).isEqualTo(line);
    }

    @Test
    void consumerIsLookedAtWithTheProviderInProduction() {
        Digest pay = push("pay", "1", true, api("pay.json", "id"));
        Digest old = push("cart", "1", true);
        Digest now = push("cart", "2", false, api("needs/pay/api.json", "id", "currency"));
        assertThat(ask("cart", old, now)).isEmpty();
        assertThat(told()).singleElement().satisfies(edge -> {
            assertThat(edge.with()).isEqualTo(pay);
            assertThat(edge.findings()).isNotEmpty();
        });
    }

    /** Mono: each fits production, and both together do not. */
    @Test
    void changesThatBreakEachOtherInOneBatchAreToldBeforeAnyTrial() {
        push("pay", "1", true, api("pay.json", "id", "total"));
        push("cart", "1", true);
        Digest cart = push("cart", "2", false, api("needs/pay/api.json", "total"));
        Digest pay = push("pay", "2", false, api("pay.json", "id"));
        gate.meet(images("cart", cart), List.of());
        assertThat(told()).allSatisfy(edge -> assertThat(edge.findings()).isEmpty());
        gate.meet(images("pay", pay), List.of(images("cart", cart)));
        assertThat(told())
                .filteredOn(edge -> edge.image().equals(cart) && edge.with().equals(pay))
                .singleElement()
                .satisfies(edge -> assertThat(edge.findings()).isNotEmpty());
    }

    @Test
    void whatIsNeededAndPromisedIsVerifiedOnce() {
        push("pay", "1", true, api("pay.json", "id", "total"));
        Digest old = push("cart", "1", true);
        Digest now = push("cart", "2", false, api("needs/pay/api.json", "total"));
        ask("cart", old, now);
        assertThat(told())
                .singleElement()
                .satisfies(edge -> assertThat(edge.findings()).isEmpty());
        events.clear();
        dev.forgetExchanges();
        ask("cart", old, now);
        assertThat(events).isEmpty();
        assertThat(dev.exchanges()).isEmpty();
    }

    /** What it needs of others is no promise of its own: taking less is no break. */
    @Test
    void needsAreNoPromises() {
        Digest old = push("cart", "1", true, api("cart.json", "id"), api("needs/pay/api.json", "id", "total"));
        Digest now = push("cart", "2", false, api("cart.json", "id"));
        assertThat(ask("cart", old, now)).isEmpty();
    }

    @Test
    void whereNobodySaysWhatIsNeededNothingIsAsked() {
        Digest now = push("pay", "2", false);
        dev.forgetExchanges();
        gate.meet(images("pay", now), List.of(images("cart", Digest.sha256("cart"))));
        assertThat(dev.exchanges()).isEmpty();
        assertThat(production.exchanges()).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void registryThatIsAwayStopsNobody() {
        Digest now = push("cart", "2", false, api("needs/pay/api.json", "total"));
        production.failNext(100, request -> true, Failure.status(503, "UNAVAILABLE", "away"));
        gate.meet(images("cart", now), List.of());
        assertThat(told()).isEmpty();
    }

    @Test
    void offAsksNobody() {
        Digest now = push("cart", "2", false, api("needs/pay/api.json", "total"));
        mode = Mode.OFF;
        gate.meet(images("cart", now), List.of());
        assertThat(told()).isEmpty();
    }

    /** Cart and mail call pay; a new pay passed with what production runs of both, then a new cart with that pay. */
    @Test
    void whatPassedTogetherIsKeptByEdgeAndShownFromBothSides() throws IOException {
        Digest cart = push("cart", "1", true);
        Digest mail = push("mail", "1", true);
        Digest pay = push("pay", "1", true);
        Digest newer = push("pay", "2", false);
        Map<String, PinnedImage> running = new TreeMap<>(Map.of(
                "cart", new PinnedImage("prod/cart", cart, ""),
                "mail", new PinnedImage("prod/mail", mail, ""),
                "pay", new PinnedImage("prod/pay", pay, "")));
        gate.passed(Map.of("pay", newer), ImageSet.of(running), "trial-1");
        running.put("pay", new PinnedImage("prod/pay", newer, ""));
        Digest third = push("cart", "2", false);
        gate.passed(Map.of("cart", third), ImageSet.of(running), "lane-1");
        assertThat(pairs("pay"))
                .containsExactly(
                        "cart " + third.value() + " pay " + newer.value() + " lane-1",
                        "cart " + cart.value() + " pay " + newer.value() + " trial-1",
                        "mail " + mail.value() + " pay " + newer.value() + " trial-1");
        assertThat(pairs("mail"))
                .as("it never changed itself")
                .containsExactly("mail " + mail.value() + " pay " + newer.value() + " trial-1");
        assertThat(pairs("search")).as("nobody was tested with it").isEmpty();
        assertThat(pairs("cart")).hasSize(2);
        mode = Mode.OFF;
        gate.passed(Map.of("cart", third), ImageSet.of(running), "lane-2");
        assertThat(pairs("cart").get(0)).endsWith("lane-1");
    }

    private List<String> pairs(String service) throws IOException {
        HistoryApi api = new HistoryApi(store, Clock.systemUTC());
        List<String> pairs = new ArrayList<>();
        new ObjectMapper()
                .readTree(api.get("verified/" + service, "", "").body())
                .get("pairs")
                .forEach(p -> pairs.add(String.join(
                        " ",
                        p.get("consumer").asText(),
                        p.get("image").asText(),
                        p.get("provider").asText(),
                        p.get("with").asText(),
                        p.get("run").asText())));
        return pairs;
    }
}
