package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;

/** Puts a manifest's exact bytes into a repository (distribution specification 1.1, "Pushing Manifests"). */
final class ManifestPush {
    private static final int CREATED = 201;
    private static final int TAKEN = 409;
    /** What registries say of a tag that may not move; 405 where it is locked (ACR). */
    private static final Set<Integer> IMMUTABLE = Set.of(400, 403, 405, TAKEN, 412);

    private final HttpRegistry registry;
    private final String repository;
    private final Manifest manifest;

    ManifestPush(HttpRegistry registry, String repository, Manifest manifest) {
        this.registry = registry;
        this.repository = repository;
        this.manifest = manifest;
    }

    /**
     * Proves what the registry made of it.
     *
     * @param reference tag or digest
     * @return false where it was there already
     */
    boolean put(String reference) {
        Call call = registry.manifestCall("push manifest", "PUT", repository, reference, Scope.push(repository))
                .header("Content-Type", manifest.descriptor().mediaType())
                .body(BodyPublishers.ofByteArray(manifest.content()));
        Optional<HttpResponse<byte[]>> response = sent(call, reference);
        if (response.isEmpty()) {
            return false;
        }
        if (response.get().headers().firstValue("OCI-Subject").isPresent()) {
            // By it a registry says that it lists what it was given (distribution 1.1, "Pushing Manifests with
            // Subject").
            registry.abilities().takesSubjects();
        }
        String stored = response.get()
                .headers()
                .firstValue("Docker-Content-Digest")
                .filter(Digest::isDigest)
                .or(() -> stored(reference))
                .orElse("nothing");
        if (!isSame(stored)) {
            throw Failures.of(
                    FailureKind.DIGEST_MISMATCH,
                    call,
                    "stored " + stored + " instead of " + manifest.descriptor().digest() + ". Check the registry.");
        }
        return true;
    }

    /** @return empty where it is refused as it is there already */
    private Optional<HttpResponse<byte[]>> sent(Call call, String reference) {
        Attempts attempts = registry.transport().sender().attempts(call.action());
        while (true) {
            HttpResponse<byte[]> response = registry.transport().document(call);
            if (Blobs.isSuccess(response)) {
                if (response.statusCode() != CREATED) {
                    HttpRegistry.requireNoPage(call, response);
                }
                return Optional.of(response);
            }
            if (isThere(response, reference)) {
                return Optional.empty();
            }
            // Somebody else puts the same at the same time (Quay, Artifactory); of a tag it may be meant for ever.
            if (response.statusCode() != TAKEN || !Digest.isDigest(reference) || !attempts.again()) {
                throw registry.transport().failure(call, response);
            }
        }
    }

    /**
     * Where tags are immutable, or an image may be put once (ECR), it is refused to say again what a lost answer had agreed to.
     * What lacks its content is not there, whatever a HEAD says.
     */
    private boolean isThere(HttpResponse<byte[]> refusal, String reference) {
        boolean conflicts = IMMUTABLE.contains(refusal.statusCode()) && !Failures.lacksContent(refusal.body());
        return conflicts
                && look(reference)
                        .filter(manifest.descriptor().digest().value()::equals)
                        .isPresent();
    }

    /** What was just put may take a moment to be seen, where a registry has several copies of itself. */
    private Optional<String> stored(String reference) {
        Attempts attempts = registry.transport().sender().attempts("push manifest " + repository + "@" + reference);
        while (true) {
            Optional<String> seen = look(reference);
            if (seen.filter(this::isSame).isPresent() || !attempts.again()) {
                return seen;
            }
        }
    }

    private Optional<String> look(String reference) {
        return registry.resolve(repository, reference, Scope.push(repository))
                .map(Descriptor::digest)
                .map(Digest::value);
    }

    /** One of another kind is compared by the content. */
    private boolean isSame(String stored) {
        return stored.equals(manifest.descriptor().digest().value())
                || Digest.isDigest(stored) && HttpRegistry.isOf(new Digest(stored), manifest.content());
    }
}
