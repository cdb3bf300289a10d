package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Attachment;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Blob;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Origin;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan.Part;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Carries a plan out: blobs first, then manifests, children before parents; then what refers to the images. */
final class Transfer {
    private static final long SMALL = 64 << 10;
    /** Fewer are asked for at once in the time that it takes to learn how to ask less. */
    private static final int MANY = 16;

    private final HttpImageCopier copier;
    private final HttpRegistry source;
    private final HttpRegistry target;
    private final CopyProgress progress;
    private final BlobCopy blobs;
    private final AtomicReference<Report> report = new AtomicReference<>(Report.NOTHING);

    Transfer(HttpImageCopier copier, HttpRegistry source, HttpRegistry target, CopyProgress progress) {
        this.copier = copier;
        this.source = source;
        this.target = target;
        this.progress = progress;
        blobs = new BlobCopy(copier, source, target, progress);
    }

    /** A blob for an image. */
    record Job(Image image, Blob blob) {}

    Report run(CopyPlan plan) {
        plan.notes().forEach(progress::note);
        plan.parts().forEach(p -> progress.planned(p.image().digest(), bytes(p)));
        List<Job> first = new ArrayList<>();
        List<Job> others = new ArrayList<>();
        Set<Digest> seen = new HashSet<>();
        for (Part part : plan.parts()) {
            for (Blob blob : part.blobs()) {
                (seen.add(blob.descriptor().digest()) ? first : others).add(new Job(part.image(), blob));
            }
        }
        learn(first);
        // What several repositories need is streamed to one of them, and mounted by the others.
        copier.together(target, first, this::copy);
        copier.together(target, others, this::copy);
        copier.together(target, plan.parts(), this::put);
        copier.together(
                target,
                plan.parts().stream().filter(p -> !p.attachments().isEmpty()).toList(),
                this::attach);
        return report.get();
    }

    /** A small blob goes first and alone where it is not known yet what spares a request for each of the others. */
    private void learn(List<Job> jobs) {
        Optional<Job> smallest = jobs.stream()
                .filter(job -> job.blob().origin() == Origin.STREAM)
                .min(Comparator.comparingLong(job -> job.blob().descriptor().size()));
        if (jobs.size() > MANY && !target.abilities().mountsProbed()) {
            smallest.filter(job -> job.blob().descriptor().size() <= SMALL).ifPresent(job -> {
                jobs.remove(job);
                copy(job);
            });
        }
    }

    private static long bytes(Part part) {
        return part.blobs().stream().mapToLong(b -> b.descriptor().size()).reduce(0, CopyPlan::sum);
    }

    private void copy(Job job) {
        done(blobs.copy(job.image(), job.blob()));
    }

    private void done(Report part) {
        report.accumulateAndGet(part, Report::plus);
    }

    private void put(Part part) {
        try {
            putAll(part.image(), part.manifests());
        } catch (EngineException e) {
            if (!lacksContent(e)) {
                throw e;
            }
            // The registry may have collected a blob or a manifest since it was seen: all of it, looked for anew. If it
            // does not say so, it is asked for each: it may refuse the image whatever it has.
            if (e.kind() == FailureKind.NOT_FOUND) {
                again(part.image());
            } else {
                bringAll(part.image(), blobs::copy);
            }
        }
        progress.imageDone(part.image().digest());
    }

    private static boolean lacksContent(EngineException e) {
        return e.kind() == FailureKind.NOT_FOUND || e.kind() == FailureKind.INVALID_INPUT;
    }

    /** More than once, as what was just brought may take a moment to be seen by all of a registry. */
    private void again(Image image) {
        Attempts attempts = target.transport().sender().attempts("push " + image.digest());
        while (true) {
            try {
                bringAll(image, blobs::copyDistrustfully);
                return;
            } catch (EngineException e) {
                if (e.kind() != FailureKind.NOT_FOUND || !attempts.again()) {
                    throw e;
                }
            }
        }
    }

    private void bringAll(Image image, BiFunction<Image, Blob, Report> copy) {
        Survey.Content content = new Survey(copier, source, target).content(image, image.digest(), true);
        content.blobs().values().forEach(blob -> {
            copier.known().forget(target.host(), blob.digest());
            done(copy.apply(image, new Blob(image.targetRepository(), blob, Origin.STREAM, "")));
        });
        putAll(image, content.manifests());
    }

    /** What stands for itself at once; then indexes, children before parents. */
    private void putAll(Image image, List<Manifest> manifests) {
        Map<Boolean, List<Manifest>> byKind = manifests.stream()
                .collect(Collectors.partitioningBy(
                        m -> Manifests.isIndex(m.descriptor().mediaType())));
        copier.together(target, byKind.get(false), manifest -> put(image, manifest));
        byKind.get(true).forEach(manifest -> put(image, manifest));
    }

    private void put(Image image, Manifest manifest) {
        target.putManifest(
                image.targetRepository(), manifest.descriptor().digest().value(), manifest);
        done(new Report(0, 0, 0, 1, 0));
    }

    private void attach(Part part) {
        for (Attachment attachment : part.attachments()) {
            try {
                attach(part.image(), attachment);
            } catch (EngineException e) {
                if (Thread.currentThread().isInterrupted() || !Troubles.isBeside(part.image(), e, source, target)) {
                    throw e;
                }
                progress.note("What refers to " + part.image().targetRepository() + "@"
                        + part.image().digest() + " is not carried: " + attachment.digest() + ": " + e.getMessage());
            }
        }
    }

    private void attach(Image image, Attachment attachment) {
        attachment.blobs().forEach(blob -> done(blobs.copy(image, blob)));
        attachment.manifests().forEach(manifest -> put(image, manifest));
        attachment.tag().ifPresent(tag -> target.tag(image.targetRepository(), attachment.digest(), tag));
        attachment.listing().filter(l -> !isListed(image, attachment)).ifPresent(listing -> {
            try {
                // Read and written under a lock, as another copy may add to it; other clients are not seen.
                copier.exclusively(
                        target.host(),
                        attachment.subject(),
                        () -> FallbackList.add(
                                target, image.targetRepository(), attachment.subject(), attachment.digest(), listing));
            } catch (InterruptedException e) {
                throw Failures.interrupted("list what refers to " + attachment.subject(), target.host());
            }
        });
    }

    /** Of a repository or an image that was not there yet some registries list nothing; by now both are. */
    private boolean isListed(Image image, Attachment attachment) {
        return Attachments.listedByItself(target, image.targetRepository(), attachment.subject())
                .filter(listed -> listed.containsKey(attachment.digest()))
                .isPresent();
    }
}
