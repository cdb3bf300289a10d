package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Batch;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Failure;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Pending;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How each event changes a train's state. */
final class TrainFold {
    private TrainFold() {}

    static TrainState fold(TrainState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.ChangeQueued e) {
            return s.withQueue(inOrder(s.queue(), e.change()));
        } else if (event instanceof Event.ChangeEnded e) {
            return ended(s, e);
        } else if (event instanceof Event.BatchDeparted e) {
            Batch batch = new Batch(e.batch(), byId(s.queue(), e.changes()), e.baseline());
            return s.withBatch(Optional.of(batch)).withQueue(without(s.queue(), e.changes())).withSettled(false);
        } else if (event instanceof Event.BatchEnded e) {
            List<Change> back = s.batch().map(b -> byId(b.changes(), e.requeued())).orElse(List.of());
            return s.withQueue(concat(back, s.queue()))
                    .withBatch(Optional.empty())
                    .withTrial(Optional.empty())
                    .withFailures(Map.of(), s.voids());
        } else if (event instanceof Event.TrialStarted e) {
            return s.withTrial(Optional.of(
                    new Trial(e.trial(), e.set(), e.changes(), e.conductor(), e.fence(), false, recorded.at())));
        } else if (event instanceof Event.TrialInstalled) {
            return s.withTrial(s.trial().map(TrainFold::installed));
        } else if (event instanceof Event.TrialEnded e) {
            return trialEnded(s, e);
        } else if (event instanceof Event.ReleaseMade e) {
            return released(s, e);
        } else if (event instanceof Event.ReleasePromoted e) {
            return s.withPending(Optional.empty(), s.lastNumber(), e.release());
        } else if (event instanceof Event.PromotionRefused) {
            List<Change> back = s.pending().map(Pending::changes).orElse(List.of());
            return s.withQueue(concat(back, s.queue()))
                    .withPending(Optional.empty(), s.lastNumber(), s.lastRelease());
        } else if (event instanceof Event.BaselineInstalled) {
            return s.withSettled(true);
        } else if (event instanceof Event.TrainPaused e) {
            return s.withPaused(e.reason());
        } else if (event instanceof Event.TrainResumed) {
            return s.withPaused("");
        }
        return s;
    }

    private static TrainState ended(TrainState s, Event.ChangeEnded e) {
        List<String> id = List.of(e.change());
        Optional<Batch> batch = s.batch().map(b -> new Batch(b.id(), without(b.changes(), id), b.baseline()));
        TrainState rest = s.withQueue(without(s.queue(), id)).withBatch(batch);
        return switch (e.outcome()) {
            case RELEASED -> rest.withStatistics(s.statistics().decided(false));
            case EJECTED, NOT_INSTALLABLE -> rest.withStatistics(s.statistics().decided(true));
            default -> rest;
        };
    }

    private static TrainState trialEnded(TrainState s, Event.TrialEnded e) {
        Map<String, Failure> failures = new HashMap<>(s.failures());
        Failure before = failures.get(e.set().value());
        int failedBefore = before == null ? 0 : before.runs();
        boolean installed = s.trial().map(Trial::installed).orElse(true);
        TrainState next = s.withTrial(Optional.empty());
        return switch (e.verdict()) {
            case PASSED -> next.withFailures(failures, 0).withStatistics(s.statistics().proved(failedBefore));
            case FAILED -> {
                failures.put(e.set().value(), new Failure(e.reason(), installed, failedBefore + 1));
                yield next.withFailures(failures, 0);
            }
            case VOID -> next.withFailures(failures, s.voids() + 1);
        };
    }

    private static TrainState released(TrainState s, Event.ReleaseMade e) {
        List<Change> carried = s.batch().map(b -> byId(b.changes(), e.changes())).orElse(List.of());
        Optional<Batch> rest = s.batch().map(b -> new Batch(b.id(), without(b.changes(), e.changes()), e.set()));
        Pending pending = new Pending(e, carried, s.batch().map(Batch::baseline).orElse(e.set()));
        return s.withBatch(rest)
                .withPending(Optional.of(pending), e.number(), s.lastRelease())
                .withSettled(false);
    }

    private static Trial installed(Trial t) {
        return new Trial(t.id(), t.set(), t.changes(), t.conductor(), t.fence(), true, t.since());
    }

    private static List<Change> inOrder(List<Change> queue, Change change) {
        List<Change> all = new ArrayList<>(queue);
        all.add(change);
        all.sort(Comparator.comparing(Change::priority).reversed());
        return all;
    }

    private static List<Change> byId(List<Change> changes, Collection<String> ids) {
        return ids.stream()
                .flatMap(id -> changes.stream().filter(c -> c.id().equals(id)))
                .toList();
    }

    private static List<Change> without(List<Change> changes, Collection<String> ids) {
        return changes.stream().filter(c -> !ids.contains(c.id())).toList();
    }

    private static List<Change> concat(List<Change> first, List<Change> second) {
        List<Change> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
