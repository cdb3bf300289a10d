package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.history.View;
import java.util.List;

/**
 * What an operation will do if it is done now; people confirm this.
 *
 * @param subject the release, change or digest that it is about; empty for a whole train
 * @param needsReason whether it is refused without one
 * @param refused why it cannot be done now; empty where it can
 * @param images what goes from where to where: by a rollback in production; or what the subject consists of
 * @param total how many images there are; not all need be listed
 * @param changes other changes that this touches: they wait longer, go back to the queue, depart, or are cancelled
 * @param delaySeconds how much longer each of them waits, on average; null where that is not known
 * @param trial running trials that end without verdict, or that still end, by a comma; empty for none
 * @param note what else somebody should know, for example why an image is blocked; empty for nothing
 * @param back of a rollback; null for everything else
 */
public record Plan(
        Operation operation,
        String train,
        String subject,
        boolean needsReason,
        String refused,
        List<View.Difference> images,
        int total,
        List<Touched> changes,
        Double delaySeconds,
        String trial,
        String note,
        Back back) {

    /** A change by its services and tags, and by its build. */
    public record Touched(String id, List<String> services, String build, String url) {}

    /**
     * What a rollback does besides.
     *
     * @param over releases that it goes back over, newest first
     * @param skipped services of the release that the catalog does not know any more: they stay as they are
     * @param tookSeconds how long the last rollbacks took from the order to production, newest first, at most three
     */
    public record Back(List<Over> over, List<String> skipped, List<Double> tookSeconds) {}

    /**
     * A release that goes back, too.
     *
     * @param services that it brought, each with its tag
     * @param kept whether the release that is returned to holds one of its images, too: then it cannot be marked bad
     */
    public record Over(String release, List<String> services, boolean kept) {}

    static Plan of(Operation operation, String train, String subject) {
        return new Plan(
                operation, train, subject, operation.needsReason(), "", List.of(), 0, List.of(), null, "", "", null);
    }

    Plan refusing(String why) {
        return new Plan(
                operation, train, subject, needsReason, why, images, total, changes, delaySeconds, trial, note, back);
    }

    Plan withImages(List<View.Difference> newImages, int most) {
        return new Plan(
                operation,
                train,
                subject,
                needsReason,
                refused,
                newImages.stream().limit(most).toList(),
                newImages.size(),
                changes,
                delaySeconds,
                trial,
                note,
                back);
    }

    Plan touching(List<Touched> touched, Double seconds) {
        return new Plan(
                operation, train, subject, needsReason, refused, images, total, touched, seconds, trial, note, back);
    }

    Plan withTrial(String running) {
        return new Plan(
                operation,
                train,
                subject,
                needsReason,
                refused,
                images,
                total,
                changes,
                delaySeconds,
                running,
                note,
                back);
    }

    Plan noting(String text) {
        return new Plan(
                operation,
                train,
                subject,
                needsReason,
                refused,
                images,
                total,
                changes,
                delaySeconds,
                trial,
                text,
                back);
    }

    Plan goingBack(Back newBack) {
        return new Plan(
                operation,
                train,
                subject,
                needsReason,
                refused,
                images,
                total,
                changes,
                delaySeconds,
                trial,
                note,
                newBack);
    }
}
