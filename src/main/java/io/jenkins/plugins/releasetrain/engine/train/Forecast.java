package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Estimate;
import io.jenkins.plugins.releasetrain.engine.blame.Measured;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** What waiting changes may expect, and why the batch limit is what it is; pure functions of a train's state. */
public final class Forecast {
    /** What the policy needs more than the bound, by simulation ({@code standalone/bench/run trains}). */
    private static final double WITHOUT_FLAKES = 1.02;

    private static final double WITH_FLAKES = 1.2;
    /** What a train gains from more environments, by simulation. */
    private static final double GAIN = 0.8;

    private static final double PERCENT = 100;

    private final TrainState state;
    private final TrainSettings settings;
    private final Rates rates;
    private final int environments;

    /** @param environments how many trials can run at once */
    public Forecast(TrainState state, TrainSettings settings, int environments) {
        this.state = state;
        this.settings = settings;
        this.environments = environments;
        this.rates = state.statistics().rates(settings.prior());
    }

    /**
     * Where a change stands.
     *
     * @param ahead undecided changes before it
     * @param expected when it will be decided, on average; empty before the first trial was measured
     */
    public record Place(int ahead, Optional<Instant> expected) {}

    /**
     * What it costs the others to let a change go first.
     *
     * @param overtaken ids of the changes that wait longer
     * @param each how much longer, on average
     */
    public record Jump(List<String> overtaken, Duration each) {}

    /** A change's place; empty where it does not wait and is not being tried. */
    public Optional<Place> place(String change, Instant now) {
        List<Change> order = Lineup.waiting(state);
        return IntStream.range(0, order.size())
                .filter(i -> order.get(i).id().equals(change))
                .mapToObj(i -> new Place(i, expected(i + 1, now)))
                .findFirst();
    }

    private Optional<Instant> expected(int changes, Instant now) {
        Duration trial = state.pace().trial();
        if (trial.isZero()) {
            return Optional.empty();
        }
        Instant start = state.trials().stream()
                .map(TrainState.Trial::since)
                .min(Instant::compareTo)
                .orElse(now);
        Instant end = start.plus(times(trial, Math.max(1, changes * rounds())));
        return Optional.of(end.isBefore(now) ? now : end);
    }

    /** What it would cost to queue a new change with this priority, or to give it to a waiting one. */
    public Jump jump(Optional<String> change, int priority) {
        List<Change> order = Lineup.waiting(state);
        List<String> overtaken = new ArrayList<>();
        Instant turn = order.stream()
                .filter(c -> change.filter(c.id()::equals).isPresent())
                .findFirst()
                .or(() -> order.stream().max(Comparator.comparing(Change::queuedAt)))
                .map(c -> c.withPriority(priority).turn())
                .orElse(Instant.MIN);
        for (Change other : order) {
            boolean itself = change.filter(other.id()::equals).isPresent();
            if (itself) {
                break;
            }
            if (other.turn().isAfter(turn) && state.queue().contains(other)) {
                overtaken.add(other.id());
            }
        }
        return new Jump(overtaken, times(state.pace().trial(), rounds()));
    }

    private double rounds() {
        return trialsPerChange() / Math.pow(environments, GAIN);
    }

    /** Trials that one more change costs on average, at the measured rates. */
    public double trialsPerChange() {
        return Math.min(1 / (1 - rates.flake()), rates.fewestTrialsPerChange())
                * (rates.flake() > 0 ? WITH_FLAKES : WITHOUT_FLAKES);
    }

    /** The share of the last trials that were for nothing, 0 to 1. */
    public double wasted() {
        return state.waste().share();
    }

    /** What share may be; while it is more, nothing is tried ahead of a trial. */
    public double wasteBudget() {
        return settings.wasteBudget();
    }

    /** How often changes are bad, runs flake and environments break, as measured by now. */
    public Measured measured() {
        return state.statistics().measured(settings.prior());
    }

    /** For example {@code limit 6: 7 of the last 60 changes were bad, so that 5 to 20 % are; expected were 5 %}. */
    public String explainLimit() {
        Statistics counts = state.statistics();
        int limit = TrialPolicy.batchLimit(rates, settings.smallestBatch(), settings.largestBatch());
        Estimate failure = counts.failure(settings.prior());
        String bounds = limit == settings.largestBatch()
                ? ", the most that is allowed"
                : limit == settings.smallestBatch() ? ", the least that is allowed" : "";
        return String.format(
                Locale.ROOT,
                "limit %d%s: %.0f of the last %.0f changes were bad, so that %.1f to %.1f %% are (%.1f %% were"
                        + " expected); %.0f of %.0f runs of good sets failed",
                limit,
                bounds,
                counts.bad(),
                counts.changes(),
                PERCENT * failure.low(),
                PERCENT * failure.high(),
                PERCENT * settings.expectedFailure(),
                counts.flakes(),
                counts.runs());
    }

    private static Duration times(Duration duration, double factor) {
        return Duration.ofMillis(Math.round(duration.toMillis() * factor));
    }
}
