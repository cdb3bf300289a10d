package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate.Exchange;
import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Mode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Referrer;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gate says of an image is kept beside it, in the forms that in-toto, DSSE and Cosign have. */
class EvidenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/vnd.in-toto+json";

    private final Store store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final List<Event> events = new ArrayList<>();
    private final Contracts contracts = new Contracts(store, Clock.systemUTC(), events::add);
    private final KeyPair keys = keys("secp256r1");
    private ContractPolicy policy = new ContractPolicy(Mode.BLOCK, Severity.ERROR);
    private List<Finding> found = List.of();
    private EmbeddedRegistry dev;
    private EmbeddedRegistry production;
    private Digest before;
    private Digest after;

    private void start(RegistryOptions options) throws IOException {
        dev = EmbeddedRegistry.start(options);
        production = EmbeddedRegistry.start(options);
        before = push(production, "prod/cart", "1");
        after = push(dev, "dev/cart", "2");
    }

    @AfterEach
    void stop() {
        if (dev != null) {
            dev.close();
            production.close();
        }
        store.close();
    }

    private static KeyPair keys(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                + "-----\n";
    }

    private static Digest push(EmbeddedRegistry registry, String repository, String version) {
        return new Digest(
                SampleImages.at(registry.origin()).push(repository, version, SampleImage.of("cart", version)));
    }

    private static HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), Clock.systemUTC(), wait -> {});
    }

    private Catalog catalog() {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, "cart", "");
        Service cart = new Service("cart", "dev/cart", "prod/cart", "production", workload, "cart", new TreeSet<>());
        return new Catalog(new TreeMap<>(Map.of("cart", cart)), Map.of("cart", policy));
    }

    private RegistryGate gate(Attestor attestor) {
        Registries registries = new Registries(client(dev), client(production));
        return new RegistryGate(this::catalog, registries, contracts, (b, a) -> found).attestedBy(attestor);
    }

    private Attestor signing() {
        SigningKey key = SigningKey.ofPem(pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
        return new RegistryAttestor(client(dev), Optional.of(() -> key));
    }

    private Map<String, String> ask(RegistryGate gate) {
        return gate.refusals(List.of(new Exchange("cart", Optional.of(before), after)));
    }

    private void contracts(EmbeddedRegistry registry, String repository, Digest image, String text) {
        ContractArtifacts.publish(
                new Artifacts(client(registry)),
                repository,
                image,
                List.of(new ContractFile(ContractKind.OPENAPI, "api", text.getBytes(StandardCharsets.UTF_8))));
    }

    private void finding(Severity severity) {
        contracts(production, "prod/cart", before, "old");
        contracts(dev, "dev/cart", after, "new");
        found = List.of(new Finding(severity, "field-gone", "api", "GET /cart", 3, "'total' is gone"));
    }

    private static byte[] content(EmbeddedRegistry registry, String repository, String manifest) throws IOException {
        JsonNode json = JSON.readTree(registry.manifest(repository, manifest).orElseThrow());
        return registry.blob(repository, json.at("/layers/0/digest").asText()).orElseThrow();
    }

    private byte[] attached(EmbeddedRegistry registry, String repository, String type) throws IOException {
        Referrer found = client(registry).referrers(repository, after).stream()
                .filter(r -> r.artifactType().equals(type))
                .findFirst()
                .orElseThrow();
        assertThat(found.annotations()).containsValue(Statement.PREDICATE);
        return content(registry, repository, found.digest().value());
    }

    /** With nothing but what Java has: PAE by the letter of the DSSE specification, v1. */
    private JsonNode verified(byte[] envelope) throws IOException, GeneralSecurityException {
        JsonNode json = JSON.readTree(envelope);
        assertThat(json.get("payloadType").asText()).isEqualTo(TYPE);
        assertThat(json.get("signatures")).hasSize(1);
        String statement =
                new String(Base64.getDecoder().decode(json.get("payload").asText()), StandardCharsets.UTF_8);
        String encoded = "DSSEv1 28 application/vnd.in-toto+json " + statement.getBytes(StandardCharsets.UTF_8).length
                + " " + statement;
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initVerify(keys.getPublic());
        signature.update(encoded.getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(
                        Base64.getDecoder().decode(json.at("/signatures/0/sig").asText())))
                .isTrue();
        return JSON.readTree(statement);
    }

    private String att() {
        return after.value().replace(':', '-') + ".att";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void signedStatementIsVerifiedByThePublicKeyAndTravelsWithThePromotion(boolean referrers) throws Exception {
        start(referrers ? RegistryOptions.DEFAULT : RegistryOptions.DEFAULT.withoutReferrers());
        finding(Severity.WARN);
        assertThat(ask(gate(signing()))).isEmpty();
        new HttpImageCopier(CopySettings.DEFAULT, Runnable::run)
                .copy(client(dev), "dev/cart", after, client(production), "prod/cart");
        JsonNode statement = verified(attached(production, "prod/cart", "application/vnd.dsse.envelope.v1+json"));
        assertThat(statement.get("_type").asText()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.get("predicateType").asText())
                .isEqualTo("https://in-toto.io/attestation/test-result/v0.1");
        assertThat(statement.at("/subject/0/name").asText()).isEqualTo("cart");
        assertThat(statement.at("/subject/0/digest/sha256").asText()).isEqualTo(after.hex());
        assertThat(statement.at("/predicate/result").asText()).isEqualTo("WARNED");
        assertThat(statement.at("/predicate/configuration/0/name").asText()).isEqualTo("production");
        assertThat(statement.at("/predicate/configuration/0/digest/sha256").asText())
                .isEqualTo(before.hex());
        assertThat(statement.at("/predicate/warnedTests/0").asText())
                .isEqualTo("api:3 GET /cart: 'total' is gone (field-gone)");
        assertThat(statement.at("/predicate/failedTests")).isEmpty();
        assertThat(verified(content(production, "prod/cart", att()))).isEqualTo(statement);
    }

    /** As cosign reads it (pkg/oci/remote): each layer an envelope, with the annotation of a signature that is empty. */
    @Test
    void underCosignsTagOthersStayAndOursIsReplaced() throws Exception {
        start(RegistryOptions.DEFAULT);
        byte[] theirs = "{}".getBytes(StandardCharsets.UTF_8);
        new Artifacts(client(dev))
                .tagAttestation("dev/cart", after, new Artifacts.Attestation(TYPE, theirs, "their/type", "them"));
        ask(gate(signing()));
        contracts.judged("cart", before, after, List.of(new Finding(Severity.WARN, "buf", "", "", 0, "x")), "job");
        ask(gate(signing()));
        JsonNode manifest = JSON.readTree(dev.manifest("dev/cart", att()).orElseThrow());
        assertThat(manifest.get("layers")).hasSize(2);
        assertThat(manifest.at("/layers/0/annotations/predicateType").asText()).isEqualTo("their/type");
        JsonNode ours = manifest.at("/layers/1");
        assertThat(ours.get("mediaType").asText()).isEqualTo("application/vnd.dsse.envelope.v1+json");
        assertThat(ours.at("/annotations/predicateType").asText()).isEqualTo(Statement.PREDICATE);
        assertThat(ours.get("annotations")
                        .get("dev.cosignproject.cosign/signature")
                        .asText())
                .isEmpty();
        byte[] envelope = dev.blob("dev/cart", ours.get("digest").asText()).orElseThrow();
        assertThat(verified(envelope).at("/predicate/result").asText()).isEqualTo("WARNED");
        assertThat(manifest.at("/config/mediaType").asText()).isEqualTo("application/vnd.oci.image.config.v1+json");
        JsonNode config = JSON.readTree(
                dev.blob("dev/cart", manifest.at("/config/digest").asText()).orElseThrow());
        assertThat(config.at("/rootfs/diff_ids")).hasSize(2);
    }

    /** Another one who attests has read the list before we wrote, and writes it after us: our part is missing then. */
    private Runnable anotherOneWhoIsLate() {
        Artifacts artifacts = new Artifacts(client(dev));
        byte[] theirs = "{}".getBytes(StandardCharsets.UTF_8);
        artifacts.tagAttestation("dev/cart", after, new Artifacts.Attestation(TYPE, theirs, "their/type", "them"));
        byte[] list = dev.manifest("dev/cart", att()).orElseThrow();
        return () -> put(list);
    }

    private void put(byte[] list) {
        HttpRequest request = HttpRequest.newBuilder(dev.origin().resolve("/v2/dev/cart/manifests/" + att()))
                .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(list))
                .build();
        try {
            assertThat(HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(201);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> attested() throws IOException {
        List<String> types = new ArrayList<>();
        JSON.readTree(dev.manifest("dev/cart", att()).orElseThrow())
                .get("layers")
                .forEach(l -> types.add(l.at("/annotations/predicateType").asText()));
        return types;
    }

    @Test
    void whatAnotherOneOverwritesAtOnceIsPutAgain() throws Exception {
        start(RegistryOptions.DEFAULT);
        Runnable late = anotherOneWhoIsLate();
        AtomicInteger reads = new AtomicInteger();
        dev.failNext(
                1,
                request -> {
                    boolean readBack = request.method().equals("GET")
                            && request.path().endsWith(att())
                            && reads.incrementAndGet() == 2;
                    if (readBack) {
                        late.run();
                    }
                    return false;
                },
                Failure.status(500, "UNKNOWN", "never"));
        ask(gate(signing()));
        assertThat(attested()).containsExactly("their/type", Statement.PREDICATE);
    }

    /** Between the gate at entry and the promotion; so what is promoted has both. */
    @Test
    void whatAnotherOneOverwritesLaterIsPutAgainBeforeThePromotion() throws Exception {
        start(RegistryOptions.DEFAULT);
        Runnable late = anotherOneWhoIsLate();
        ask(gate(signing()));
        late.run();
        assertThat(attested()).as("lost").containsExactly("their/type");
        ask(gate(signing()));
        assertThat(attested()).containsExactly("their/type", Statement.PREDICATE);
        dev.forgetExchanges();
        ask(gate(signing()));
        assertThat(dev.exchanges()).as("one look, no write").hasSize(1);
    }

    /** Cosign 3 looks for signatures of the older form only where no bundle is. */
    @Test
    void bundleIsAttachedWhereBundlesAreAndOnlyThere() throws Exception {
        start(RegistryOptions.DEFAULT);
        ask(gate(signing()));
        assertThat(client(dev).referrers("dev/cart", after))
                .extracting(Referrer::artifactType)
                .containsExactly(Statement.ENVELOPE);
        after = push(dev, "dev/cart", "3");
        new Artifacts(client(dev))
                .attach(
                        "dev/cart",
                        after,
                        new Artifacts.Attachment(
                                Statement.BUNDLE,
                                List.of(new Artifacts.File(
                                        "s", Statement.BUNDLE, "{}".getBytes(StandardCharsets.UTF_8))),
                                Map.of("dev.sigstore.bundle.predicateType", "https://sigstore.dev/cosign/sign/v1")));
        ask(gate(signing()));
        Referrer bundle = client(dev).referrers("dev/cart", after).stream()
                .filter(r -> r.annotations().containsValue(Statement.PREDICATE)
                        && r.artifactType().equals(Statement.BUNDLE))
                .findFirst()
                .orElseThrow();
        JsonNode json = JSON.readTree(content(dev, "dev/cart", bundle.digest().value()));
        assertThat(json.get("mediaType").asText()).isEqualTo("application/vnd.dev.sigstore.bundle.v0.3+json");
        assertThat(json.at("/verificationMaterial/publicKey").isObject()).isTrue();
        assertThat(verified(JSON.writeValueAsBytes(json.get("dsseEnvelope")))
                        .at("/predicate/result")
                        .asText())
                .isEqualTo("PASSED");
    }

    @Test
    void withoutAKeyTheStatementItselfIsAttached() throws Exception {
        start(RegistryOptions.DEFAULT);
        RegistryGate gate = gate(new RegistryAttestor(client(dev), Optional.empty()));
        ask(gate);
        JsonNode statement = JSON.readTree(attached(dev, "dev/cart", TYPE));
        assertThat(statement.at("/predicate/passedTests/0").asText()).isEqualTo("contract-compatibility");
        assertThat(dev.tags("dev/cart")).doesNotContainKey(att());
        dev.forgetExchanges();
        production.forgetExchanges();
        ask(gate);
        assertThat(dev.exchanges().size() + production.exchanges().size())
                .as("what is said already is not said again")
                .isZero();
    }

    /** Evidence is no contract: lists that differ in nothing else are equal. */
    @Test
    void evidenceIsNotReadAsAContract() throws Exception {
        start(RegistryOptions.DEFAULT);
        ask(gate(signing()));
        assertThat(ContractArtifacts.list(client(dev), "dev/cart", after).artifacts())
                .isEmpty();
    }

    @Test
    void whoIsStoppedHasNoneWhoIsWaivedIsWarnedWhoIsOnlyToldHasFailed() throws Exception {
        start(RegistryOptions.DEFAULT);
        finding(Severity.ERROR);
        RegistryGate gate = gate(new RegistryAttestor(client(dev), Optional.empty()));
        assertThat(ask(gate)).hasSize(1);
        assertThat(events).noneMatch(Event.ContractAttested.class::isInstance);
        contracts.waive("cart", after, "nobody calls it", "ada");
        assertThat(ask(gate)).isEmpty();
        assertThat(last().said().result()).isEqualTo("WARNED");
        assertThat(new String(attached(dev, "dev/cart", TYPE), StandardCharsets.UTF_8))
                .contains("field-gone")
                .doesNotContain("ada");
        Digest other = push(dev, "dev/cart", "4");
        contracts(dev, "dev/cart", other, "newer");
        after = other;
        policy = new ContractPolicy(Mode.TELL, Severity.ERROR);
        assertThat(ask(gate)).isEmpty();
        assertThat(last().said().result()).isEqualTo("FAILED");
    }

    private Event.ContractAttested last() {
        return events.stream()
                .filter(Event.ContractAttested.class::isInstance)
                .map(Event.ContractAttested.class::cast)
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    @Test
    void firstImageOfAServiceHasEvidenceToo() throws Exception {
        start(RegistryOptions.DEFAULT);
        RegistryGate gate = gate(new RegistryAttestor(client(dev), Optional.empty()));
        gate.refusals(List.of(new Exchange("cart", Optional.empty(), after)));
        assertThat(JSON.readTree(attached(dev, "dev/cart", TYPE)).at("/predicate/configuration"))
                .isEmpty();
    }

    /** It is tried again, at the promotion at the latest; the same failure is told once. */
    @Test
    void whatCannotBeKeptStopsNobodyAndIsToldAndTriedAgain() throws Exception {
        start(RegistryOptions.DEFAULT);
        RegistryGate gate = gate((repository, image, statement) -> {
            throw new EngineException(FailureKind.FORBIDDEN, "the account may only read");
        });
        assertThat(ask(gate)).isEmpty();
        assertThat(ask(gate)).isEmpty();
        assertThat(events.stream().filter(Event.ContractAttested.class::isInstance))
                .singleElement()
                .satisfies(
                        e -> assertThat(((Event.ContractAttested) e).problem()).contains("may only read"));
        PinnedImage image = new PinnedImage("prod/cart", after, "2");
        assertThat(contracts.told(Map.of("cart", image), 9))
                .containsExactly("Contract of service 'cart', evidence: not kept beside the image: the account may only"
                        + " read");
        ask(gate(signing()));
        assertThat(last().evidence()).isPresent();
    }

    @Test
    void keysAsOpensslWritesThemAreRead() throws GeneralSecurityException {
        byte[] pkcs8 = keys.getPrivate().getEncoded();
        byte[] sec1 = Arrays.copyOfRange(pkcs8, 28, pkcs8.length);
        byte[] spki = keys.getPublic().getEncoded();
        String whole = "3077" + "02010104" + "20" + hex(sec1, 7, 39) + "a00a06082a8648ce3d030107" + "a144034200"
                + hex(spki, spki.length - 65, spki.length);
        byte[] message = {1, 2, 3};
        for (String pem : List.of(
                pem("PRIVATE KEY", pkcs8),
                pem("EC PRIVATE KEY", HexFormat.of().parseHex(whole)),
                pem("EC PARAMETERS", new byte[] {6, 0})
                        + pem("EC PRIVATE KEY", sec1).replace("\n", "\r\n"))) {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initVerify(keys.getPublic());
            signature.update(message);
            assertThat(signature.verify(SigningKey.ofPem(pem).sign(message))).isTrue();
        }
    }

    private static String hex(byte[] bytes, int from, int to) {
        return HexFormat.of().formatHex(bytes, from, to);
    }

    @Test
    void I9_whatIsNoKeyIsRefusedWithoutBeingTold() {
        byte[] other = keys("secp384r1").getPrivate().getEncoded();
        for (String pem : List.of(
                "",
                "c2VjcmV0",
                pem("PRIVATE KEY", other),
                pem("PRIVATE KEY", "secret".getBytes(StandardCharsets.UTF_8)),
                pem("EC PRIVATE KEY", new byte[300]),
                pem("ENCRYPTED PRIVATE KEY", other),
                pem("ENCRYPTED SIGSTORE PRIVATE KEY", other),
                "-----BEGIN PRIVATE KEY-----\nc2VjcmV0",
                "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----")) {
            assertThatThrownBy(() -> SigningKey.ofPem(pem))
                    .as(pem)
                    .isInstanceOf(EngineException.class)
                    .hasNoCause()
                    .hasMessageContaining("The key that signs")
                    .hasMessageContaining("openssl")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("c2Vj", "secret"));
        }
    }

    @Test
    void statementOfTheSameFindingsIsTheSame() {
        Exchange exchange = new Exchange("cart", Optional.empty(), Digest.sha256("a"));
        List<ContractFinding> findings = List.of(new ContractFinding("INFO", "r", "f", "", 0, "m"));
        byte[] once = new Statement.Of(exchange, Map.of(), findings, false).statement();
        assertThat(new Statement.Of(exchange, Map.of(), findings, true).statement())
                .isEqualTo(once);
    }
}
