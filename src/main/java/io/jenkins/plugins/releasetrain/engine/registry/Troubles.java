package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;

/**
 * Tells the trouble of one thing from that of its registry. A registry that is away is waited for; one that answers for the
 * image and fails at something that refers to it, over all tries, may do so for ever, and the image would wait as long.
 */
final class Troubles {
    private Troubles() {}

    /** Whether what an image needs goes well at both sides, so that the failure is of something beside it only. */
    static boolean isBeside(Image image, EngineException e, HttpRegistry source, HttpRegistry target) {
        return !e.kind().retryable()
                || isOfOne(e, source, image.sourceRepository(), image.digest())
                        && answers(target, image.targetRepository(), image.digest());
    }

    /** Whether a registry that failed answers for a manifest all the same, be it there or not. */
    static boolean isOfOne(EngineException e, HttpRegistry registry, String repository, Digest manifest) {
        boolean passing = e.kind() == FailureKind.UNAVAILABLE || e.kind() == FailureKind.TIMEOUT;
        return passing && !Thread.currentThread().isInterrupted() && answers(registry, repository, manifest);
    }

    private static boolean answers(HttpRegistry registry, String repository, Digest manifest) {
        try {
            registry.resolve(repository, manifest.value());
            return !Thread.currentThread().isInterrupted();
        } catch (EngineException e) {
            return false;
        }
    }
}
