package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Search;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What the end of one trial, or a release, means for trials that run elsewhere meanwhile (design §5.7): a verdict counts
 * for exactly what ran, on a baseline that had passed, and one that cannot tell anything any more is not waited for.
 */
final class Overtaking {
    private Overtaking() {}

    /** A set failed: whatever runs with all of it in it will fail too, and would blame the wrong ones. */
    static List<Trial> afterFailure(List<Trial> running, Trial failed) {
        List<String> culprits = failed.tried().changes();
        return running.stream()
                .map(t -> !culprits.isEmpty()
                                && t.tried().changes().size() > culprits.size()
                                && t.tried().changes().containsAll(culprits)
                        ? t.with(t.tried(), "what it was built on failed meanwhile")
                        : t)
                .toList();
    }

    /**
     * A change got its final outcome, and not by a release: a set that holds it is nothing that could be released.
     *
     * @param name what people know the change by
     */
    static List<Trial> afterEnd(List<Trial> running, Event.ChangeEnded ended, String name) {
        return running.stream()
                .map(t -> t.tried().changes().contains(ended.change())
                        ? t.with(
                                t.tried(),
                                "it holds " + name + ", which is "
                                        + States.of(ended.outcome()).word())
                        : t)
                .toList();
    }

    /** A set was released. What runs with all of it in it is tried on top of it from now on. */
    static List<Trial> afterRelease(List<Trial> running, Search before, Event.ReleaseMade made) {
        return running.stream().map(t -> afterRelease(t, before, made)).toList();
    }

    private static Trial afterRelease(Trial t, Search before, Event.ReleaseMade made) {
        if (t.control()) {
            return t.with(t.tried(), "the baseline is another by now, release " + made.id());
        }
        Tried tried = t.tried().whenReleased(made.changes(), made.set().value());
        boolean proven = before.passed(t.testRelease());
        return t.with(
                tried.equals(t.tried()) && !proven ? tried.inexact() : tried,
                tried.changes().isEmpty() ? "its changes are in release " + made.id() + " already" : "");
    }

    /**
     * What a verdict says when it comes.
     *
     * @param baseline the newest one
     */
    static Tried verdict(Trial t, Run run, String baseline, Evidence.Source source) {
        Tried tried = new Tried(t.tried().changes(), t.tried().exact(), List.of(run), source);
        return run.passed() ? tried.passedOn(baseline) : tried;
    }

    /**
     * What is known when these changes are in the baseline.
     *
     * @param overlaid those of them with an image that is not in the baseline
     * @param proven whether the former baseline had passed; a failure on one that had not proves nothing
     */
    static Evidence released(
            Evidence evidence, Collection<String> changes, Set<String> overlaid, String newBaseline, boolean proven) {
        Evidence known = evidence.released(changes, overlaid, newBaseline);
        Set<Tried> failures = Set.copyOf(evidence.failures());
        return new Evidence(
                known.failures().stream()
                        .map(f -> failures.contains(f) && !proven ? f.inexact() : f)
                        .toList(),
                known.passes());
    }
}
