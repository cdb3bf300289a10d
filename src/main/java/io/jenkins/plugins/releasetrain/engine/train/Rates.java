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
}
