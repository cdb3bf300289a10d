package io.jenkins.plugins.releasetrain.engine.train;

/**
 * What the search believes before it looks.
 *
 * @param failure chance that a change is bad
 * @param flake chance that a good set fails a run
 */
public record Rates(double failure, double flake) {
    public Rates {
        if (!(failure > 0 && failure < 1) || !(flake >= 0 && flake < 1)) {
            throw new IllegalArgumentException("Not rates: failure " + failure + ", flake " + flake);
        }
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
