package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier.Place;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** One copy of an image or index: what is missing is found first, then the blobs go, then the manifests, root last. */
final class ImageCopy {
    private final HttpImageCopier copier;
    private final Place source;
    private final Place target;
    private final Digest root;
    private final AtomicReference<Report> report = new AtomicReference<>(Report.NOTHING);

    ImageCopy(HttpImageCopier copier, Place source, Place target, Digest root) {
        this.copier = copier;
        this.source = source;
        this.target = target;
        this.root = root;
    }

    Report run() {
        Set<Digest> subjects = new LinkedHashSet<>(List.of(root));
        subjects.addAll(content(root));
        if (copier.settings().referrers()) {
            new ReferrerCopy(copier, source, target, this::content).carry(subjects);
        }
        return report.get();
    }

    /** @return the manifests that were not there */
    private List<Digest> content(Digest digest) {
        Missing missing = new Missing();
        missing.collect(digest);
        copier.progress().planned(root, missing.requireSize(digest));
        new Crew<>(missing.blobs.values(), this::copyBlob)
                .run(copier.executor(), copier.settings().transfersPerHost());
        missing.manifests.forEach(manifest -> put(manifest, missing));
        return missing.manifests.stream().map(m -> m.descriptor().digest()).toList();
    }

    private void put(Manifest manifest, Missing missing) {
        try {
            putOnce(manifest);
        } catch (EngineException e) {
            boolean lacksContent = e.kind() == FailureKind.NOT_FOUND || e.kind() == FailureKind.INVALID_INPUT;
            if (!lacksContent || !missing.forget()) {
                throw e;
            }
            // The registry may have collected a blob since it was seen: look again, without what is remembered.
            missing.blobs.values().forEach(this::copyBlob);
            putOnce(manifest);
        }
    }

    private void putOnce(Manifest manifest) {
        target.registry()
                .putManifest(target.repository(), manifest.descriptor().digest().value(), manifest);
        done(new Report(0, 0, 0, 1, 0));
    }

    private void done(Report part) {
        report.accumulateAndGet(part, Report::plus);
    }

    private void copyBlob(Descriptor blob) {
        try {
            copier.exclusively(target.host(), blob.digest(), () -> {
                AtomicLong told = new AtomicLong();
                done(transferOrFind(blob, told));
                tell(told, blob.size());
                copier.known().add(target.host(), target.repository(), blob.digest());
            });
        } catch (InterruptedException e) {
            throw interrupted(blob);
        }
    }

    /** @param told how much of the blob was told; what an upload that broke had sent is taken back */
    private void tell(AtomicLong told, long position) {
        copier.progress().copied(root, position - told.getAndSet(position));
    }

    private Report transferOrFind(Descriptor blob, AtomicLong told) {
        if (copier.known().holds(target.host(), target.repository(), blob.digest())) {
            return new Report(0, 0, 1, 0, 0);
        }
        Optional<String> from = mountFrom(blob.digest());
        Optional<URI> upload = Optional.empty();
        if (from.isPresent()) {
            upload = target.registry().blobs().mount(target.repository(), blob.digest(), from.get());
            if (upload.isEmpty()) {
                return new Report(0, 1, 0, 0, 0);
            }
        }
        if (target.registry().blobs().exists(target.repository(), blob.digest())) {
            return new Report(0, 0, 1, 0, 0);
        }
        transfer(blob, upload, told);
        return new Report(1, 0, 0, 0, blob.size());
    }

    private Optional<String> mountFrom(Digest digest) {
        if (source.host().equals(target.host())) {
            return Optional.of(source.repository());
        }
        return copier.known().anywhere(target.host(), digest);
    }

    private void transfer(Descriptor blob, Optional<URI> begun, AtomicLong told) {
        try {
            copier.transfer(source.host(), target.host(), () -> stream(blob, begun, told));
        } catch (InterruptedException e) {
            throw interrupted(blob);
        }
    }

    /** A transfer cannot be sent again by the transport, so it is begun again here, in the transport's measure. */
    private void stream(Descriptor blob, Optional<URI> begun, AtomicLong told) {
        Blobs to = target.registry().blobs();
        int attempts = target.registry().transport().settings().limits().attempts();
        Optional<URI> upload = begun;
        for (int attempt = 1; ; attempt++) {
            try (VerifyingStream content = new VerifyingStream(
                    blob,
                    offset -> source.registry().blobs().open(source.repository(), blob, offset),
                    attempts,
                    position -> tell(told, position))) {
                to.put(
                        target.repository(),
                        blob,
                        upload.orElseGet(() -> to.begin(target.repository(), blob.digest())),
                        content);
                source.registry().transport().countReceived(content.position());
                return;
            } catch (EngineException e) {
                // An upload may outlive its token; beginning the next one gets a fresh one.
                boolean passing = e.kind().retryable() || e.kind() == FailureKind.UNAUTHENTICATED && attempt == 1;
                if (!passing || attempt == attempts || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            target.registry().transport().pause(attempt, "upload blob " + blob.digest());
            if (to.exists(target.repository(), blob.digest())) {
                return;
            }
            upload = Optional.empty();
        }
    }

    private EngineException interrupted(Descriptor blob) {
        Thread.currentThread().interrupt();
        return new EngineException(
                FailureKind.UNAVAILABLE,
                "Copying blob " + blob.digest() + " from " + source + " to " + target + " was interrupted; what is"
                        + " there already is kept, and the copy can be repeated.");
    }

    /** Sizes are what a manifest claims, so their sum must not wrap around. */
    private static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    /** What the target lacks; manifests with children before parents. */
    private final class Missing {
        private final Set<Digest> seen = new HashSet<>();
        private final List<Manifest> manifests = new ArrayList<>();
        private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
        private boolean forgotten;

        void collect(Digest digest) {
            boolean there = target.registry()
                    .resolve(target.repository(), digest.value(), Call.push(target.repository()))
                    .isPresent();
            if (there || !seen.add(digest)) {
                return;
            }
            Manifest manifest = source.registry()
                    .manifest(source.repository(), digest.value())
                    .orElseThrow(() -> new EngineException(
                            FailureKind.NOT_FOUND,
                            "Cannot copy " + source + "@" + digest + " to " + target
                                    + ": the source does not hold it. Check the repository and its retention."));
            Manifests.Content content = Manifests.read(manifest);
            content.manifests().forEach(child -> collect(child.digest()));
            content.blobs().forEach(blob -> blobs.put(blob.digest(), blob));
            manifests.add(manifest);
        }

        long requireSize(Digest digest) {
            long bytes = blobs.values().stream().mapToLong(Descriptor::size).reduce(0, ImageCopy::sum);
            if (bytes > copier.settings().imageBytes()) {
                throw new EngineException(
                        FailureKind.TOO_LARGE,
                        "Cannot copy " + source + "@" + digest + " to " + target + ": " + bytes
                                + " bytes are to be copied, the limit is "
                                + copier.settings().imageBytes()
                                + ". Nothing was copied; make the image smaller or raise the limit.");
            }
            return bytes;
        }

        /** @return whether there was still something to forget */
        boolean forget() {
            boolean first = !forgotten;
            forgotten = true;
            blobs.keySet().forEach(digest -> copier.known().forget(target.host(), digest));
            return first;
        }
    }
}
