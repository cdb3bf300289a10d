package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Statements as artifacts that refer to the image, in the forms that others verify. Unsigned: of the type
 * {@value Statement#PAYLOAD}. Signed: of the type {@value Statement#ENVELOPE}, and under Cosign's tag
 * {@code sha256-….att}, where {@code cosign verify-attestation} and its kin look. Where Sigstore bundles refer to the image,
 * Cosign 3 looks at nothing else, so there it is a bundle too; and only there, since a first one would keep it from finding
 * signatures of the older form.
 */
public final class RegistryAttestor implements Attestor {
    private static final String BUNDLE_PREDICATE = "dev.sigstore.bundle.predicateType";
    private static final String OWNER = "contracts";
    private static final String FILE = "contract-test-result.json";

    private final HttpRegistry registry;
    private final Artifacts artifacts;
    private final Optional<Supplier<SigningKey>> key;

    /** @param key read for each signature, so that another one holds at once; empty: nothing is signed */
    public RegistryAttestor(HttpRegistry registry, Optional<Supplier<SigningKey>> key) {
        this.registry = registry;
        this.artifacts = new Artifacts(registry);
        this.key = key;
    }

    @Override
    public Digest attest(String repository, Digest image, byte[] statement) {
        if (key.isEmpty()) {
            return attach(repository, image, Statement.PAYLOAD, statement, AttestedContracts.PREDICATE_TYPE);
        }
        byte[] envelope = Statement.envelope(statement, key.get().get());
        boolean bundles = registry.referrers(repository, image).stream()
                .anyMatch(r -> r.artifactType().startsWith(AttestedContracts.BUNDLES));
        artifacts.tagAttestation(
                repository, image, new Artifacts.Attestation(Statement.ENVELOPE, envelope, Statement.PREDICATE, OWNER));
        if (bundles) {
            attach(repository, image, Statement.BUNDLE, Statement.bundle(envelope), BUNDLE_PREDICATE);
        }
        return attach(repository, image, Statement.ENVELOPE, envelope, AttestedContracts.PREDICATE_TYPE);
    }

    /** What refers to the image is nobody else's to take away; the tag is written by all who attest. */
    @Override
    public boolean stands(String repository, Digest image) {
        return key.isEmpty() || artifacts.isAttested(repository, image, OWNER);
    }

    private Digest attach(String repository, Digest image, String type, byte[] content, String annotation) {
        Map<String, String> annotations = type.equals(Statement.BUNDLE)
                ? Map.of(annotation, Statement.PREDICATE, "dev.sigstore.bundle.content", "dsse-envelope")
                : Map.of(annotation, Statement.PREDICATE);
        return artifacts.attach(
                repository,
                image,
                new Artifacts.Attachment(type, List.of(new Artifacts.File(FILE, type, content)), annotations));
    }
}
