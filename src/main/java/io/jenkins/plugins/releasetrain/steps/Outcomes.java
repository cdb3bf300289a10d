package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import hudson.Util;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.history.Searched;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.host.Passenger.End;
import io.jenkins.plugins.releasetrain.host.Words;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** How a final outcome ends the step. What is only told can fail alone (I11). */
final class Outcomes {
    private static final Logger LOGGER = Logger.getLogger(Outcomes.class.getName());

    private Outcomes() {}

    /**
     * What was decided.
     *
     * @param id of the change or lane
     * @param asked images as the step named them, by service
     */
    record Subject(String where, String id, Map<String, String> asked) {
        /** Where its history is, with what its reader may see. */
        String page() {
            return "release-trains/changes/" + Util.rawEncode(id);
        }

        String what() {
            return asked.isEmpty() ? "The snapshot" : Words.some(asked.keySet());
        }
    }

    static void finish(StepContext context, BuildHost host, Subject subject, End end) {
        String message = Logs.seen(
                context,
                host,
                message(subject, end, end.outcome() == Outcome.SUPERSEDED ? successor(host, end.related()) : ""));
        boolean well = end.outcome() == Outcome.RELEASED || end.outcome() == Outcome.PROVEN;
        if (end.outcome() == Outcome.EJECTED || end.outcome() == Outcome.NOT_INSTALLABLE) {
            tellProof(context, host, subject);
        }
        Logs.say(context, host, well ? message : "Its trials, and whose tests they were", subject.page());
        switch (end.outcome()) {
            case RELEASED, PROVEN -> context.onSuccess(answer(subject, end));
            case SUPERSEDED -> context.onFailure(last(Result.NOT_BUILT, message));
            case CANCELLED -> context.onFailure(last(Result.ABORTED, message));
            case EJECTED, NOT_INSTALLABLE, INCOMPATIBLE -> context.onFailure(last(Result.FAILURE, message));
            case UNDECIDED -> context.onFailure(new AbortException(message));
        }
    }

    /** Which tests failed, with links to the build that ran them; what cannot be told in time is left out (I11). */
    private static void tellProof(StepContext context, BuildHost host, Subject subject) {
        host.tests()
                .ask(() -> new HistoryApi(host.store(), host.clock()).proof(subject.id()))
                .flatMap(proof -> proof)
                .filter(node -> node.by() != null)
                .ifPresent(node -> Logs.say(
                        context,
                        host,
                        proof(node),
                        new Passenger.Judge(
                                node.by().build(), node.by().log(), node.by().tests())));
    }

    private static String proof(Searched.TrialNode node) {
        int failed = node.counts() == null ? 0 : node.counts().failed();
        return "It is " + States.EJECTED.word() + ": "
                + (failed == 0 ? "the tests failed" : failed == 1 ? "1 test failed" : failed + " tests failed") + " in "
                + node.environment() + ", those of " + node.by().build();
    }

    /** @param successor the build that replaced this one; empty where there is none */
    static String message(Subject subject, End end, String successor) {
        String what = subject.what();
        String word = States.of(end.outcome()).word();
        return switch (end.outcome()) {
            case RELEASED, PROVEN ->
                what + ": " + end.reason()
                        + (end.related().isEmpty() ? "" : ", " + States.RELEASED.word() + " as " + end.related());
            case SUPERSEDED ->
                what + " was " + word + ": " + end.reason() + (successor.isEmpty() ? "" : " (" + successor + ")");
            case CANCELLED -> what + " was " + word + ": " + end.reason();
            case EJECTED ->
                what + " was " + word + " from '" + subject.where() + "': " + end.reason() + ". Fix it and build again";
            case NOT_INSTALLABLE ->
                what + " " + word + " in '" + subject.where() + "': " + end.reason()
                        + ". Fix the image or its configuration and build again";
            case INCOMPATIBLE ->
                what + " " + word + " with what production runs: " + end.reason()
                        + ". Keep the interface compatible and build again, or have somebody with Release/Promote"
                        + " waive it";
            case UNDECIDED ->
                what + " was " + word + " in '" + subject.where() + "': " + end.reason()
                        + ". Nothing is known against it; build again";
        };
    }

    private static Map<String, Object> answer(Subject subject, End end) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("outcome", end.outcome().name().toLowerCase(Locale.ROOT));
        answer.put("release", end.related());
        answer.put("reason", end.reason());
        answer.put("id", subject.id());
        return answer;
    }

    private static String successor(BuildHost host, String change) {
        if (change.isEmpty()) {
            return "";
        }
        try {
            return host.store()
                    .change(change)
                    .map(c -> c.queued().change())
                    .map(c -> "by "
                            + (c.origin().build().isEmpty()
                                    ? Words.images(c.images())
                                    : c.origin().build()))
                    .orElse("");
        } catch (RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "The successor " + change + " cannot be named");
            return "";
        }
    }

    /** Final for the build: {@code retry} does not ride again, as it takes it for an interruption of the build itself. */
    private static FlowInterruptedException last(Result result, String why) {
        return new FlowInterruptedException(result, true, new Ended(why));
    }

    /** Shown in the log of a build that ends so. */
    static final class Ended extends CauseOfInterruption {
        private static final long serialVersionUID = 1;

        private final String why;

        Ended(String why) {
            this.why = why;
        }

        @Override
        public String getShortDescription() {
            return why;
        }
    }
}
