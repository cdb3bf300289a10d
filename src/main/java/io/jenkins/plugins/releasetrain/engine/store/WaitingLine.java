package io.jenkins.plugins.releasetrain.engine.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Port: who waits for one environment, in the order in which they joined, and how long it is held. No two clocks are
 * compared: whoever reads judges by its own clock how long a place was not renewed.
 */
public interface WaitingLine {
    /** All places, in order. */
    List<Place> places();

    /** Joins the end, or renews the place that is there already, which keeps its order. */
    void join(Request request);

    /** Does nothing where the id is not there. */
    void leave(String id);

    /** Takes a place away that was not renewed since; whether it was still there like this. */
    boolean drop(String id, long renewals);

    /** Remembers how long somebody held the environment. */
    void held(String mode, Duration took);

    /** How long the environment is held on average, by mode; a mode that was never held is absent. */
    Map<String, Duration> typical();

    /**
     * What somebody waits for.
     *
     * @param mode how the environment is to be held
     * @param claims names that no two who hold it at once may share; without commas
     * @param lease how long a place lives without being renewed
     * @param since when it was asked for, by the clock of who asks
     */
    record Request(String id, String owner, String mode, Set<String> claims, Duration lease, Instant since) {}

    /** A place in the line, with how often it was renewed. */
    record Place(Request request, long renewals) {}
}
