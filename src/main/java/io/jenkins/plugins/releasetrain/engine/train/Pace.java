package io.jenkins.plugins.releasetrain.engine.train;

import java.time.Duration;

/**
 * How long trials take, by exponential moving averages.
 *
 * @param trialMilliseconds from start to verdict, installation included; 0 before the first verdict
 * @param variance of that, in milliseconds squared
 * @param trials how many were measured
 */
public record Pace(double trialMilliseconds, double variance, int trials) {
    static final Pace UNKNOWN = new Pace(0, 0, 0);

    private static final double NEWEST = 0.2;

    Pace after(long milliseconds) {
        if (trials == 0) {
            return new Pace(Math.max(1, milliseconds), 0, 1);
        }
        double off = milliseconds - trialMilliseconds;
        return new Pace(trialMilliseconds + NEWEST * off, (1 - NEWEST) * (variance + NEWEST * off * off), trials + 1);
    }

    /** @return zero before the first verdict */
    public Duration trial() {
        return Duration.ofMillis(Math.round(trialMilliseconds));
    }

    /** The standard deviation of that. */
    public Duration deviation() {
        return Duration.ofMillis(Math.round(Math.sqrt(variance)));
    }
}
