package io.jenkins.plugins.releasetrain.engine.model;

/**
 * The engine's exception, which others only add data to: says what was tried, why it failed and what to do, and never carries
 * a secret (I9).
 */
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final FailureKind kind;

    /**
     * @param message what was tried on what, why it failed, and what the user can do; without secrets
     */
    public EngineException(FailureKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public EngineException(FailureKind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public static EngineException invalid(String message) {
        return new EngineException(FailureKind.INVALID_INPUT, message);
    }

    public FailureKind kind() {
        return kind;
    }
}
