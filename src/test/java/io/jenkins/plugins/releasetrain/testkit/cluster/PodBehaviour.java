package io.jenkins.plugins.releasetrain.testkit.cluster;

/** What becomes of a pod that runs an image. */
public enum PodBehaviour {
    /** Runs and is ready after the start delay. */
    READY,
    /** The image cannot be pulled: ErrImagePull first, then ImagePullBackOff. */
    IMAGE_PULL_BACK_OFF,
    /** Ends with exit code 1 whenever it is started. */
    CRASH_LOOP,
    /** Runs, but never becomes ready. */
    NEVER_READY
}
