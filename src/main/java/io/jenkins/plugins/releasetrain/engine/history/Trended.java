package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;

/** How a train goes, as the JSON API tells it. */
public final class Trended {
    private Trended() {}

    /**
     * The four keys of DORA, and what else tells how a train goes; null where nothing happened that it could be told
     * from. Times in seconds that half (P50) or 95 % of all (P95) do not exceed, within 5 %.
     *
     * @param deploymentsPerDay releases that came to production and are no rollback
     * @param leadTimeP50 from a change's entry to production
     * @param changeFailureRate rollbacks per deployment
     * @param timeToRestoreP50 from the promotion of a release to that of the rollback that followed it
     * @param queueP50 from a change's entry to its first departure
     * @param promoteP50 from a release's making to its promotion
     */
    record Keys(
            double deploymentsPerDay,
            Double leadTimeP50,
            Double leadTimeP95,
            Double changeFailureRate,
            Double timeToRestoreP50,
            Double timeToRestoreP95,
            Double batchSizeMean,
            Double trialFailureRate,
            Double queueP50,
            Double queueP95,
            Double installP50,
            Double installP95,
            Double testP50,
            Double testP95,
            Double promoteP50,
            Double promoteP95,
            long deployments,
            long rollbacks,
            long ejected) {}

    /** One day's figures, each as a property of its own. */
    record Day(String day, @JsonUnwrapped Keys keys) {}

    /**
     * A time that varies, in seconds. What cannot be told of so few is null.
     *
     * @param n of how many
     * @param low and {@code high}: between them the median lies with nine in ten
     * @param exact whether all were looked at; else it is within 1 %
     */
    record Spread(long n, Double median, Double low, Double high, Double p90, boolean exact) {
        static final Spread NONE = new Spread(0, null, null, null, null, true);
    }

    /** So many of so many. @param low and {@code high}: between them the share lies with nine in ten; null where there is none */
    record Share(long part, long whole, Double low, Double high) {}

    /**
     * Where the time of a change goes, on average, in seconds; the parts are all of it.
     *
     * @param waited for its departure
     * @param tried in trials that held it
     * @param others in a batch while others were tried
     * @param gate after it had passed, until its release was made
     */
    record Parts(long n, double waited, double tried, double others, double gate, double promoting) {}

    /** A change that came to production. @param lead in seconds */
    record Dot(String change, Instant at, double lead) {}

    /** How many batches had so many changes. */
    record Size(int changes, long batches) {}

    /** Tests that fail now and then, the worst first. @param trials the last ones with a verdict, which were looked at */
    record Unsteady(int trials, List<FlakyTest> tests) {}

    /**
     * A test that failed with a set that passed, too.
     *
     * @param build whose body it failed in last, and {@code url}: of its page there; empty where it has none
     * @param failed in so many trials
     */
    record FlakyTest(String test, String build, String url, int failed) {
        FlakyTest onceMore() {
            return new FlakyTest(test, build, url, failed + 1);
        }
    }

    /** So many trials had no verdict. @param cause BUILD, KEPT_OUT, INSTALLATION, CHANGED, TESTS, or UNKNOWN of before it was told */
    record Cause(String cause, long trials) {}

    /**
     * A week of the site, from Monday.
     *
     * @param whole whether all of its days are over and asked for
     * @param mayChange whether its releases may still turn out to be failed
     * @param parts null where nothing came to production
     */
    record Week(String from, boolean whole, boolean mayChange, long releases, long failed, Spread lead, Parts parts) {}

    /**
     * What trends say at first.
     *
     * @param failed releases that were turned back or marked bad, by the day of the release; of those that were released
     * @param recovery from the order to turn back until production was turned back, and {@code exposure}: since the release
     * @param voids why trials had no verdict, those that are at all
     * @param unsteady whatever days were asked for; of a train, and null for lanes
     * @param trend of the lead time of the last four weeks against the four before: BETTER, WORSE or UNCLEAR; empty where there are
     *     too few
     * @param dots each change, where there are few
     * @param parts null where none is known
     */
    record Told(
            Spread lead,
            Share failed,
            Spread recovery,
            Spread exposure,
            Share trials,
            long noVerdict,
            List<Cause> voids,
            Unsteady unsteady,
            String trend,
            Parts parts,
            List<Dot> dots,
            List<Size> sizes,
            List<Week> weeks) {}
}
