package io.jenkins.plugins.releasetrain.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.contract.RegistryAttestor;
import io.jenkins.plugins.releasetrain.engine.contract.SigningKey;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Optional;

/** What the contract gate says of an image, signed with a key of this run and checked as an admission policy would. */
final class Evidence {
    private static final String ENVELOPE = "application/vnd.dsse.envelope.v1+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeyPair keys;

    Evidence() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java knows P-256", e);
        }
    }

    /** Keeps what it is given in the dev registry; promotions carry it on. */
    RegistryAttestor keeper(Registry dev) {
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        SigningKey key = SigningKey.ofPem(pem);
        return new RegistryAttestor((HttpRegistry) dev, Optional.of(() -> key));
    }

    /** Whether a statement about the image is there that this run's key signed and that tells of no failure. */
    boolean vouchesFor(Registry registry, String repository, Digest image) {
        return registry.referrers(repository, image).stream()
                .filter(r -> r.artifactType().equals(ENVELOPE))
                .anyMatch(r -> holds(envelope(registry, repository, r.digest()), image));
    }

    private static JsonNode envelope(Registry registry, String repository, Digest artifact) {
        JsonNode manifest = json(
                registry.manifest(repository, artifact.value()).orElseThrow().content());
        Digest layer = new Digest(manifest.at("/layers/0/digest").asText());
        return json(registry.blob(repository, layer));
    }

    private boolean holds(JsonNode envelope, Digest image) {
        byte[] payload = Base64.getDecoder().decode(envelope.path("payload").asText());
        JsonNode statement = json(payload);
        return isSigned(envelope, payload)
                && statement.at("/subject/0/digest/sha256").asText().equals(image.hex())
                && !"FAILED".equals(statement.at("/predicate/result").asText());
    }

    /** DSSE, protocol: the signature is over type and payload with their lengths. */
    private boolean isSigned(JsonNode envelope, byte[] payload) {
        try {
            String type = envelope.path("payloadType").asText();
            ByteArrayOutputStream signed = new ByteArrayOutputStream();
            signed.writeBytes(("DSSEv1 " + type.length() + " " + type + " " + payload.length + " ")
                    .getBytes(StandardCharsets.UTF_8));
            signed.writeBytes(payload);
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initVerify(keys.getPublic());
            signature.update(signed.toByteArray());
            return signature.verify(
                    Base64.getDecoder().decode(envelope.at("/signatures/0/sig").asText()));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static JsonNode json(byte[] text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("What is attached cannot be read", e);
        }
    }
}
