package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import java.time.Instant;
import java.util.List;

/** Parts of the answers of the JSON API that tell of trials: whose tests, what failed, and who is to blame. */
public interface Searched {
    /**
     * How a batch was searched for its culprits.
     *
     * @param riders its changes, in the order of departure
     * @param trials oldest first
     */
    record Search(List<Rider> riders, List<TrialNode> trials) {
        static final Search NONE = new Search(List.of(), List.of());
    }

    /**
     * A change of a batch.
     *
     * @param services each with its tag
     * @param state as of an {@link Item}
     */
    record Rider(String id, List<String> services, String state) {}

    /**
     * A trial in the search for the first failing prefix.
     *
     * @param parent id of the failed trial whose changes this one is a part of; empty for the first
     * @param depth 0 for the first
     * @param verdict PASSED, FAILED, VOID, or RUNNING
     * @param memo whether the verdict was remembered and nothing was run
     * @param role WITH: the very set with a culprit, which failed; WITHOUT: the set that it was tried on, which passed;
     *     RELEASED: what became a release; empty for the others
     * @param proof whether it is the trial that this page is about
     * @param by whose body ran the tests; null where nobody's did
     * @param counts of its tests; null where nothing was recorded of them
     * @param failures those that failed, at most 50, and so many {@code more}
     * @param cells what is known of each of {@code changes}, in their order: the verdict is of the set, not of each in it
     */
    record TrialNode(
            String id,
            String parent,
            int depth,
            String verdict,
            String purpose,
            String environment,
            List<String> changes,
            String reason,
            Instant at,
            double seconds,
            boolean memo,
            String role,
            boolean proof,
            Judge by,
            Counts counts,
            List<FailedTest> failures,
            int more,
            List<Cell> cells) {
        TrialNode withRole(String newRole) {
            return with(parent, depth, newRole, cells);
        }

        TrialNode with(List<Cell> newCells) {
            return with(parent, depth, role, newCells);
        }

        TrialNode judgedBy(TestReport report) {
            return new TrialNode(
                    id,
                    parent,
                    depth,
                    verdict,
                    purpose,
                    environment,
                    changes,
                    reason,
                    at,
                    seconds,
                    memo,
                    role,
                    proof,
                    Judge.of(report),
                    Counts.of(report),
                    report.failures(),
                    report.more(),
                    cells);
        }

        TrialNode below(TrialNode above) {
            return with(above.id, above.depth + 1, role, cells);
        }

        private TrialNode with(String newParent, int newDepth, String newRole, List<Cell> newCells) {
            return new TrialNode(
                    id,
                    newParent,
                    newDepth,
                    verdict,
                    purpose,
                    environment,
                    changes,
                    reason,
                    at,
                    seconds,
                    memo,
                    newRole,
                    proof,
                    by,
                    counts,
                    failures,
                    more,
                    newCells);
        }
    }

    /**
     * The build whose body judges; addresses are empty where there is no such page.
     *
     * @param log of the body, or of the whole build
     * @param tests of the build's test results
     * @param block id of the body's first node; empty where it is not known
     */
    record Judge(String build, String url, String log, String tests, String block) {
        static Judge of(Origin origin) {
            String page = origin.page();
            return new Judge(origin.build(), page, page.isEmpty() ? "" : page + "console", "", "");
        }

        static Judge of(TestReport report) {
            return new Judge(report.build(), report.url(), report.log(), report.tests(), report.block());
        }
    }

    /** Tests of one body. */
    record Counts(int passed, int failed, int skipped) {
        /** @return null where nothing was recorded */
        static Counts of(TestReport report) {
            return report.passed() + report.failed() + report.skipped() == 0
                    ? null
                    : new Counts(report.passed(), report.failed(), report.skipped());
        }
    }

    /**
     * Why a change was rejected.
     *
     * @param with id of the last trial that failed with it, and {@code without} of the one of the same set without it,
     *     which passed; empty where that is not among the trials that are kept
     * @param failed how often the set with it failed, of so many {@code runs} with a verdict
     * @param chance that it is innocent, from 0 to 1; null where it was not told
     * @param tests names of those that failed each time
     * @param failures all that failed with it, those that failed each time first
     */
    record Rejection(
            String with,
            String without,
            int failed,
            int runs,
            Double chance,
            List<String> tests,
            List<Culprit> failures) {}

    /**
     * A test that failed with a change.
     *
     * @param each whether in every run of the set with it
     * @param without whether it failed in a run without it as well, so that it says nothing about it
     */
    record Culprit(String name, String url, boolean each, boolean without) {}
}
