package io.jenkins.plugins.releasetrain.engine.blame;

import java.time.Instant;
import java.util.List;

/** What follows from the runs for a suspect, a change whose last run failed. */
public sealed interface Judgement {
    /**
     * It is to blame.
     *
     * @param innocence chance that it is not, given all runs; at most the bound
     */
    record Reject(String change, Proof proof, double innocence) implements Judgement {}

    /** Its own suite is to be run again, with it. */
    record RunAgain() implements Judgement {}

    /** The suite is to be run on the bare baseline; one such run serves all who fail in that environment meanwhile. */
    record Control() implements Judgement {}

    /**
     * The environment, or the baseline itself, is broken: nobody is blamed, and another control run follows later.
     *
     * @param since the first of the failures began
     * @param runs what says so, in order
     */
    record Broken(String environment, Instant since, List<Run> runs) implements Judgement {
        public Broken {
            runs = List.copyOf(runs);
        }
    }
}
