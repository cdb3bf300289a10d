package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.train.Forecast;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Tells builds what they wait for: each environment of a train once, until there is something else to tell of it. */
final class Announcements {
    private final Function<String, Passenger> passengers;
    private final Clock clock;
    /** The last line by environment, by change. */
    private final Map<String, Map<String, String>> told = new ConcurrentHashMap<>();

    /** What runs, by trial. */
    private final Map<String, Tested> tested = new ConcurrentHashMap<>();

    private record Tested(String environment, List<String> changes) {}

    /** @param passengers by change; null for none */
    Announcements(Function<String, Passenger> passengers, Clock clock) {
        this.passengers = passengers;
        this.clock = clock;
    }

    void forget(String change) {
        told.remove(change);
    }

    /** What the tests of a trial that has ended were, to all who were in it; told right after its end. */
    void recorded(Event.TestsRecorded recorded) {
        Tested ran = tested.remove(recorded.trial());
        TestReport report = recorded.report();
        String line =
                "Its tests were those of " + report.build() + (report.text().isEmpty() ? "" : ": " + report.text());
        aboard(ran).forEach(p -> p.say(line, new Passenger.Judge(report.build(), report.log(), report.tests())));
    }

    /** One line for the end of a trial, to all who were in it. */
    void ended(Event.TrialEnded trial) {
        Tested ran = tested.get(trial.trial());
        String verdict = States.of(trial.verdict()).word() + (trial.reason().isEmpty() ? "" : ": " + trial.reason());
        aboard(ran).forEach(passenger -> passenger.say("Its trial in " + ran.environment() + " is over, " + verdict));
    }

    /** @param ran null for none */
    private List<Passenger> aboard(Tested ran) {
        return ran == null
                ? List.of()
                : ran.changes().stream()
                        .map(passengers)
                        .filter(Objects::nonNull)
                        .toList();
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
        Set<String> running = state.trials().stream().map(TrainState.Trial::id).collect(Collectors.toSet());
        tested.keySet().retainAll(running);
        tested.put(test.trial(), new Tested(test.environment(), test.changes()));
        String trial = test.changes().isEmpty()
                ? "the " + test.purpose()
                : "the trial of " + named(state, test.changes()) + " (" + test.purpose() + ")";
        Origin by = state.undecided()
                .filter(c -> c.id().equals(test.conductor()))
                .findFirst()
                .map(Change::origin)
                .orElse(Origin.UNKNOWN);
        test.changes()
                .forEach(change -> tell(
                        change,
                        test.environment(),
                        new Line(
                                named(state, List.of(change)) + " is being tested in " + test.environment()
                                        + (by.build().isEmpty() ? "" : " by " + by.build()) + ": " + trial,
                                by)));
        // Of a control run, who runs it waits as well, and is told what it does.
        String control = test.changes().isEmpty() ? test.conductor() : "";
        if (!control.isEmpty()) {
            tell(control, test.environment(), "Its tests run in " + test.environment() + ": " + trial);
        }
        state.batch().stream()
                .flatMap(b -> b.changes().stream())
                .filter(c -> !c.id().equals(control))
                .filter(c -> state.trials().stream().noneMatch(t -> t.changes().contains(c.id())))
                .forEach(c -> tell(c.id(), test.environment(), "Departed; its turn comes after " + trial));
        queued(train, test, trial, control);
    }

    /** @param control who runs a control run; empty for none */
    private void queued(Train train, Task.Test test, String trial, String control) {
        int position = 0;
        Forecast forecast = train.forecast();
        for (Change change : train.state().queue()) {
            position++;
            if (!change.id().equals(control)) {
                String line = "Waiting at position " + position + " for " + trial;
                tell(change.id(), test.environment(), line, () -> expected(forecast, change.id()));
            }
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

    /** A line with links to whose body judges; {@link Origin#UNKNOWN} for none. */
    private record Line(String text, Origin by) {}

    /** The images of changes, as {@code cart 1.2, pay 1.4}. */
    private static String named(TrainState state, List<String> changes) {
        return Words.some(state.undecided()
                .filter(c -> changes.contains(c.id()))
                .map(c -> Words.images(c.images()))
                .toList());
    }

    private void tell(String change, String environment, Line line) {
        Passenger passenger = passengers.apply(change);
        if (passenger != null && !line.text().equals(last(change).put(environment, line.text()))) {
            String page = line.by().page();
            passenger.say(
                    line.text(), new Passenger.Judge(line.by().build(), page.isEmpty() ? "" : page + "console", ""));
        }
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
