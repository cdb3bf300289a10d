package io.jenkins.plugins.releasetrain.engine.store;

import java.time.LocalDate;

/**
 * How often something happened on a day (UTC).
 *
 * @param name one of the constants; {@link #TRIAL} and {@link #OUTCOME} are followed by a verdict or an outcome
 * @param bucket of {@link #LEAD} and {@link #RESTORE} as of {@link Times}, of {@link #BATCH} the size, else 0
 */
public record Metric(LocalDate day, String name, int bucket, long count) {
    /** Releases that came to production and are no rollbacks. */
    public static final String DEPLOYMENT = "deployment";

    public static final String ROLLBACK = "rollback";

    /** From a change's entry to production. */
    public static final String LEAD = "lead";

    /** From the promotion of a release to that of the rollback that followed it. */
    public static final String RESTORE = "restore";

    /** Changes that departed together. */
    public static final String BATCH = "batch";

    public static final String TRIAL = "trial.";
    public static final String OUTCOME = "end.";
}
