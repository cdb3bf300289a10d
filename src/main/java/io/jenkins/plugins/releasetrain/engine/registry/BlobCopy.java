package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Blob;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Origin;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Brings one blob to a repository: known, mounted, found, or streamed, in this order. */
final class BlobCopy {
    private static final Report FOUND = new Report(0, 0, 1, 0, 0);
    private static final Report MOUNTED = new Report(0, 1, 0, 0, 0);

    private final HttpImageCopier copier;
    private final HttpRegistry source;
    private final HttpRegistry target;
    private final CopyProgress progress;

    BlobCopy(HttpImageCopier copier, HttpRegistry source, HttpRegistry target, CopyProgress progress) {
        this.copier = copier;
        this.source = source;
        this.target = target;
        this.progress = progress;
    }

    Report copy(Image image, Blob blob) {
        return copy(image, blob, true);
    }

    /** The same, but believes nothing that the target says of it: that was wrong before. */
    Report copyDistrustfully(Image image, Blob blob) {
        return copy(image, blob, false);
    }

    private Report copy(Image image, Blob blob, boolean trusting) {
        Descriptor descriptor = blob.descriptor();
        AtomicReport done = new AtomicReport();
        try {
            copier.exclusively(target.host(), descriptor.digest(), () -> {
                One one = new One(image, blob);
                done.report = one.bring(trusting);
                one.tell(descriptor.size());
                copier.known().add(target.host(), blob.repository(), descriptor.digest());
            });
        } catch (InterruptedException e) {
            throw interrupted(blob);
        }
        progress.blobDone(image.digest(), origin(done.report));
        return done.report;
    }

    private static Origin origin(Report report) {
        if (report.copiedBlobs() > 0) {
            return Origin.STREAM;
        }
        return report.mountedBlobs() > 0 ? Origin.MOUNT : Origin.KNOWN;
    }

    private static final class AtomicReport {
        private Report report = Report.NOTHING;
    }

    private EngineException interrupted(Blob blob) {
        Thread.currentThread().interrupt();
        return new EngineException(
                FailureKind.UNAVAILABLE,
                "Copying blob " + blob.descriptor().digest() + " from " + source.host() + " to " + target.host() + "/"
                        + blob.repository() + " was interrupted; what is there already is kept, and the copy can be"
                        + " repeated.");
    }

    /** The way of one blob. */
    private final class One {
        private final Image image;
        private final Blob blob;
        private final Descriptor descriptor;
        private final Blobs to = target.blobs();
        private final AtomicLong told = new AtomicLong();
        /** Bytes of the body that is on its way. */
        private long sending;
        /** Bodies that were cut, of which nothing was kept. */
        private int lost;

        private boolean inParts;
        /** Whether the registry said of some part that it kept less than was sent. */
        private boolean keptLess;

        private boolean believing;

        One(Image image, Blob blob) {
            this.image = image;
            this.blob = blob;
            this.descriptor = blob.descriptor();
        }

        /** @param position bytes there by now; what an upload that broke had sent is taken back */
        void tell(long position) {
            progress.copied(image.digest(), position - told.getAndSet(position));
        }

        Report bring(boolean trusting) {
            Digest digest = descriptor.digest();
            if (copier.known().holds(target.host(), blob.repository(), digest)) {
                return FOUND;
            }
            Optional<URI> upload = Optional.empty();
            if (!trusting) {
                transfer(upload);
                return new Report(1, 0, 0, 0, descriptor.size());
            }
            Optional<String> from = mountFrom();
            if (from.isPresent()) {
                Blobs.Mount mount = to.mount(blob.repository(), digest, from.get());
                if (mount.mounted()) {
                    return MOUNTED;
                }
                if (mount.refused()) {
                    copier.known().refused(target.host(), from.get(), blob.repository());
                }
                upload = mount.upload();
            }
            if (upload.isEmpty() && target.abilities().mountsFromItself()) {
                Blobs.Mount mount = to.mount(blob.repository(), digest, blob.repository());
                if (mount.mounted()) {
                    return FOUND;
                }
                upload = mount.upload();
            } else if (to.exists(blob.repository(), descriptor)) {
                upload.ifPresent(begun -> to.uploads().cancel(blob.repository(), begun));
                return FOUND;
            }
            transfer(upload);
            return new Report(1, 0, 0, 0, descriptor.size());
        }

        /** What the plan says, unless it was refused meanwhile; else a repository that has got the blob since. */
        private Optional<String> mountFrom() {
            return Optional.of(blob.from())
                    .filter(from -> !from.isEmpty() && copier.known().mayMount(target.host(), from, blob.repository()))
                    .or(() -> copier.known().elsewhere(target.host(), blob.repository(), descriptor.digest()));
        }

        private void transfer(Optional<URI> begun) {
            try {
                copier.transfer(source, target, () -> stream(begun));
            } catch (InterruptedException e) {
                begun.ifPresent(upload -> to.uploads().cancel(blob.repository(), upload));
                throw interrupted(blob);
            }
            if (target.abilities().probeMounts()) {
                Blobs.Mount mount = to.mount(blob.repository(), descriptor.digest(), blob.repository());
                mount.upload().ifPresent(upload -> to.uploads().cancel(blob.repository(), upload));
                if (mount.mounted()) {
                    target.abilities().foundMountsFromItself();
                }
            }
        }

        /** An upload that broke goes on where the registry says that it is, else begins again. */
        private void stream(Optional<URI> begun) {
            Attempts attempts = target.transport().sender().attempts("upload blob " + descriptor.digest());
            Optional<URI> upload = begun;
            long offset = 0;
            try (VerifyingStream content = open()) {
                while (true) {
                    URI at = upload.orElseGet(() -> to.uploads().begin(blob.repository(), descriptor.digest()));
                    try {
                        content.restart(offset);
                        send(content, at);
                        return;
                    } catch (EngineException e) {
                        if (!isSmallerNow(e) && !isWholeNow(e, at) && (!isPassing(e, content) || !attempts.again())) {
                            to.uploads().cancel(blob.repository(), at);
                            if (wasOvertaken(e, content)) {
                                return;
                            }
                            throw e;
                        }
                        believing = keptLess;
                    }
                    if (to.exists(blob.repository(), descriptor)) {
                        return;
                    }
                    Optional<Uploads.Stored> stored = to.uploads().stored(blob.repository(), descriptor, at);
                    if (stored.isPresent() && stored.get().bytes() > offset) {
                        attempts.progressed();
                    }
                    if (stored.isEmpty()) {
                        to.uploads().cancel(blob.repository(), at);
                        if (isShorterNow(content.position() - offset)) {
                            attempts.progressed();
                        }
                    }
                    offset = stored.map(Uploads.Stored::bytes).orElse(0L);
                    upload = stored.map(Uploads.Stored::upload);
                }
            }
        }

        /** In one request; in several only where bodies are limited. */
        private void send(VerifyingStream content, URI upload) {
            URI at = upload;
            sending = Math.min(content.left(), target.abilities().bodyBytes());
            inParts = sending < content.left();
            while (sending < content.left()) {
                long from = content.position();
                Uploads.Stored kept = to.uploads().patch(blob.repository(), descriptor, at, content, sending);
                at = kept.upload();
                if (kept.bytes() < content.position()) {
                    keptLess = true;
                    believe(content, from, kept.bytes());
                }
            }
            sending = content.left();
            to.uploads().put(blob.repository(), descriptor, at, content);
        }

        /** Some count in their own way, so that it is believed only where it came to nothing otherwise. */
        private void believe(VerifyingStream content, long from, long kept) {
            if (believing && kept <= from) {
                throw new EngineException(
                        FailureKind.UNSUPPORTED,
                        "Cannot upload blob " + descriptor.digest() + " to " + target.host() + "/" + blob.repository()
                                + " in parts: the registry keeps nothing of those after the first, and larger bodies do not"
                                + " pass. Raise the limit of what stands before it.");
            }
            if (believing) {
                content.restart(kept);
            }
        }

        private boolean isSmallerNow(EngineException e) {
            return e.kind() == FailureKind.TOO_LARGE && target.abilities().refusedBody(sending);
        }

        /** What is cut again and again, and begins again each time, never ends; one break is a break. */
        private boolean isShorterNow(long sent) {
            long passed = Math.min(sent, sending);
            return passed > 0 && ++lost > 1 && target.abilities().cutBody(passed);
        }

        /** Parts that nobody had asked for are not taken. */
        private boolean isWholeNow(EngineException e, URI upload) {
            boolean refused =
                    switch (e.kind()) {
                        case UNSUPPORTED, INVALID_INPUT, NOT_FOUND, CONFLICT, FORBIDDEN -> true;
                        default -> false;
                    };
            return inParts && refused && target.abilities().refusedPart();
        }

        /** Some registries refuse the second of two uploads of one blob, which somebody else finished meanwhile. */
        private boolean wasOvertaken(EngineException e, VerifyingStream content) {
            return e.kind() == FailureKind.INVALID_INPUT
                    && content.finished()
                    && to.exists(blob.repository(), descriptor);
        }

        /**
         * An upload may outlive its token; what follows gets a fresh one. One that the registry does not know any more, or
         * knows otherwise, begins again.
         */
        private boolean isPassing(EngineException e, VerifyingStream content) {
            boolean lost = e.kind() == FailureKind.NOT_FOUND || e.kind() == FailureKind.CONFLICT;
            return e.kind().retryable() || e.kind() == FailureKind.UNAUTHENTICATED || lost && !content.sourceFailed();
        }

        private VerifyingStream open() {
            int breaks = source.transport().settings().limits().attempts();
            AtomicLong counted = new AtomicLong();
            return new VerifyingStream(
                    descriptor,
                    offset -> Artifacts.isEmpty(descriptor)
                            ? Artifacts.empty(offset)
                            : source.blobs().open(image.sourceRepository(), descriptor, offset),
                    breaks,
                    position -> {
                        source.transport().sender().countReceived(Math.max(0, position - counted.getAndSet(position)));
                        tell(position);
                    });
        }
    }
}
