package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.util.Collection;
import java.util.Optional;

/** Port: copies images or whole multi-arch indexes by digest, registry to registry, without moving any tag of theirs (I6). */
public interface ImageCopier {
    /**
     * Copies content so that the target repository holds the very digest; idempotent.
     *
     * @return what was done
     */
    Report copy(Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository);

    /**
     * The same of an image that the target refuses as incomplete, whatever it said that it holds: registries that collect lose
     * layers of manifests that they keep.
     */
    default Report copyAgain(
            Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository) {
        return copy(source, sourceRepository, digest, target, targetRepository);
    }

    /**
     * Finds what a set of images takes; changes nothing. Whoever has no plans copies each image by itself.
     *
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException NOT_FOUND the source does not hold an image;
     *     TOO_LARGE one is above a limit
     */
    default CopyPlan plan(Registry source, Registry target, Collection<Image> images) {
        return CopyPlan.unread(images);
    }

    /**
     * Copies what a plan found missing; what somebody else brought meanwhile is found, what the target lost meanwhile is
     * copied again. Idempotent.
     *
     * @param progress told of this plan only
     */
    default Report carryOut(CopyPlan plan, Registry source, Registry target, CopyProgress progress) {
        Report report = Report.NOTHING;
        for (CopyPlan.Part part : plan.parts()) {
            Image image = part.image();
            report = report.plus(
                    copy(source, image.sourceRepository(), image.digest(), target, image.targetRepository()));
        }
        return report;
    }

    /**
     * An image to copy.
     *
     * @param there what the target repository was just seen to hold under this digest, by a tag that points to it; empty
     *     where nobody looked
     */
    record Image(String sourceRepository, Digest digest, String targetRepository, Optional<Descriptor> there) {
        public Image(String sourceRepository, Digest digest, String targetRepository) {
            this(sourceRepository, digest, targetRepository, Optional.empty());
        }
    }

    /**
     * @param copiedBlobs blobs that were streamed
     * @param mountedBlobs blobs that the target registry took from another of its repositories
     * @param skippedBlobs blobs that were there already
     * @param copiedManifests manifests put, indexes included
     * @param bytes blob bytes streamed
     */
    record Report(int copiedBlobs, int mountedBlobs, int skippedBlobs, int copiedManifests, long bytes) {
        public static final Report NOTHING = new Report(0, 0, 0, 0, 0);

        public Report plus(Report o) {
            return new Report(
                    copiedBlobs + o.copiedBlobs,
                    mountedBlobs + o.mountedBlobs,
                    skippedBlobs + o.skippedBlobs,
                    copiedManifests + o.copiedManifests,
                    bytes + o.bytes);
        }
    }
}
