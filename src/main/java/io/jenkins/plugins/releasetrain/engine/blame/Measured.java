package io.jenkins.plugins.releasetrain.engine.blame;

/**
 * Rates as they are known by now, each with its uncertainty: measured where much was measured, expected where little was.
 *
 * @param failure share of the changes that are bad
 * @param flake share of the runs of what is good that fail in an environment that works
 * @param outagesPerHour how often an environment that works breaks
 * @param outageHours how long it is broken then, on average
 * @param changes that were decided, and {@code runs} of what proved good: what it is known from, the older the less
 * @param hours of tests in environments that worked
 */
public record Measured(
        Estimate failure,
        Estimate flake,
        Estimate outagesPerHour,
        Estimate outageHours,
        double changes,
        double runs,
        double hours) {}
