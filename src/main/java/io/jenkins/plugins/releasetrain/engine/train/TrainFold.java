package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
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
    /** The reason of a failure that was not run but remembered. */
    static final String REMEMBERED = "it failed before, as is remembered";

    private TrainFold() {}

    static TrainState fold(TrainState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.ChangeQueued e) {
            return s.with(d -> d.queue = inOrder(s.queue(), e.change()));
        } else if (event instanceof Event.ChangePrioritised e) {
            return s.with(d -> d.queue = byPriority(s.queue().stream()
                    .map(c -> c.id().equals(e.change()) ? c.withPriority(e.priority()) : c)
                    .toList()));
        } else if (event instanceof Event.ChangeEnded e) {
            return ended(s, e);
        } else if (event instanceof Event.BatchDeparted e) {
            return s.with(d -> {
                d.batch = Optional.of(new Batch(e.batch(), byId(s.queue(), e.changes()), e.baseline()));
                d.queue = without(s.queue(), e.changes());
                d.search = s.search().on(e.baseline());
            });
        } else if (event instanceof Event.BatchEnded e) {
            List<Change> back =
                    s.batch().map(b -> byId(b.changes(), e.requeued())).orElse(List.of());
            return s.with(d -> {
                d.queue = byPriority(concat(back, s.queue()));
                d.batch = Optional.empty();
            });
        } else if (event instanceof Event.ReleaseMade || event instanceof Event.ReleasePromoted) {
            return release(s, recorded);
        } else if (event instanceof Event.PromotionRefused) {
            List<Change> back = s.pending().map(Pending::changes).orElse(List.of());
            return s.with(d -> {
                d.queue = concat(back, s.queue());
                d.pending = Optional.empty();
                d.voids = 0;
            });
        }
        return event instanceof Event.TrialStarted
                        || event instanceof Event.TrialInstalled
                        || event instanceof Event.TrialEnded
                        || event instanceof Event.VerdictRecalled
                ? trial(s, recorded)
                : condition(s, event);
    }

    /** Pauses, wishes, and what the environments hold. */
    private static TrainState condition(TrainState s, Event event) {
        if (event instanceof Event.BaselineInstalled e) {
            return s.with(d -> d.settled.put(e.environment(), true));
        } else if (event instanceof Event.TrainPaused e) {
            return paused(s, e.reason());
        } else if (event instanceof Event.TrainResumed) {
            return paused(s, "");
        } else if (event instanceof Event.ReleasesHeld e) {
            return s.with(d -> d.held = e.reason());
        } else if (event instanceof Event.ReleasesFreed) {
            return s.with(d -> d.held = "");
        } else if (event instanceof Event.RunForced e) {
            return s.with(d -> d.search = s.search().forcing(e.changes()));
        }
        return s;
    }

    private static TrainState paused(TrainState s, String reason) {
        return s.with(d -> {
            d.paused = reason;
            d.voids = 0;
        });
    }

    private static TrainState release(TrainState s, RecordedEvent recorded) {
        if (recorded.event() instanceof Event.ReleaseMade e) {
            return made(s, e, recorded.at());
        }
        Event.ReleasePromoted e = (Event.ReleasePromoted) recorded.event();
        return s.with(d -> {
            d.pending = Optional.empty();
            d.lastRelease = e.release();
        });
    }

    private static TrainState made(TrainState s, Event.ReleaseMade e, Instant at) {
        return s.with(d -> {
            d.pending = Optional.of(new Pending(
                    e,
                    s.batch().map(b -> byId(b.changes(), e.changes())).orElse(List.of()),
                    s.batch().map(Batch::baseline).orElse(e.set())));
            d.batch = s.batch().map(b -> new Batch(b.id(), without(b.changes(), e.changes()), e.set()));
            d.trials = Overtaking.afterRelease(s.trials(), s.search(), e);
            d.search = s.batch().isPresent() ? s.search().released(e.changes(), e.set(), at) : s.search();
            d.lastNumber = e.number();
            d.settled.replaceAll((environment, settled) -> false);
            d.voids = 0;
        });
    }

    private static TrainState ended(TrainState s, Event.ChangeEnded e) {
        List<String> id = List.of(e.change());
        return s.with(d -> {
            d.queue = without(s.queue(), id);
            d.batch = s.batch().map(b -> new Batch(b.id(), without(b.changes(), id), b.baseline()));
            d.trials = Overtaking.afterEnd(s.trials(), e);
            d.search = s.search().without(e.change());
            switch (e.outcome()) {
                case RELEASED -> d.statistics = s.statistics().decided(false);
                case EJECTED, NOT_INSTALLABLE -> d.statistics = s.statistics().decided(true);
                default -> {}
            }
        });
    }

    private static TrainState trial(TrainState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.TrialStarted e) {
            return s.with(d -> {
                d.trials = concat(s.trials(), List.of(started(s, e, recorded.at())));
                d.settled.put(e.environment(), false);
            });
        } else if (event instanceof Event.TrialInstalled e) {
            return s.with(d -> d.trials = s.trials().stream()
                    .map(t -> t.id().equals(e.trial()) ? t.installed(recorded.at()) : t)
                    .toList());
        } else if (event instanceof Event.TrialEnded e) {
            return s.trial(e.trial())
                    .map(t -> trialEnded(s, t, e, recorded.at()))
                    .orElse(s);
        }
        Event.VerdictRecalled e = (Event.VerdictRecalled) event;
        Tried tried = new Tried(
                e.changes(),
                true,
                e.runs(),
                new Source(List.of(e.set().value()), s.search().baseline(), REMEMBERED, true));
        boolean pass = e.verdict() == Verdict.PASSED;
        return e.changes().isEmpty()
                ? controlled(s, e.testRelease(), pass, e.runs(), recorded.at())
                : s.with(d -> d.search = tried(s, tried, pass));
    }

    private static Trial started(TrainState s, Event.TrialStarted e, Instant at) {
        Digest baseline = s.batch().orElseThrow().baseline();
        Source source = new Source(List.of(e.set().value()), baseline.value(), "", true);
        return new Trial(
                e.trial(),
                e.environment(),
                e.set(),
                baseline,
                e.changes(),
                new Tried(e.changes(), true, 1, source),
                e.testRelease(),
                e.conductor(),
                e.fence(),
                at,
                Optional.empty(),
                "");
    }

    private static TrainState trialEnded(TrainState before, Trial trial, Event.TrialEnded e, Instant at) {
        TrainState s = before.with(d -> {
            d.trials = before.trials().stream().filter(t -> !t.equals(trial)).toList();
            d.waste = before.waste().after(e.verdict() == Verdict.VOID && trial.isOvertaken());
        });
        if (e.verdict() == Verdict.VOID) {
            return trial.isOvertaken() ? s : s.with(d -> d.voids = s.voids() + 1);
        }
        boolean pass = e.verdict() == Verdict.PASSED;
        TrainState judged =
                trial.control() ? controlled(s, trial.testRelease(), pass, 1, at) : judged(s, trial, pass, e.reason());
        return judged.with(d -> {
            d.voids = 0;
            d.statistics = pass ? s.statistics().proved(flakes(s, trial)) : s.statistics();
            d.pace = s.pace().after(e.milliseconds());
        });
    }

    private static int flakes(TrainState s, Trial trial) {
        return trial.control()
                ? s.search().control(trial.testRelease()).failed()
                : s.search().evidence().flakesProved(trial.tried().changes());
    }

    private static TrainState controlled(TrainState s, boolean testRelease, boolean pass, int runs, Instant at) {
        TrainState.Control control = s.search().control(testRelease).after(pass, at, runs);
        return s.with(d -> d.search = s.search().controlled(testRelease, control));
    }

    private static TrainState judged(TrainState s, Trial trial, boolean pass, String reason) {
        Source source = new Source(
                trial.tried().source().sets(),
                trial.tried().source().baseline(),
                reason,
                trial.installed().isPresent());
        Tried tried = Overtaking.verdict(trial, pass, s.search().baseline(), source);
        return s.with(d -> {
            d.search = tried.changes().isEmpty() ? s.search() : tried(s, tried, pass);
            d.trials = pass ? s.trials() : Overtaking.afterFailure(s.trials(), trial);
        });
    }

    private static Search tried(TrainState s, Tried tried, boolean pass) {
        Evidence evidence = s.search().evidence();
        return s.search().with(pass ? evidence.passed(tried) : evidence.failed(tried));
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

    private static <T> List<T> concat(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
