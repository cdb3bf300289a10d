package io.jenkins.plugins.releasetrain.engine.blame;

/**
 * What is believed before anybody looks.
 *
 * @param failure chance that a change is bad
 * @param flake chance that a run of what is good fails in an environment that works
 * @param outagesPerHour how often an environment that works breaks
 * @param outageHours how long it is broken then, on average
 */
public record Rates(double failure, double flake, double outagesPerHour, double outageHours) {
    public Rates {
        if (!(failure > 0 && failure < 1)
                || !(flake >= 0 && flake < 1)
                || !(outagesPerHour >= 0)
                || !(outageHours > 0)) {
            throw new IllegalArgumentException("Not rates: failure " + failure + ", flake " + flake
                    + ", outages per hour " + outagesPerHour + ", of " + outageHours + " hours");
        }
    }

    /** Where no environment ever breaks. */
    public Rates(double failure, double flake) {
        this(failure, flake, 0, 1);
    }

    /** Share of the time that an environment is broken. */
    public double broken() {
        double ratio = outagesPerHour * outageHours;
        return ratio / (1 + ratio);
    }

    /** The chance that an environment that worked breaks within so many hours. */
    public double breaks(double hours) {
        return -Math.expm1(-outagesPerHour * Math.max(0, hours));
    }

    /** The chance that an environment that worked so many hours ago is broken now. */
    double brokenAfter(double hours) {
        return broken() * -Math.expm1(-(outagesPerHour + 1 / outageHours) * Math.max(0, hours));
    }

    /**
     * The fewest trials per change that any policy can need: H(p), divided by the capacity of the Z-channel that flakes
     * make of a trial, log2(1 + (1−f)·f^(f/(1−f))).
     */
    public double fewestTrialsPerChange() {
        double capacity = flake == 0 ? 1 : Math.log1p((1 - flake) * Math.pow(flake, flake / (1 - flake))) / Math.log(2);
        return Belief.entropy(failure) / capacity;
    }
}
