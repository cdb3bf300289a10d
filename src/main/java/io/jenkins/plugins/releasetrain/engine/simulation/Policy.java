package io.jenkins.plugins.releasetrain.engine.simulation;

import io.jenkins.plugins.releasetrain.engine.blame.Statistics.Prior;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Judging;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.WhenBroken;

/** A way to release that can be simulated. */
public enum Policy {
    /** One change after the other. */
    SERIAL("serial"),
    /** Batches of up to four; one that fails is tried change by change. */
    BATCH_4("batch-4"),
    /** Batches of up to eight; one that fails is split in halves that are tried independently. */
    BORS("bors"),
    /** As bors, but a second half is known to be bad where the first passed. */
    PREFIX_MEMO("prefix+memo"),
    /** Our train: its own policy code. */
    TRAIN("our train"),
    /** Micro releases: each change in a lane of its own, by the lanes' own policy. */
    LANES("lanes");

    private static final int EIGHT = 8;
    private static final int FOUR = 4;
    private static final double INNOCENCE_BOUND = 0.0002;
    private static final int LARGEST_BATCH = 64;
    private static final double PRIOR_CHANGES = 40;
    private static final double PRIOR_RUNS = 100;
    private static final double PRIOR_HOURS = 200;

    private final String title;

    Policy(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    /** Simulates; the train begins with the workload's rates as what is expected, and measures from then on. */
    public Result run(Workload workload) {
        return Simulation.run(workload, line(workload));
    }

    Line line(Workload workload) {
        return line(workload, prior(workload));
    }

    private static Prior prior(Workload workload) {
        return new Prior(
                workload.failure(),
                PRIOR_CHANGES,
                workload.flake(),
                PRIOR_RUNS,
                workload.outages().perHour(),
                PRIOR_HOURS,
                workload.outages().hours());
    }

    /** Of a train that begins with the workload's rates as what is expected. */
    static TrainLine.Settings settings(Workload workload) {
        return settings(workload, prior(workload));
    }

    private static TrainLine.Settings settings(Workload workload, Prior prior) {
        return new TrainLine.Settings(prior, INNOCENCE_BOUND, 1, LARGEST_BATCH, workload.environments());
    }

    /** @param prior what the train expects before it has measured anything */
    public Result run(Workload workload, Prior prior) {
        return Simulation.run(workload, line(workload, prior));
    }

    /**
     * As if the train were told of each trial that overlapped an outage, when it ends: what outages cost that nobody knows
     * beforehand.
     */
    public static Result trainToldOfOutages(Workload workload, Prior prior) {
        return Simulation.told(workload, TRAIN.line(workload, prior));
    }

    private Line line(Workload workload, Prior prior) {
        boolean retry = workload.flake() > 0;
        return switch (this) {
            case SERIAL -> new QueueLine(QueueLine.Split.SINGLES, 1, retry);
            case BATCH_4 -> new QueueLine(QueueLine.Split.SINGLES, FOUR, retry);
            case BORS -> new QueueLine(QueueLine.Split.HALVES, EIGHT, retry);
            case PREFIX_MEMO -> new QueueLine(QueueLine.Split.KNOWN_HALVES, EIGHT, retry);
            case TRAIN -> new TrainLine(settings(workload, prior));
            case LANES -> new LaneLine(new Judging(prior, INNOCENCE_BOUND, WhenBroken.RETRY), workload.environments());
        };
    }
}
