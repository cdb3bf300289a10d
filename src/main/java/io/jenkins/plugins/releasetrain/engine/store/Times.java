package io.jenkins.plugins.releasetrain.engine.store;

import java.time.Duration;

/** Times on a logarithmic scale: a bucket is a tenth longer than the one before. */
public final class Times {
    private static final double BASE = Math.log(1.1);

    private Times() {}

    static int bucket(Duration time) {
        return (int) (Math.log1p(Math.max(0, time.toMillis()) / 1000.0) / BASE);
    }

    /** The middle of a bucket, in seconds; within 5 % of every time in it. */
    public static double seconds(int bucket) {
        return Math.expm1((bucket + 0.5) * BASE);
    }
}
