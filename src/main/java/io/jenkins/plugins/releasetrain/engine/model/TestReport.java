package io.jenkins.plugins.releasetrain.engine.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Whose body judged, and what it recorded of its tests: names, counts and addresses (I9). Addresses are as those of an
 * {@link Origin}, empty where there is none.
 *
 * @param build for example {@code pay#81}
 * @param url of the build
 * @param log of the body, or of the build where a body has no page of its own
 * @param tests of the page with the build's test results
 * @param block id of the body's first node
 * @param failures at most {@value #FAILURES}
 * @param more failures beyond those
 */
public record TestReport(
        String build,
        String url,
        String log,
        String tests,
        String block,
        int passed,
        int failed,
        int skipped,
        List<FailedTest> failures,
        int more) {
    private static final int FAILURES = 50;

    public TestReport {
        int beyond = Math.max(0, failures.size() - FAILURES);
        more += beyond;
        failures = List.copyOf(failures.subList(0, failures.size() - beyond));
    }

    /** A build that recorded nothing of its tests. */
    public static TestReport of(String build, String url, String log) {
        return new TestReport(build, url, log, "", "", 0, 0, 0, List.of(), 0);
    }

    /**
     * The same with what was counted.
     *
     * @param page of the tests, below that of the build; empty for none. Those of failed ones are below it as well
     */
    public TestReport with(Counted counted, String page) {
        return new TestReport(
                build,
                url,
                log,
                page.isEmpty() ? "" : url + page,
                block,
                counted.passed(),
                counted.failed(),
                counted.skipped(),
                counted.failures().stream()
                        .map(f -> new FailedTest(f.name(), f.url().isEmpty() ? "" : url + f.url()))
                        .toList(),
                0);
    }

    /** What is said of it in a line, for example {@code 83 passed, 2 failed}; empty where nothing was recorded. */
    public String text() {
        return passed + failed + skipped == 0
                ? ""
                : passed + " passed" + (failed == 0 ? "" : ", " + failed + " failed")
                        + (skipped == 0 ? "" : ", " + skipped + " skipped");
    }

    /**
     * Tests of one body.
     *
     * @param failures one for each that failed
     */
    public record Counted(int passed, int failed, int skipped, List<FailedTest> failures) {
        public static final Counted NONE = new Counted(0, 0, 0, List.of());

        public Counted {
            failures = List.copyOf(failures);
        }

        public Counted plus(Counted o) {
            List<FailedTest> all = new ArrayList<>(failures);
            all.addAll(o.failures);
            return new Counted(passed + o.passed, failed + o.failed, skipped + o.skipped, all);
        }

        public int total() {
            return passed + failed + skipped;
        }
    }
}
