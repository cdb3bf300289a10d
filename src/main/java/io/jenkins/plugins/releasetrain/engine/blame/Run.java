package io.jenkins.plugins.releasetrain.engine.blame;

import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One execution of a suite.
 *
 * @param id of the trial, or whatever people find the run by
 * @param environment that it ran in; runs tell about each other's environment only where this is equal, so it names the
 *     suite too where an environment has several
 * @param changes undecided ones that the environment held; none: a control run of the baseline alone
 * @param start when the tests may have begun to depend on the environment
 */
public record Run(String id, String environment, List<String> changes, Instant start, Instant end, Verdict verdict) {
    public Run {
        changes = List.copyOf(changes);
        if (end.isBefore(start)) {
            throw new IllegalArgumentException("Run " + id + " ends at " + end + ", before it starts at " + start);
        }
    }

    /** Equal runs have equal ids and ends, and hardly any others do. */
    @Override
    public int hashCode() {
        return 31 * id.hashCode() + end.hashCode();
    }

    /** The same, so much longer ago. */
    public Run earlier(Duration by) {
        return new Run(id, environment, changes, start.minus(by), end.minus(by), verdict);
    }

    public boolean failed() {
        return verdict == Verdict.FAILED;
    }

    public boolean passed() {
        return verdict == Verdict.PASSED;
    }

    public boolean isControl() {
        return changes.isEmpty();
    }

    public double hours() {
        return Duration.between(start, end).toMillis()
                / (double) Duration.ofHours(1).toMillis();
    }

    public boolean holds(String change) {
        return changes.contains(change);
    }
}
