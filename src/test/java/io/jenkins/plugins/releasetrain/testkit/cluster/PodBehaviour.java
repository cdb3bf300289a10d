package io.jenkins.plugins.releasetrain.testkit.cluster;

/**
 * What becomes of a pod that runs an image.
 *
 * @param message Kubernetes' words where it does not run
 * @param restarts of its container so far
 */
public record PodBehaviour(Kind kind, String message, int restarts) {
    /** Runs and is ready after the start delay. */
    public static final PodBehaviour READY = new PodBehaviour(Kind.READY, "", 0);

    /** The image is for no node of this kind: ErrImagePull first, then ImagePullBackOff. */
    public static final PodBehaviour IMAGE_PULL_BACK_OFF = cannotPull("no match for platform in manifest");
    /** Ends with exit code 1 whenever it is started, and did so often enough to be sure. */
    public static final PodBehaviour CRASH_LOOP = crashed(5);
    /** Runs, but never becomes ready. */
    public static final PodBehaviour NEVER_READY = new PodBehaviour(Kind.NEVER_READY, "", 0);

    /** Its volumes are held by another node, or its network is not made. */
    public static final PodBehaviour NOT_BEGUN = new PodBehaviour(Kind.NOT_BEGUN, "", 0);

    /** Kinds of ends. */
    public enum Kind {
        READY,
        CANNOT_PULL,
        CRASH_LOOP,
        NEVER_READY,
        NOT_BEGUN,
        EVICTED
    }

    /** Nodes cannot pull it, for this reason. */
    public static PodBehaviour cannotPull(String why) {
        return new PodBehaviour(Kind.CANNOT_PULL, why, 0);
    }

    /** Ended with exit code 1, that many times so far. */
    public static PodBehaviour crashed(int restarts) {
        return new PodBehaviour(Kind.CRASH_LOOP, "", restarts);
    }

    /** Its node took it away. */
    public static PodBehaviour evicted(String why) {
        return new PodBehaviour(Kind.EVICTED, why, 0);
    }
}
