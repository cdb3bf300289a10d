package io.jenkins.plugins.releasetrain.engine.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.contract.ContractArtifacts.Listed;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Contracts beside images, in registries as they are. */
class ContractArtifactsTest {
    private static final ContractFile API = file(ContractKind.OPENAPI, "api.yaml", "openapi: 3.0.3");
    private static final ContractFile EVENT = file(ContractKind.AVRO, "order.avsc", "{}");

    private final List<EmbeddedRegistry> open = new ArrayList<>();
    private EmbeddedRegistry registry;
    private HttpRegistry client;
    private Digest image;

    private static ContractFile file(ContractKind kind, String name, String text) {
        return new ContractFile(kind, name, text.getBytes(StandardCharsets.UTF_8));
    }

    static Stream<RegistryOptions> registries() {
        return Stream.of(
                RegistryOptions.DEFAULT,
                RegistryOptions.DEFAULT.withoutReferrers(),
                RegistryOptions.DEFAULT.withoutReferrers().being(Personalities.takingDigestTagsForDigests()),
                RegistryOptions.DEFAULT.being(Personalities.hiding(403)));
    }

    private void start(RegistryOptions options) throws IOException {
        registry = EmbeddedRegistry.start(options);
        open.add(registry);
        client = client(registry);
        image = new Digest(SampleImages.at(registry.origin()).push("shop/cart", "1.0", SampleImage.of("cart", "1.0")));
    }

    private static HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp(), Clock.systemUTC(), Sleeper.real());
    }

    @AfterEach
    void stop() {
        open.forEach(EmbeddedRegistry::close);
    }

    private Digest publish(ContractFile... files) {
        return ContractArtifacts.publish(new Artifacts(client), "shop/cart", image, List.of(files));
    }

    private List<ContractFile> read() {
        return ContractArtifacts.read(client, ContractArtifacts.list(client, "shop/cart", image));
    }

    private static List<String> names(List<ContractFile> files) {
        return files.stream()
                .map(f -> f.kind() + " " + f.name() + " " + new String(f.content(), StandardCharsets.UTF_8))
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("registries")
    void whatIsPublishedIsRead(RegistryOptions options) throws IOException {
        start(options);
        assertThat(read()).isEmpty();
        publish(API, EVENT);
        assertThat(names(read())).containsExactly("AVRO order.avsc {}", "OPENAPI api.yaml openapi: 3.0.3");
    }

    @ParameterizedTest
    @MethodSource("registries")
    void theSameContractIsTheSameArtifactInWhateverOrder(RegistryOptions options) throws IOException {
        start(options);
        assertThat(publish(API, EVENT)).isEqualTo(publish(EVENT, API));
        assertThat(names(read())).hasSize(2);
    }

    /** As a build that is repeated with one more kind does. */
    @Test
    void whatIsPublishedAgainWithMoreIsOneContract() throws IOException {
        start(RegistryOptions.DEFAULT);
        publish(API);
        publish(API, EVENT);
        assertThat(names(read())).containsExactly("AVRO order.avsc {}", "OPENAPI api.yaml openapi: 3.0.3");
        publish(file(ContractKind.OPENAPI, "api.yaml", "openapi: 3.1.0"));
        assertThatThrownBy(this::read).hasMessage("The contract has two openapi files named 'api.yaml'");
    }

    /** Production holds the contract of exactly the digest that it runs. */
    @ParameterizedTest
    @MethodSource("registries")
    void promotionCarriesIt(RegistryOptions options) throws IOException {
        start(options);
        publish(API);
        EmbeddedRegistry production = EmbeddedRegistry.start();
        open.add(production);
        HttpRegistry target = client(production);
        new HttpImageCopier(CopySettings.DEFAULT, Runnable::run).copy(client, "shop/cart", image, target, "live/cart");
        Listed there = ContractArtifacts.list(target, "live/cart", image);
        assertThat(there.isSameAs(ContractArtifacts.list(client, "shop/cart", image)))
                .as("known from the lists alone")
                .isTrue();
        assertThat(names(ContractArtifacts.read(target, there))).containsExactly("OPENAPI api.yaml openapi: 3.0.3");
    }

    @Test
    void otherContentIsNotTheSame() throws IOException {
        start(RegistryOptions.DEFAULT);
        publish(API);
        Listed one = ContractArtifacts.list(client, "shop/cart", image);
        publish(EVENT);
        assertThat(one.isSameAs(ContractArtifacts.list(client, "shop/cart", image)))
                .isFalse();
    }

    /** As {@code oras attach --artifact-type application/vnd.oai.openapi api.yaml:application/vnd.oai.openapi+yaml} does. */
    @Test
    void takesWhatOthersAttachByMediaType() throws IOException {
        start(RegistryOptions.DEFAULT);
        new Artifacts(client)
                .attach(
                        "shop/cart",
                        image,
                        new Artifacts.Attachment(
                                "application/vnd.oai.openapi",
                                List.of(
                                        new Artifacts.File(
                                                "api.yaml", "application/vnd.oai.openapi+yaml", API.content()),
                                        new Artifacts.File("other", "application/octet-stream", new byte[] {1})),
                                java.util.Map.of()));
        assertThat(read()).extracting(ContractFile::name).contains("api.yaml");
    }

    @Test
    void signaturesAreNotReadAsContracts() throws IOException {
        start(RegistryOptions.DEFAULT);
        new Artifacts(client)
                .attach(
                        "shop/cart",
                        image,
                        new Artifacts.Attachment(
                                "application/vnd.dev.cosign.artifact.sig.v1+json",
                                List.of(new Artifacts.File("s", "application/json", new byte[] {1})),
                                java.util.Map.of()));
        registry.forgetExchanges();
        assertThat(read()).isEmpty();
        assertThat(registry.exchanges())
                .as("only listed, and looked for under Cosign's tag")
                .hasSize(2);
    }

    private String statement(String predicateType, String predicate, Digest about) {
        return """
                {"_type": "https://in-toto.io/Statement/v1", "predicateType": "%s", "predicate": %s,
                 "subject": [{"name": "shop/cart", "digest": {"%s": "%s"}}]}""".formatted(predicateType, predicate, about.algorithm(), about.hex());
    }

    private static String envelope(String statement) {
        String payload = Base64.getEncoder().encodeToString(statement.getBytes(StandardCharsets.UTF_8));
        return "{\"payloadType\": \"application/vnd.in-toto+json\", \"payload\": \"" + payload
                + "\", \"signatures\": [{\"keyid\": \"\", \"sig\": \"AA==\"}]}";
    }

    private void attach(String type, String content, Map<String, String> annotations) {
        new Artifacts(client)
                .attach(
                        "shop/cart",
                        image,
                        new Artifacts.Attachment(
                                type,
                                List.of(new Artifacts.File("a", type, content.getBytes(StandardCharsets.UTF_8))),
                                annotations));
    }

    private void attest(String content, String predicateType, String owner) {
        new Artifacts(client)
                .tagAttestation(
                        "shop/cart",
                        image,
                        new Artifacts.Attestation(
                                Statement.ENVELOPE, content.getBytes(StandardCharsets.UTF_8), predicateType, owner));
    }

    /** {@code cosign attest --predicate api.json --type https://spec.openapis.org/oas/3.1}, before Cosign 3: under a tag. */
    @ParameterizedTest
    @MethodSource("registries")
    void takesWhatCosignAttestsUnderItsTag(RegistryOptions options) throws IOException {
        start(options);
        String type = "https://spec.openapis.org/oas/3.1";
        attest(
                envelope(statement("https://slsa.dev/provenance/v1", "{}", image)),
                "https://slsa.dev/provenance/v1",
                "a");
        attest(envelope(statement(type, "{\"openapi\":\"3.1.0\",\"v\":1}", image)), type, "b");
        attest(envelope(statement(type, "{\"openapi\":\"3.1.0\",\"v\":2}", image)), type, "c");
        assertThat(names(read()))
                .as("the newest of a kind, since Cosign adds and takes nothing back")
                .containsExactly("OPENAPI openapi.json {\"openapi\":\"3.1.0\",\"v\":2}");
    }

    /** As Cosign 3 attaches them, and as others attach statements that nobody signed. */
    @Test
    void takesBundlesEnvelopesAndStatements() throws IOException {
        start(RegistryOptions.DEFAULT);
        String avro = statement("https://avro.apache.org/docs/1.12", "{\"type\":\"string\"}", image);
        attach(
                "application/vnd.dev.sigstore.bundle.v0.3+json",
                "{\"dsseEnvelope\": " + envelope(avro) + "}",
                Map.of("dev.sigstore.bundle.predicateType", "https://avro.apache.org/docs/1.12"));
        attach(
                "application/vnd.dsse.envelope.v1+json",
                envelope(statement("https://json-schema.org/draft/2020-12/schema", "true", image)),
                Map.of());
        String file = "{\"files\": [{\"kind\": \"protobuf\", \"name\": \"a.binpb\", \"content\": \"CgA=\"}]}";
        attach("application/vnd.in-toto+json", statement(AttestedContracts.FILES, file, image), Map.of());
        assertThat(read())
                .extracting(f -> f.kind() + " " + f.name())
                .containsExactlyInAnyOrder("AVRO avro.json", "JSON_SCHEMA jsonSchema.json", "PROTOBUF a.binpb");
    }

    @Test
    void statementAboutAnotherImageOrAnotherMatterIsPassedOver() throws IOException {
        start(RegistryOptions.DEFAULT);
        String openapi = "https://spec.openapis.org/oas/3.1";
        attach(Statement.ENVELOPE, envelope(statement(openapi, "{}", Digest.sha256("another"))), Map.of());
        attach(Statement.ENVELOPE, envelope(statement("https://slsa.dev/provenance/v1", "{}", image)), Map.of());
        attach(Statement.BUNDLE, "{\"messageSignature\": {}}", Map.of());
        assertThat(read()).isEmpty();
        registry.forgetExchanges();
        attach(Statement.BUNDLE, "[", Map.of("dev.sigstore.bundle.predicateType", "https://cyclonedx.org/bom"));
        assertThat(ContractArtifacts.list(client, "shop/cart", image).artifacts())
                .as("what says that it is no contract is not read")
                .hasSize(3);
    }

    @Test
    void attestationThatCannotBeReadIsNamed() throws IOException {
        start(RegistryOptions.DEFAULT);
        attach(Statement.ENVELOPE, "{", Map.of());
        assertThatThrownBy(this::read)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("is no in-toto statement");
        image = new Digest(SampleImages.at(registry.origin()).push("shop/cart", "2.0", SampleImage.of("cart", "2.0")));
        String escaping = "{\"files\": [{\"kind\": \"avro\", \"name\": \"../../x\", \"content\": \"\"}]}";
        attach(Statement.PAYLOAD, statement(AttestedContracts.FILES, escaping, image), Map.of());
        assertThatThrownBy(this::read).hasMessageContaining("no name of a contract's file");
    }

    /** Whoever may push can write the list under a tag; the artifact itself says what it is about. */
    @Test
    void artifactThatNamesAnotherImageIsPassedOver() throws IOException {
        start(RegistryOptions.DEFAULT.withoutReferrers());
        Digest mine = image;
        image = new Digest(SampleImages.at(registry.origin()).push("shop/cart", "2.0", SampleImage.of("cart", "2.0")));
        publish(API);
        byte[] list =
                registry.manifest("shop/cart", image.value().replace(':', '-')).orElseThrow();
        SampleImages.at(registry.origin())
                .pushManifest(
                        "shop/cart", mine.value().replace(':', '-'), "application/vnd.oci.image.index.v1+json", list);
        image = mine;
        assertThat(ContractArtifacts.list(client, "shop/cart", image).artifacts())
                .hasSize(1);
        assertThat(read()).isEmpty();
    }

    @Test
    void refusesWhatIsNoContract() throws IOException {
        start(RegistryOptions.DEFAULT);
        assertThatThrownBy(this::publish).isInstanceOf(EngineException.class).hasMessageContaining("has no files");
        assertThatThrownBy(() -> publish(API, API)).hasMessage("The contract has two openapi files named 'api.yaml'");
        byte[] large = new byte[(4 << 20) + 1];
        assertThatThrownBy(() -> publish(new ContractFile(ContractKind.OPENAPI, "api.yaml", large)))
                .hasMessageContaining("'api.yaml'", "4194305 bytes", "at most 4194304");
        for (String name : List.of("", "/etc/passwd", "../api.yaml", "a/../../b", "a\nb", "a\\b")) {
            assertThatThrownBy(() -> file(ContractKind.AVRO, name, ""))
                    .as(name)
                    .hasMessageContaining("no name of a contract's file");
        }
        assertThat(registry.tags("shop/cart")).containsOnlyKeys("1.0");
    }

    @Test
    void refusesAnImageThatIsNotThere() throws IOException {
        start(RegistryOptions.DEFAULT);
        image = Digest.sha256("nobody's");
        assertThatThrownBy(() -> publish(API)).hasMessageContaining("the repository does not hold it");
    }
}
