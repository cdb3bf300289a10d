package io.jenkins.plugins.releasetrain.engine.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** How good {@link Estimates} are: what was told to a change when it came, and when it was decided in truth. */
public final class Calibration implements Line {
    private static final double MILLIS_PER_MINUTE = 60_000;

    private final TrainLine line;
    private final Estimates.Setting setting;
    private final int every;
    private final List<String> news = new ArrayList<>();
    private final Map<String, Estimates.Range> told = new HashMap<>();
    private double now;
    private int arrived;
    private int within;
    private int early;
    private int late;
    private final LongSupplier ticker;
    private int asked;
    private long took;

    /**
     * How many of the changes that were told a time were decided within it, before and after.
     *
     * @param asked how often all that wait were told their times, which {@code took} so many nanoseconds
     */
    public record Result(int within, int early, int late, int asked, long took) {
        public double share() {
            return (double) within / Math.max(1, within + early + late);
        }
    }

    private Calibration(
            Workload workload, TrainLine line, TrainLine.Settings settings, int every, LongSupplier ticker) {
        this.ticker = ticker;
        this.line = line;
        this.every = every;
        this.setting = new Estimates.Setting(
                settings,
                IntStream.range(0, workload.environments())
                        .mapToObj(i -> "environment " + i)
                        .toList(),
                workload.trialMinutes(),
                workload.deviation(),
                workload.arrivalsPerHour(),
                Estimates.Later.NONE);
    }

    /**
     * @param every only every so-manieth change is told a time, since that is what costs
     * @param ticker nanoseconds
     */
    public static Result of(Workload workload, int every, LongSupplier ticker) {
        TrainLine.Settings settings = Policy.settings(workload);
        Calibration calibration = new Calibration(workload, new TrainLine(settings), settings, every, ticker);
        Simulation.run(workload, calibration);
        return new Result(calibration.within, calibration.early, calibration.late, calibration.asked, calibration.took);
    }

    @Override
    public void arrived(String change) {
        line.arrived(change);
        if (arrived++ % every == 0) {
            news.add(change);
        }
    }

    @Override
    public Optional<Attempt> next() {
        return next(0, 0);
    }

    /** The train looks at whoever came; then they are told. */
    @Override
    public Optional<Attempt> next(int place, double time) {
        now = time;
        if (!news.isEmpty()) {
            long start = ticker.getAsLong();
            Map<String, Estimates.Range> ranges = Estimates.of(line.present(), setting, at(now), arrived);
            took += ticker.getAsLong() - start;
            asked++;
            news.stream().filter(ranges::containsKey).forEach(change -> told.put(change, ranges.get(change)));
            news.clear();
        }
        return line.next(place, time);
    }

    private static Instant at(double minutes) {
        return Instant.ofEpochMilli(Math.round(minutes * MILLIS_PER_MINUTE));
    }

    @Override
    public void ended(Attempt attempt, boolean passed) {
        throw new UnsupportedOperationException("A train looks at the time");
    }

    @Override
    public void ended(Attempt attempt, boolean passed, double time) {
        now = time;
        line.ended(attempt, passed, time);
    }

    @Override
    public double wakes() {
        return line.wakes();
    }

    @Override
    public List<Decided> decided() {
        List<Decided> decided = line.decided();
        for (Decided d : decided) {
            Estimates.Range range = told.remove(d.change());
            if (range != null) {
                boolean before = at(now).isBefore(range.from());
                boolean after = at(now).isAfter(range.to());
                early += before ? 1 : 0;
                late += after ? 1 : 0;
                within += before || after ? 0 : 1;
            }
        }
        return decided;
    }
}
