package io.jenkins.plugins.releasetrain.engine.manifest;

import io.jenkins.plugins.releasetrain.engine.manifest.ReleaseManifest.Format;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Artifacts;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** A release as an object of the production registry, next to its images: addressable by its id, and signable. */
public final class ReleaseArtifact implements Publisher {
    public static final String ARTIFACT_TYPE = "application/vnd.io.jenkins.releasetrain.release.v1";
    public static final String MEDIA_TYPE = ARTIFACT_TYPE + "+json";

    private final Artifacts artifacts;
    private final String repository;

    /** @param repository in the production registry that releases are kept in, for example {@code shop/releases} */
    public ReleaseArtifact(Artifacts artifacts, String repository) {
        this.artifacts = artifacts;
        this.repository = repository;
    }

    /**
     * Puts the manifest under the release's id as its tag; does not change anything where it is there already.
     */
    @Override
    public Optional<Published> publish(ReleaseManifest manifest) {
        Digest digest = artifacts.push(
                repository,
                manifest.release().id(),
                new Artifacts.Document(
                        ARTIFACT_TYPE,
                        MEDIA_TYPE,
                        manifest.as(Format.JSON).getBytes(StandardCharsets.UTF_8),
                        Map.of(
                                "org.opencontainers.image.version",
                                        manifest.release().id(),
                                "io.jenkins.releasetrain.set",
                                        manifest.set().digest().value())));
        return Optional.of(new Published(repository, digest));
    }
}
