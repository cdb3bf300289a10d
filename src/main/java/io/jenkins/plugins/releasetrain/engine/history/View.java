package io.jenkins.plugins.releasetrain.engine.history;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the JSON API answers with; one record per JSON object. Times in UTC, durations in seconds. */
public sealed interface View {
    /** @param owners trains, and environment and group of lanes, by name */
    record Now(List<TrainNow> trains, List<String> owners) implements View {}

    /**
     * One train, or the lanes of one group.
     *
     * @param state PAUSED, TESTING, SEARCHING (a batch without running trial), WAITING or IDLE
     * @param queue in order of departure
     * @param waiting length of the queue; {@code 100+} where it is longer than shown
     */
    record TrainNow(
            String name,
            String kind,
            String state,
            String paused,
            String lastRelease,
            Optional<TrialNow> trial,
            List<Waiting> batch,
            List<Waiting> queue,
            String waiting)
            implements View {}

    record TrialNow(
            String id, String environment, String purpose, String conductor, List<String> changes, Instant since)
            implements View {}

    /** A change or lane without outcome; its position counts from 1, 0 in the batch. */
    record Waiting(int position, String id, List<String> services, String build, String url, String user, Instant since)
            implements View {}

    record History(List<Item> items, String next) implements View {}

    /**
     * A release, or a change that did not become one.
     *
     * @param kind RELEASE or CHANGE
     * @param services the first ones; {@code more} are not named
     */
    record Item(
            String kind,
            String id,
            String owner,
            String state,
            List<String> services,
            int more,
            String reason,
            String build,
            String url,
            String user,
            Instant at)
            implements View {}

    /** @param changed what is different from the parent; {@code total} also counts what is not listed */
    record Release(
            String id,
            String owner,
            int number,
            String kind,
            String state,
            String set,
            String parent,
            String rollbackOf,
            Instant madeAt,
            Optional<Instant> promotedAt,
            List<Difference> changed,
            int total,
            List<Item> changes,
            List<TrialNode> trials)
            implements View {}

    /** A change or lane with the trials that it was in. */
    record ChangeView(Item item, List<Difference> images, List<TrialNode> trials) implements View {}

    /**
     * A trial in the search for the first failing prefix.
     *
     * @param parent id of the failed trial whose changes this one is a part of; empty for the first
     * @param depth 0 for the first
     * @param verdict PASSED, FAILED, VOID, or RUNNING
     * @param proof whether it is the trial that this page is about
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
            boolean proof)
            implements View {}

    /**
     * One service in two sets.
     *
     * @param change ADDED, REMOVED, CHANGED, or BROUGHT where it is not known what was there before
     * @param from and to: tag and digest, null where it is not there
     */
    record Difference(String service, String change, Image from, Image to) implements View {}

    record Image(String repository, String tag, String digest) implements View {}

    record Comparison(String from, String to, List<Difference> differences, int total, int same) implements View {}

    /** @param environments names of the columns after production */
    record Matrix(List<Column> environments, List<Row> rows, String next) implements View {}

    record Column(String name, String set, String candidate, Instant since) implements View {}

    /** @param images one per column, null where the environment does not have the service */
    record Row(String service, Image production, String release, List<Image> images) implements View {}

    record Timeline(String service, Image production, String release, History history) implements View {}

    record Whereabouts(String digest, List<Row> production, List<Place> environments, List<Item> releases)
            implements View {}

    record Place(String environment, String service, String candidate) implements View {}

    /** @param days one per day that has anything */
    record Trends(String owner, String from, String to, Keys keys, List<Day> days) implements View {}

    /**
     * The four keys of DORA, and the size of batches; null where nothing happened that they could be told from.
     *
     * @param deploymentsPerDay releases that came to production and are no rollback
     * @param leadTimeP50 seconds from a change's entry to production; times within 5 %
     * @param changeFailureRate rollbacks per deployment
     * @param timeToRestoreP50 seconds from the promotion of a release to that of the rollback that followed it
     */
    record Keys(
            double deploymentsPerDay,
            Double leadTimeP50,
            Double leadTimeP95,
            Double changeFailureRate,
            Double timeToRestoreP50,
            Double batchSizeMean,
            Double trialFailureRate,
            long deployments,
            long rollbacks,
            long ejected)
            implements View {}

    record Day(String day, long deployments, long rollbacks, Double leadTimeP50) implements View {}

    /** @param error says what is wrong and what to do */
    record Problem(String error) implements View {}
}
