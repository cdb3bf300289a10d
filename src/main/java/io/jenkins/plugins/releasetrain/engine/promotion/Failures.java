package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;

/** What a registry's failure means for a promotion. */
final class Failures {
    private Failures() {}

    /** Whether the same may succeed later; what nobody expected does not. */
    static boolean isRetryable(Throwable failure) {
        return failure instanceof EngineException e && e.kind().retryable();
    }

    /** Whether the registry lacks what a tag was to point to: it may have collected what had no tag. */
    static boolean lacksContent(Throwable failure) {
        return isAbsent(failure) || failure instanceof EngineException e && e.kind() == FailureKind.INVALID_INPUT;
    }

    /** Whether the registry says that something is not there. */
    static boolean isAbsent(Throwable failure) {
        return failure instanceof EngineException e && e.kind() == FailureKind.NOT_FOUND;
    }

    /** Whether no later try helps, whoever changes something at the registry's settings. */
    static boolean isForGood(Throwable failure) {
        return lacksContent(failure) || failure instanceof EngineException e && e.kind() == FailureKind.UNSUPPORTED;
    }

    static String text(RuntimeException failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
