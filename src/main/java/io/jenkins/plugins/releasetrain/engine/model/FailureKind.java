package io.jenkins.plugins.releasetrain.engine.model;

/** Why something failed, and with that whether trying again can help. */
public enum FailureKind {
    /** What the user wrote cannot be used: malformed, unknown name, contradiction. */
    INVALID_INPUT(false),
    /** A tag, repository, namespace, workload or record is not there. */
    NOT_FOUND(false),
    /** The other side does not know who we are (HTTP 401). */
    UNAUTHENTICATED(false),
    /** The other side knows us and says no (HTTP 403). */
    FORBIDDEN(false),
    /** Somebody else changed it first, or it would overwrite what must stay. */
    CONFLICT(false),
    /** What was tested is not what is there any more; test again (I7). */
    STALE(false),
    /** The other side asks to slow down (HTTP 429). */
    RATE_LIMITED(true),
    /** Connection refused or reset, HTTP 5xx. */
    UNAVAILABLE(true),
    /** Somebody else works on it; it is free again when he is done. */
    BUSY(true),
    /** No answer within the deadline. */
    TIMEOUT(true),
    /** The certificate is not trusted or the handshake failed. */
    TLS(false),
    /** Content does not have the digest that it was asked by. */
    DIGEST_MISMATCH(false),
    /** Larger than the configured limit. */
    TOO_LARGE(false),
    /** A media type or API that is not understood. */
    UNSUPPORTED(false),
    /** The environment lock is held by somebody else by now; nothing may be changed (I3). */
    LOCK_LOST(false),
    /** A workload cannot start: image cannot be pulled, container crashes, quota. */
    CANNOT_START(false);

    private final boolean retryable;

    FailureKind(boolean retryable) {
        this.retryable = retryable;
    }

    /** Whether the very same request may succeed later without anybody changing anything. */
    public boolean retryable() {
        return retryable;
    }

    /**
     * Whether it says nothing of what was asked for, so that the very same request may succeed later: by itself, or once somebody
     * renewed credentials or certificates, or gave a right back that was taken.
     */
    public boolean mayPass() {
        return retryable || this == UNAUTHENTICATED || this == FORBIDDEN || this == TLS;
    }

    /** Whether what is missing or in the way now may be in order soon: what is made anew is not there for a moment. */
    public boolean maySettle() {
        return this == NOT_FOUND || this == CONFLICT;
    }
}
