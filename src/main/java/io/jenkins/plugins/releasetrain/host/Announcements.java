package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Forecast;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** Tells builds what they wait for: each environment of a train once, until there is something else to tell of it. */
final class Announcements {
    private final Function<String, Passenger> passengers;
    private final Clock clock;
    /** The last line by environment, by change. */
    private final Map<String, Map<String, String>> told = new ConcurrentHashMap<>();

    /** Changes by the trial that tests them. */
    private final Map<String, List<String>> tested = new ConcurrentHashMap<>();

    /** @param passengers by change; null for none */
    Announcements(Function<String, Passenger> passengers, Clock clock) {
        this.passengers = passengers;
        this.clock = clock;
    }

    void forget(String change) {
        told.remove(change);
    }

    /** One line for the end of a trial, to all who were in it. */
    void ended(Event.TrialEnded trial) {
        String verdict = trial.verdict() == Verdict.VOID
                ? "was void"
                : trial.verdict().name().toLowerCase(Locale.ROOT);
        String line =
                "Trial " + trial.trial() + " " + verdict + (trial.reason().isEmpty() ? "" : ": " + trial.reason());
        Optional.ofNullable(tested.remove(trial.trial())).orElse(List.of()).stream()
                .map(passengers)
                .filter(Objects::nonNull)
                .forEach(passenger -> passenger.say(line));
    }

    /** Who went back, to what and why, and what stays as it is since today's catalog does not know it. */
    static String rolledBack(Event.ReleaseMade made) {
        return "Rolled back to " + made.rollbackOf() + " by " + made.user().orElse("nobody") + " as " + made.id()
                + made.reason().map(why -> ": " + Words.line(why)).orElse("")
                + made.skipped()
                        .map(skipped -> "; not in the catalog any more, and left as they are: " + Words.some(skipped))
                        .orElse("");
    }

    /** What a trial that begins means for each who waits. */
    void positions(Train train, Task.Test test) {
        TrainState state = train.state();
        tested.put(test.trial(), test.changes());
        String trial = "trial " + test.trial() + " (" + test.purpose() + ") tests " + Words.some(test.changed());
        test.changes().forEach(change -> tell(change, test.environment(), "Aboard: " + trial));
        if (test.changes().isEmpty()) {
            tell(test.conductor(), test.environment(), "Conducting: " + trial);
        }
        state.batch().stream()
                .flatMap(b -> b.changes().stream())
                .filter(c -> state.trials().stream().noneMatch(t -> t.changes().contains(c.id())))
                .forEach(c -> tell(c.id(), test.environment(), "Departed; its turn comes after " + trial));
        int position = 0;
        Forecast forecast = train.forecast();
        for (Change change : state.queue()) {
            position++;
            String line = "Waiting at position " + position + " for " + trial;
            tell(change.id(), test.environment(), line, () -> expected(forecast, change.id()));
        }
    }

    private String expected(Forecast forecast, String change) {
        return forecast.place(change, clock.instant())
                .flatMap(Forecast.Place::expected)
                .filter(at -> at.isAfter(clock.instant()))
                .map(at -> "; expected to be decided about "
                        + at.plus(1, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.MINUTES))
                .orElse("");
    }

    /** @param environment empty for the train itself */
    void tell(String change, String environment, String line) {
        tell(change, environment, line, () -> "");
    }

    /** @param more what is not worth a new line when it changes */
    private void tell(String change, String environment, String line, Supplier<String> more) {
        Passenger passenger = passengers.apply(change);
        if (passenger != null && !line.equals(last(change).put(environment, line))) {
            passenger.say(line + more.get());
        }
    }

    private Map<String, String> last(String change) {
        return told.computeIfAbsent(change, c -> new ConcurrentHashMap<>());
    }
}
