package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Source;
import io.jenkins.plugins.releasetrain.engine.train.Evidence.Tried;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Batch;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Pending;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Search;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
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
            return s.withBatch(Optional.of(batch))
                    .withQueue(without(s.queue(), e.changes()))
                    .withSearch(s.search().on(e.baseline()))
                    .withSettled(false);
        } else if (event instanceof Event.BatchEnded e) {
            List<Change> back =
                    s.batch().map(b -> byId(b.changes(), e.requeued())).orElse(List.of());
            return s.withQueue(byPriority(concat(back, s.queue())))
                    .withBatch(Optional.empty())
                    .withTrial(Optional.empty());
        } else if (event instanceof Event.ReleaseMade e) {
            return released(s, e, recorded.at());
        } else if (event instanceof Event.ReleasePromoted e) {
            return s.withPending(Optional.empty(), s.lastNumber(), e.release());
        } else if (event instanceof Event.PromotionRefused) {
            List<Change> back = s.pending().map(Pending::changes).orElse(List.of());
            return s.withQueue(concat(back, s.queue())).withPending(Optional.empty(), s.lastNumber(), s.lastRelease());
        } else if (event instanceof Event.BaselineInstalled) {
            return s.withSettled(true);
        } else if (event instanceof Event.TrainPaused e) {
            return s.withPaused(e.reason(), 0);
        } else if (event instanceof Event.TrainResumed) {
            return s.withPaused("", 0);
        }
        return trial(s, recorded);
    }

    private static TrainState trial(TrainState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.TrialStarted e) {
            return s.withTrial(Optional.of(
                    new Trial(e.trial(), e.set(), e.changes(), e.conductor(), e.fence(), false, recorded.at())));
        } else if (event instanceof Event.TrialInstalled) {
            return s.withTrial(s.trial().map(TrainFold::installed));
        } else if (event instanceof Event.TrialEnded e) {
            return trialEnded(s, recorded, e);
        } else if (event instanceof Event.VerdictRecalled e) {
            return recalled(s, recorded, e);
        } else if (event instanceof Event.RunForced e) {
            return s.withSearch(s.search().forcing(e.changes()));
        }
        return s;
    }

    private static TrainState ended(TrainState s, Event.ChangeEnded e) {
        List<String> id = List.of(e.change());
        Optional<Batch> batch = s.batch().map(b -> new Batch(b.id(), without(b.changes(), id), b.baseline()));
        TrainState rest = s.withQueue(without(s.queue(), id))
                .withBatch(batch)
                .withSearch(s.search().without(e.change()));
        return switch (e.outcome()) {
            case RELEASED -> rest.withStatistics(s.statistics().decided(false), s.pace());
            case EJECTED, NOT_INSTALLABLE -> rest.withStatistics(s.statistics().decided(true), s.pace());
            default -> rest;
        };
    }

    private static TrainState trialEnded(TrainState s, RecordedEvent recorded, Event.TrialEnded e) {
        boolean installed = s.trial().map(Trial::installed).orElse(true);
        List<String> changes = s.trial().map(Trial::changes).orElse(List.of());
        TrainState next = s.withTrial(Optional.empty());
        if (e.verdict() == Verdict.VOID) {
            return next.withPaused(s.paused(), s.voids() + 1);
        }
        boolean pass = e.verdict() == Verdict.PASSED;
        int flakes =
                changes.isEmpty() ? s.search().failed() : s.search().evidence().flakesProved(changes);
        Source source = new Source(List.of(e.set().value()), s.search().baseline(), e.reason(), installed);
        return tried(next, changes, pass, 1, source, recorded.at())
                .withPaused(s.paused(), 0)
                .withStatistics(
                        pass ? s.statistics().proved(flakes) : s.statistics(),
                        s.pace().after(e.milliseconds()));
    }

    private static TrainState recalled(TrainState s, RecordedEvent recorded, Event.VerdictRecalled e) {
        boolean pass = e.verdict() == Verdict.PASSED;
        Source source =
                new Source(List.of(e.set().value()), s.search().baseline(), "it failed before, as is remembered", true);
        return tried(s, e.changes(), pass, e.runs(), source, recorded.at());
    }

    private static TrainState tried(
            TrainState s, List<String> changes, boolean pass, int runs, Source source, Instant at) {
        if (changes.isEmpty()) {
            return s.withSearch(s.search().controlled(pass, at, runs));
        }
        Tried tried = new Tried(changes, true, runs, source);
        Evidence evidence = s.search().evidence();
        return s.withSearch(s.search().with(pass ? evidence.passed(tried) : evidence.failed(tried)));
    }

    private static TrainState released(TrainState s, Event.ReleaseMade e, Instant at) {
        List<Change> carried =
                s.batch().map(b -> byId(b.changes(), e.changes())).orElse(List.of());
        Optional<Batch> rest = s.batch().map(b -> new Batch(b.id(), without(b.changes(), e.changes()), e.set()));
        Pending pending = new Pending(e, carried, s.batch().map(Batch::baseline).orElse(e.set()));
        Search search = s.batch().isPresent() ? s.search().released(e.changes(), e.set(), at) : s.search();
        return s.withBatch(rest)
                .withSearch(search)
                .withPending(Optional.of(pending), e.number(), s.lastRelease())
                .withSettled(false);
    }

    private static Trial installed(Trial t) {
        return new Trial(t.id(), t.set(), t.changes(), t.conductor(), t.fence(), true, t.since());
    }

    private static List<Change> inOrder(List<Change> queue, Change change) {
        List<Change> all = new ArrayList<>(queue);
        all.add(change);
        return byPriority(all);
    }

    private static List<Change> byPriority(List<Change> changes) {
        return changes.stream()
                .sorted(Comparator.comparing(Change::priority).reversed())
                .toList();
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
