package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.host.Passenger.End;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jenkins.model.CauseOfInterruption;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** How a final outcome ends the step, and what the build keeps of it. */
final class Outcomes {
    private Outcomes() {}

    /**
     * What was decided.
     *
     * @param id of the change or lane
     * @param asked images as the step named them, by service
     */
    record Subject(String where, String id, Map<String, String> asked) {}

    static void finish(StepContext context, Subject subject, End end) {
        try {
            track(context.get(Run.class), subject, end);
        } catch (IOException | EngineException e) {
            Logs.say(context, "The build could not keep what became of its images: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String what = subject.asked().isEmpty()
                ? "The snapshot"
                : String.join(", ", subject.asked().keySet());
        switch (end.outcome()) {
            case RELEASED, PROVEN -> {
                Logs.say(
                        context,
                        what + ": " + end.reason() + (end.related().isEmpty() ? "" : ", released as " + end.related()));
                context.onSuccess(answer(subject, end));
            }
            case SUPERSEDED ->
                context.onFailure(interrupted(
                        Result.NOT_BUILT,
                        what + " was superseded: " + end.reason() + " (" + successor(end.related()) + ")"));
            case CANCELLED -> context.onFailure(interrupted(Result.ABORTED, what + " was cancelled: " + end.reason()));
            case EJECTED ->
                fail(
                        context,
                        what + " was ejected from '" + subject.where() + "': " + end.reason()
                                + ". Fix it and build again");
            case NOT_INSTALLABLE ->
                fail(
                        context,
                        what + " cannot be started in '" + subject.where() + "': " + end.reason()
                                + ". Fix the image or its configuration and build again");
            case UNDECIDED ->
                fail(
                        context,
                        what + " could not be decided in '" + subject.where() + "': " + end.reason()
                                + ". Nothing is known against it; build again");
        }
    }

    private static void fail(StepContext context, String message) {
        context.onFailure(new AbortException(message));
    }

    private static Map<String, Object> answer(Subject subject, End end) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("outcome", end.outcome().name().toLowerCase(Locale.ROOT));
        answer.put("release", end.related());
        answer.put("reason", end.reason());
        answer.put("id", subject.id());
        return answer;
    }

    private static String successor(String change) {
        return ReleaseService.get()
                .store()
                .change(change)
                .map(c -> "by " + c.queued().change().origin().build())
                .orElse("by change " + change);
    }

    private static FlowInterruptedException interrupted(Result result, String why) {
        return new FlowInterruptedException(result, false, new Ended(why));
    }

    private static void track(Run<?, ?> run, Subject subject, End end) throws IOException {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        Store store = ReleaseService.get().store();
        store.change(subject.id())
                .map(Store.ChangeRecord::queued)
                .ifPresent(q -> images.putAll(q.change().images()));
        store.release(end.related()).ifPresent(r -> r.made().changed().forEach(images::putIfAbsent));
        List<ImagesAction.Image> kept = new ArrayList<>();
        images.forEach((service, image) -> kept.add(new ImagesAction.Image(
                service,
                image.repository() + (image.tag().isEmpty() ? "" : ":" + image.tag()),
                image.digest().value(),
                end.related(),
                end.outcome().name().toLowerCase(Locale.ROOT),
                end.reason())));
        ImagesAction.add(run, kept);
    }

    /** Shown in the log of a build that ends without a verdict. */
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
