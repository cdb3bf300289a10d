package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.contract.ContractGate.Exchange;
import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Mode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
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
import java.time.Instant;
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

class RegistryGateTest {
    private final Store store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final List<Event> events = new ArrayList<>();
    private final Contracts contracts =
            new Contracts(store, new ManualClock(Instant.parse("2026-11-23T08:00:00Z")), events::add);
    private ContractPolicy policy = new ContractPolicy(Mode.BLOCK, Severity.ERROR);
    private EmbeddedRegistry dev;
    private EmbeddedRegistry production;
    private RegistryGate gate;

    @BeforeEach
    void start() throws IOException {
        dev = EmbeddedRegistry.start();
        production = EmbeddedRegistry.start();
        gate = new RegistryGate(
                this::catalog, new Registries(client(dev), client(production)), contracts, RegistryGateTest::lines);
    }

    @AfterEach
    void stop() {
        dev.close();
        production.close();
        store.close();
    }

    private Catalog catalog() {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, "cart", "");
        Service cart = new Service("cart", "dev/cart", "prod/cart", "production", workload, "cart", new TreeSet<>());
        return new Catalog(new TreeMap<>(Map.of("cart", cart)), Map.of("cart", policy));
    }

    private static HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), Clock.systemUTC(), wait -> {});
    }

    /** A checker of a language in which each line is a promise; WARN: and a word that is no promise. */
    private static List<Finding> lines(List<ContractFile> before, List<ContractFile> after) {
        List<String> now = promises(after);
        return promises(before).stream()
                .filter(line -> !now.contains(line))
                .map(line -> new Finding(
                        line.startsWith("perhaps") ? Severity.WARN : Severity.ERROR,
                        "line-removed",
                        "api",
                        line,
                        1,
                        "'" + line + "' is gone"))
                .toList();
    }

    private static List<String> promises(List<ContractFile> files) {
        List<String> lines = new ArrayList<>();
        for (ContractFile file : files) {
            String text = new String(file.content(), StandardCharsets.UTF_8);
            if (text.contains("?")) {
                throw EngineException.invalid("'" + file.name() + "' is none of the kind");
            }
            lines.addAll(text.lines().toList());
        }
        return lines;
    }

    private Digest push(EmbeddedRegistry registry, String repository, String version, String... promises) {
        Digest image = new Digest(
                SampleImages.at(registry.origin()).push(repository, version, SampleImage.of("cart", version)));
        if (promises.length > 0) {
            byte[] text = String.join("\n", promises).getBytes(StandardCharsets.UTF_8);
            ContractArtifacts.publish(
                    new Artifacts(client(registry)),
                    repository,
                    image,
                    List.of(new ContractFile(ContractKind.OPENAPI, "api", text)));
        }
        return image;
    }

    private Exchange exchange(Digest before, Digest after) {
        return new Exchange("cart", Optional.of(before), after);
    }

    private Map<String, String> ask(Digest before, Digest after) {
        return gate.refusals(List.of(exchange(before, after)));
    }

    @Test
    void brokenPromiseStopsAndSaysWhereAndByWhichRule() {
        Digest before = push(production, "prod/cart", "1", "GET /cart", "GET /pay");
        Digest after = push(dev, "dev/cart", "2", "GET /cart", "GET /new");
        assertThat(ask(before, after))
                .containsEntry("cart", "service 'cart': api:1 GET /pay: 'GET /pay' is gone (line-removed)");
    }

    @Test
    void onePairIsComparedOnceAlsoByAnotherController() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /cart", "GET /new");
        assertThat(ask(before, after)).isEmpty();
        dev.forgetExchanges();
        production.forgetExchanges();
        assertThat(ask(before, after)).isEmpty();
        RegistryGate other = new RegistryGate(
                this::catalog,
                new Registries(client(dev), client(production)),
                new Contracts(store, Clock.systemUTC(), events::add),
                RegistryGateTest::lines);
        assertThat(other.refusals(List.of(exchange(before, after)))).isEmpty();
        assertThat(dev.exchanges()).isEmpty();
        assertThat(production.exchanges()).isEmpty();
        assertThat(events).hasSize(1);
    }

    /** Two lists; nothing is read. */
    @Test
    void equalContractsCostTwoRequests() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /cart");
        dev.forgetExchanges();
        production.forgetExchanges();
        assertThat(ask(before, after)).isEmpty();
        assertThat(dev.exchanges().size() + production.exchanges().size()).isEqualTo(2);
    }

    /** With the look at what production runs these are three requests at the gate. */
    @Test
    void whereProductionPromisesNothingTheNewImageIsNotAskedFor() {
        Digest before = push(production, "prod/cart", "1");
        Digest after = push(dev, "dev/cart", "2", "GET /cart");
        dev.forgetExchanges();
        production.forgetExchanges();
        assertThat(ask(before, after)).isEmpty();
        assertThat(production.exchanges())
                .as("what refers to it, and Cosign's tag")
                .hasSize(2);
        assertThat(dev.exchanges()).isEmpty();
        Digest third = push(dev, "dev/cart", "3", "GET /pay");
        push(production, "prod/cart", "2", "GET /cart");
        assertThat(ask(after, third)).as("once it is production's it counts").hasSize(1);
    }

    @Test
    void firstContractThatIsNoneIsNamedWhereItWasPublishedHere() {
        Digest before = push(production, "prod/cart", "1");
        Digest after = push(dev, "dev/cart", "2", "???");
        contracts.published("cart", after, Digest.sha256("c"), List.of());
        assertThat(ask(before, after).get("cart")).contains("the new image", "contract-unreadable");
    }

    @Test
    void whatIsOnlyToldStopsNobody() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /new");
        policy = new ContractPolicy(Mode.TELL, Severity.ERROR);
        assertThat(ask(before, after)).isEmpty();
        assertThat(events).hasSize(1);
        assertThat(((Event.ContractChecked) events.get(0)).findings()).hasSize(1);
        policy = new ContractPolicy(Mode.BLOCK, Severity.ERROR);
        assertThat(ask(before, after)).as("as soon as somebody says so").hasSize(1);
    }

    @Test
    void offAsksNoRegistry() {
        policy = new ContractPolicy(Mode.OFF, Severity.ERROR);
        assertThat(ask(Digest.sha256("a"), Digest.sha256("b"))).isEmpty();
        assertThat(dev.exchanges()).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void warningsStopWhereTheyAreSaidTo() {
        Digest before = push(production, "prod/cart", "1", "perhaps /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /new");
        assertThat(ask(before, after)).isEmpty();
        policy = new ContractPolicy(Mode.BLOCK, Severity.WARN);
        assertThat(ask(before, after)).hasSize(1);
    }

    @Test
    void waivedImageGoesAndNoOther() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /new");
        Digest next = push(dev, "dev/cart", "3", "GET /newer");
        assertThatThrownBy(() -> contracts.waive("cart", after, " ", "ada")).hasMessageContaining("needs a reason");
        contracts.waive("cart", after, "nobody calls it", "ada");
        assertThat(ask(before, after)).isEmpty();
        assertThat(ask(before, next)).hasSize(1);
        assertThat(events)
                .anyMatch(e -> e instanceof Event.ContractWaived w && w.user().equals("ada"));
    }

    @Test
    void noProductionYetIsNoReason() {
        Digest after = push(dev, "dev/cart", "2", "GET /new");
        assertThat(gate.refusals(List.of(new Exchange("cart", Optional.empty(), after))))
                .isEmpty();
    }

    @Test
    void whatProductionHasAndNobodyCanReadStopsNobody() {
        Digest before = push(production, "prod/cart", "1", "???");
        Digest after = push(dev, "dev/cart", "2", "GET /new");
        assertThat(ask(before, after)).isEmpty();
        assertThat(((Event.ContractChecked) events.get(0)).findings())
                .extracting(ContractFinding::severity)
                .containsExactly("WARN");
    }

    @Test
    void newImageWithAContractThatIsNoneIsStopped() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "???");
        assertThat(ask(before, after).get("cart")).contains("the new image", "none of the kind", "contract-unreadable");
    }

    @Test
    void publishingAnewIsLookedAtAgain() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2");
        assertThat(ask(before, after)).hasSize(1);
        push(dev, "dev/cart", "2", "GET /cart");
        contracts.published("cart", after, Digest.sha256("c"), List.of());
        assertThat(ask(before, after)).isEmpty();
    }

    @Test
    void publishingTheSameOnceMoreTakesNoVerdictBack() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /cart");
        contracts.published("cart", after, Digest.sha256("c"), List.of());
        Finding finding = new Finding(Severity.ERROR, "buf", "", "", 0, "buf breaking said no");
        contracts.judged("cart", before, after, List.of(finding), "gate");
        contracts.published("cart", after, Digest.sha256("c"), List.of());
        contracts.judged("cart", before, after, List.of(), "another job");
        assertThat(ask(before, after).get("cart")).contains("buf breaking said no");
    }

    /** What a tool on an agent finds counts as well, whatever the built-in checkers say. */
    @Test
    void verdictOfAToolCounts() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /cart");
        Finding finding = new Finding(Severity.ERROR, "buf", "", "", 0, "buf breaking said no");
        contracts.judged("cart", before, after, List.of(finding), "job/cart/2/");
        assertThat(ask(before, after).get("cart")).contains("buf breaking said no");
        contracts.judged("cart", before, after, List.of(), "job/cart/2/");
        assertThat(ask(before, after)).isEmpty();
    }

    @Test
    void registryThatIsAwayIsNoVerdict() {
        Digest before = push(production, "prod/cart", "1", "GET /cart");
        Digest after = push(dev, "dev/cart", "2", "GET /cart");
        production.failNext(100, request -> true, Failure.status(503, "UNAVAILABLE", "away"));
        assertThatThrownBy(() -> ask(before, after))
                .isInstanceOfSatisfying(
                        EngineException.class,
                        e -> assertThat(e.kind().retryable()).isTrue());
        assertThat(events).isEmpty();
    }

    @Test
    void logsTellTheWorstFirstAndHowManyAreLeft() {
        Digest before = push(production, "prod/cart", "1", "perhaps /a", "GET /b", "perhaps /c");
        Digest after = push(dev, "dev/cart", "2", "GET /new");
        ask(before, after);
        PinnedImage image = new PinnedImage("prod/cart", after, "2");
        assertThat(contracts.told(Map.of("cart", image), 2))
                .containsExactly(
                        "Contract of service 'cart', error: api:1 GET /b: 'GET /b' is gone (line-removed)",
                        "Contract of service 'cart', warn: api:1 perhaps /a: 'perhaps /a' is gone (line-removed)",
                        "… and 1 more; see the page of the change");
        assertThat(contracts.told(Map.of("cart", new PinnedImage("prod/cart", before, "1")), 2))
                .isEmpty();
    }
}
