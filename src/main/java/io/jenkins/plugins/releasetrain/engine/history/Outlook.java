package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.blame.Measured;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What those who wait may expect.
 *
 * @param configured false: it is in the history alone, and nothing can be done with it
 * @param held why nothing is released; empty while it may be
 * @param limit the batch limit, and why it is what it is
 * @param expected when a change is decided, on average, by its id; those that are not known are left out
 * @param catalog why the train's catalog is not the newest; empty where it is
 * @param broken environments that are broken; {@code measured}: rates, null where it is not configured
 * @param wasted the share of the last trials that were for nothing, 0 to 1; while it is above {@code wasteBudget},
 *     nothing is tried ahead of a trial
 * @param departure the next scheduled one; null where there is none
 * @param ranges when each change is decided in nine of ten cases, by its id; {@code unavailable}: why nobody knows, PAUSED,
 *     FROZEN, HELD, BROKEN, MEASURING (so many {@code more} trials) or COMPUTING; empty where it is known
 * @param standing why a change waits that is not being tested, by its id
 * @param unfinished a rollback that was ordered and made no release: it can be asked for again; null for none
 */
public record Outlook(
        String train,
        boolean configured,
        String held,
        String limit,
        Map<String, Instant> expected,
        String catalog,
        double wasted,
        double wasteBudget,
        List<Broken> broken,
        Measured measured,
        Event.RollbackOrdered unfinished,
        NextDeparture departure,
        Map<String, Range> ranges,
        String unavailable,
        int more,
        Map<String, Standing> standing) {
    public record Range(Instant from, Instant to) {}

    /** Why a change waits: the one thing that is to end next. */
    public enum Why {
        /** Its release is on its way to production. */
        PROMOTION,
        PAUSED,
        FROZEN,
        /** The environment, or what production runs, is broken. */
        BROKEN,
        /** A scheduled departure. */
        DEPARTURE,
        /** Who made a set fail is being looked for, and it may be it. */
        PROOF,
        /** Somebody else holds the environment. */
        ENVIRONMENT,
        /** The train has no build of its own that could run tests. */
        NO_BUILD,
        /** Too many of the last trials were for nothing, so that nothing is tried beside the one that runs. */
        BUDGET,
        /** An environment keeps it out: it stands aside, and the others go on. */
        ASIDE,
        /** A newer build of its job is in doubt, and what becomes of that decides. */
        NEWER,
        /** So many are tried before it. */
        OTHERS,
        /** It passed, and releases are held. */
        HELD
    }

    /**
     * @param what the release, reason, environment, number of a build, or time in words; empty for none
     * @param others how many
     * @param out where and since when it is kept out; null where it is not
     */
    public record Standing(Why why, String what, int others, Out out) {
        public Standing(Why why, String what, int others) {
            this(why, what, others, null);
        }
    }

    /**
     * A change that an environment keeps out.
     *
     * @param times in a row
     * @param until it is not tried there before
     */
    public record Out(String environment, int times, Instant since, Instant until) {}

    /**
     * When who waits departs.
     *
     * @param text the time on the wall clock of its zone, and its label
     * @param changes ids of those that wait for it
     * @param allFrozen whether every departure comes while the train is frozen
     */
    public record NextDeparture(Instant at, String text, List<String> changes, boolean allFrozen) {}

    /**
     * An environment whose baseline failed: nobody is blamed, and it is tested again by and by.
     *
     * @param since when the first of the failures began
     * @param runs ids of what failed, in order: trials of a train, attempts of lanes
     * @param due when the baseline alone is tested again
     */
    public record Broken(String environment, Instant since, List<String> runs, Instant due) {}

    /** Where outlooks come from. */
    public interface Source {
        /** Trains and lanes that are in the history alone. */
        Source NONE = Outlook::unknown;

        /** @param name a train's; {@code lane/} and the name of an environment for its lanes */
        Outlook of(String name);

        /** Another number whenever an outlook may be another one although nothing happened. */
        default long changes() {
            return 0;
        }
    }

    Outlook with(Map<String, Standing> others) {
        return new Outlook(
                train,
                configured,
                held,
                limit,
                expected,
                catalog,
                wasted,
                wasteBudget,
                broken,
                measured,
                unfinished,
                departure,
                ranges,
                unavailable,
                more,
                others);
    }

    /** Of what is in the history alone nothing is expected. */
    public static Outlook unknown(String name) {
        return new Outlook(
                name, false, "", "", Map.of(), "", 0, 1, List.of(), null, null, null, Map.of(), "", 0, Map.of());
    }
}
