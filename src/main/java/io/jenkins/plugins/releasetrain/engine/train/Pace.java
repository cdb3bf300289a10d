package io.jenkins.plugins.releasetrain.engine.train;

import java.time.Duration;

/**
 * How long trials take, by an exponential moving average.
 *
 * @param trialMilliseconds from start to verdict, installation included; 0 before the first verdict
 */
public record Pace(double trialMilliseconds) {
    static final Pace UNKNOWN = new Pace(0);

    private static final double NEWEST = 0.2;

    Pace after(long milliseconds) {
        return new Pace(
                trialMilliseconds == 0
                        ? Math.max(1, milliseconds)
                        : (1 - NEWEST) * trialMilliseconds + NEWEST * milliseconds);
    }

    /** @return zero before the first verdict */
    public Duration trial() {
        return Duration.ofMillis(Math.round(trialMilliseconds));
    }
}
