package io.jenkins.plugins.releasetrain.engine.history;

import java.time.Instant;
import java.util.List;

/** Parts of the overview: what needs a person, and one line per train. */
public interface Lines {
    /**
     * A train, or the lanes of an environment, in one line.
     *
     * @param kind and {@code state} as of {@link View.TrainNow}
     * @param configured false: it is in the history alone
     * @param release the newest that came to production; {@code releasedAt}: when; empty and null where none did
     * @param promoting the release on its way to production; empty for none
     * @param trials that run, oldest first
     * @param batch how many changes are in the batch that is being tried; of lanes: how many are in their environment
     * @param waiting length of the queue; with a {@code +} where it is longer
     * @param expected when the last of those that wait is decided, in nine of ten cases; null where nobody knows
     * @param departure the next scheduled one; null where there is none
     * @param last what became of the last releases, newest last
     */
    record Line(
            String name,
            String kind,
            String state,
            boolean configured,
            String release,
            Instant releasedAt,
            String promoting,
            List<Tried> trials,
            int batch,
            String waiting,
            Outlook.Range expected,
            Outlook.NextDeparture departure,
            List<Mark> last) {}

    /**
     * A trial that runs.
     *
     * @param changes how many; 0: of what production runs alone
     * @param searches whether it looks for whoever made a set fail
     */
    record Tried(String environment, int changes, Instant since, boolean searches) {}

    /** What became of a release. */
    enum Mark {
        RELEASED,
        /** It did not come to production. */
        REFUSED,
        /** A later one went back over it. */
        TURNED_BACK,
        /** It is on its way. */
        MADE
    }

    /**
     * Something that does not go on before somebody looks at it.
     *
     * @param what PAUSED, BROKEN (an environment), HELD (releases), UNFINISHED (a rollback), FROZEN (all departures) or
     *     CATALOG (it is not the newest)
     * @param why as somebody gave it; empty where nobody did
     * @param user empty where nobody did it
     * @param since null where it is not known
     * @param environment and {@code release}: which; empty where it is about none
     * @param waiting how many wait meanwhile
     */
    record Trouble(
            String owner,
            String kind,
            String what,
            String why,
            String user,
            Instant since,
            String environment,
            String release,
            String waiting) {}
}
