package io.jenkins.plugins.releasetrain.host;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import java.util.List;
import java.util.SortedMap;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** A build that waits for a train or a lane. All calls come from background threads. */
@Restricted(NoExternalUse.class)
public interface Passenger {
    /** A build that is no more. */
    Passenger GONE = new Passenger() {
        @Override
        public void test(TestRun run) {
            // Its lane is left before anything is tested.
        }

        @Override
        public void say(String line) {
            // There is no log to tell.
        }

        @Override
        public boolean ended(End end) {
            return true;
        }

        @Override
        public void failed(String message) {
            ReleaseService.LOGGER.warning(message);
        }

        @Override
        public boolean isOver() {
            return true;
        }
    };

    /** Runs the tests and reports; a trial that runs already, or whose verdict is on its way, is not run again. */
    void test(TestRun run);

    /** Tells the build's log. */
    void say(String line);

    /** Tells the build's log, with links to whose body judges, as far as its readers may see that build. */
    default void say(String line, Judge by) {
        say(line);
    }

    /**
     * Whose body judges.
     *
     * @param log address of its log, and {@code tests} of its test results; empty for none
     */
    record Judge(String build, String log, String tests) {}

    /**
     * The build's change or lane has its final outcome; told again until the build has taken it, and no more than once then
     * (I8).
     *
     * @return whether its step has ended; false while its tests are still being ended
     */
    boolean ended(End end);

    /** Nothing can become of it. */
    void failed(String message);

    /** Whether its build has ended, as it sees itself: one that was killed the hard way tells nobody. */
    default boolean isOver() {
        return false;
    }

    /** Asked now and then: one whose step was ended without a word to it, as by the link {@code term} of its build, leaves. */
    default void leaveIfEnded() {
        // Most are told.
    }

    /** @param passenger null for none, which is over */
    static boolean isOver(@CheckForNull Passenger passenger) {
        return passenger == null || passenger.isOver();
    }

    /**
     * Tests to run.
     *
     * @param trial unique for ever
     * @param set digest of the set under test; in a lane the tenant, which stands for it
     * @param changed services whose image is not the baseline's
     * @param images references of a lane's candidates by service; empty for a train
     * @param hosts names of a lane's candidates' own, by service; empty where they are reached as the services are
     */
    record TestRun(
            String trial,
            String environment,
            String namespace,
            String baseUrl,
            String set,
            List<String> changed,
            SortedMap<String, String> images,
            SortedMap<String, String> hosts,
            String purpose) {}

    /**
     * A final outcome.
     *
     * @param related the release, or the change that superseded this one; empty otherwise
     */
    record End(Outcome outcome, String reason, String related) {}
}
