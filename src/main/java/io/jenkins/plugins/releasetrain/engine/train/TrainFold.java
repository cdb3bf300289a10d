package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Order;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How each event changes a train's state. */
final class TrainFold {
    /** The reason of a failure that was not run but remembered. */
    static final String REMEMBERED = "it failed before, as is remembered";

    /** The id of a run that was not run but remembered. */
    static final String FROM_MEMORY = "from memory";

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
        return isOfATrial(event) ? trial(s, recorded) : condition(s, event, recorded.at());
    }

    private static boolean isOfATrial(Event event) {
        return event instanceof Event.TrialStarted
                || event instanceof Event.TrialInstalled
                || event instanceof Event.TestsBegan
                || event instanceof Event.TrialEnded
                || event instanceof Event.VerdictRecalled;
    }

    /** Pauses, wishes, and what the environments hold. */
    private static TrainState condition(TrainState s, Event event, Instant at) {
        if (event instanceof Event.BaselineInstalled e) {
            return s.with(d -> d.settled.put(e.environment(), true));
        } else if (event instanceof Event.TrainPaused e) {
            return paused(s, e.reason()).with(d -> d.lists = s.lists().paused(at));
        } else if (event instanceof Event.TrainResumed) {
            return paused(s, "").with(d -> {
                d.search = s.search().resumed(at);
                d.broken.clear();
                d.aside = Aside.NOBODY;
                d.lists = s.isPaused() ? s.lists().resumed(at) : s.lists();
            });
        } else if (event instanceof Event.EnvironmentBroken e) {
            return s.with(d -> d.broken.put(e.environment(), new TrainState.Broken(e.since(), e.runs(), e.due())));
        } else if (event instanceof Event.EnvironmentHealed e) {
            return s.with(d -> {
                d.broken.remove(e.environment());
                d.voids = 0;
            });
        } else if (event instanceof Event.ReleasesHeld e) {
            return s.with(d -> d.held = e.reason());
        } else if (event instanceof Event.ReleasesFreed) {
            return s.with(d -> {
                d.held = "";
                d.rollback = Optional.empty();
            });
        } else if (event instanceof Event.OthersReleased e) {
            return byOthers(s, e);
        } else if (event instanceof Event.ListClosed e) {
            return s.with(d -> d.lists = s.lists().closed(e));
        } else if (event instanceof Event.RollbackOrdered e) {
            return s.with(d -> d.rollback = Optional.of(e));
        } else if (event instanceof Event.RunForced e) {
            return forced(s, e);
        }
        return s;
    }

    static TrainState byOthers(TrainState s, Event.OthersReleased e) {
        return s.with(d -> {
            e.rolledBack().ifPresent(d.released.keySet()::removeAll);
            e.newest().forEach((service, order) -> d.released.merge(service, order, Order::newer));
        });
    }

    private static TrainState forced(TrainState s, Event.RunForced e) {
        Set<String> undecided = undecided(s, List.of());
        List<String> changes = e.changes().stream().filter(undecided::contains).toList();
        return s.with(d -> d.search = s.search().forcing(changes));
    }

    private static TrainState paused(TrainState s, String reason) {
        return s.with(d -> {
            d.paused = reason;
            d.voids = 0;
        });
    }

    private static TrainState release(TrainState s, RecordedEvent recorded) {
        if (recorded.event() instanceof Event.ReleaseMade e) {
            return made(s, e);
        }
        Event.ReleasePromoted e = (Event.ReleasePromoted) recorded.event();
        return s.with(d -> {
            d.pending = Optional.empty();
            d.lastRelease = e.release();
            d.released = s.pending().map(p -> released(s, p)).orElse(s.released());
        });
    }

    /** Of what reached production only: a release that is refused, a rollback too, changes nothing of it. */
    static Map<String, Order> released(TrainState s, Pending pending) {
        Map<String, Order> released = new HashMap<>(pending.made().rollbackOf().isEmpty() ? s.released() : Map.of());
        pending.changes()
                .forEach(c ->
                        c.images().keySet().forEach(service -> released.merge(service, Order.of(c), Order::newer)));
        return released;
    }

    private static TrainState made(TrainState s, Event.ReleaseMade e) {
        return s.with(d -> {
            d.pending = Optional.of(new Pending(
                    e,
                    s.batch().map(b -> byId(b.changes(), e.changes())).orElse(List.of()),
                    s.batch().map(Batch::baseline).orElse(e.set())));
            d.batch = s.batch().map(b -> new Batch(b.id(), without(b.changes(), e.changes()), e.set()));
            d.trials = Overtaking.afterRelease(s.trials(), s.search(), e);
            d.search = s.batch().isPresent() ? released(s, e).about(undecided(s, e.changes())) : s.search();
            d.lastNumber = e.number();
            d.rollback = Optional.empty();
            d.settled.replaceAll((environment, settled) -> false);
            d.voids = 0;
        });
    }

    private static Search released(TrainState s, Event.ReleaseMade e) {
        List<Change> changes = byId(s.batch().orElseThrow().changes(), e.changes());
        return s.search().released(e.changes(), Sets.overlaid(changes, s.released()), e.set());
    }

    private static TrainState ended(TrainState s, Event.ChangeEnded e) {
        List<String> id = List.of(e.change());
        Optional<Change> change =
                s.undecided().filter(c -> c.id().equals(e.change())).findFirst();
        boolean promote = change.filter(Change::promote).isPresent();
        return s.with(d -> {
            d.queue = without(s.queue(), id);
            d.batch = s.batch().map(b -> new Batch(b.id(), without(b.changes(), id), b.baseline()));
            d.trials = Overtaking.afterEnd(s.trials(), e, change.map(Sets::name).orElse(e.change()));
            d.search = searching(s, e);
            d.idle = removed(s.idle(), e.change());
            d.aside = s.aside().without(e.change());
            switch (e.outcome()) {
                case RELEASED -> d.statistics = s.statistics().decided(false);
                // Test releases are of another kind: they do not say how many release candidates are bad.
                case EJECTED, NOT_INSTALLABLE ->
                    d.statistics = promote ? s.statistics().decided(true) : s.statistics();
                default -> {}
            }
        });
    }

    private static Search searching(TrainState s, Event.ChangeEnded e) {
        Set<String> left = undecided(s, List.of(e.change()));
        boolean unknown = e.outcome() == Outcome.SUPERSEDED || e.outcome() == Outcome.RELEASED;
        return unknown
                ? s.search().superseded(e.change(), left)
                : s.search().without(e.change()).about(left);
    }

    private static Set<String> undecided(TrainState s, Collection<String> without) {
        return s.undecided().map(Change::id).filter(id -> !without.contains(id)).collect(Collectors.toSet());
    }

    private static TrainState trial(TrainState s, RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.TrialStarted e) {
            return s.with(d -> {
                d.trials = concat(s.trials(), List.of(started(s, e, recorded.at())));
                d.settled.put(e.environment(), false);
            });
        } else if (event instanceof Event.TrialInstalled e) {
            return s.trial(e.trial()).map(t -> installed(s, t, recorded.at())).orElse(s);
        } else if (event instanceof Event.TestsBegan e) {
            return s.trial(e.trial()).map(t -> began(s, t)).orElse(s);
        } else if (event instanceof Event.TrialEnded e) {
            return s.trial(e.trial())
                    .map(t -> trialEnded(s, t, e, recorded.at()))
                    .orElse(s);
        }
        Event.VerdictRecalled e = (Event.VerdictRecalled) event;
        // When and where it ran is not known, so that all runs count as one and none is proof (I4).
        Run run = new Run(FROM_MEMORY, "", e.changes(), recorded.at(), recorded.at(), e.verdict());
        Tried tried = new Tried(
                e.changes(),
                true,
                List.of(run),
                new Source(List.of(e.set().value()), s.search().baseline(), REMEMBERED, true));
        return e.changes().isEmpty() ? s : s.with(d -> d.search = tried(s, tried, e.verdict() == Verdict.PASSED));
    }

    private static TrainState installed(TrainState s, Trial trial, Instant at) {
        return s.with(d -> {
            d.trials = s.trials().stream()
                    .map(t -> t.equals(trial) ? t.installed(at) : t)
                    .toList();
            d.aside = s.aside().without(trial.changes(), trial.environment());
        });
    }

    private static TrainState began(TrainState s, Trial begun) {
        return s.with(d -> {
            d.trials = s.trials().stream()
                    .map(t -> t.equals(begun) ? t.begun() : t)
                    .toList();
            d.idle = removed(s.idle(), begun.conductor());
        });
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
                new Tried(e.changes(), true, List.of(), source),
                e.testRelease(),
                e.purpose(),
                e.conductor(),
                e.fence(),
                at,
                Optional.empty(),
                false,
                "");
    }

    private static TrainState trialEnded(TrainState before, Trial trial, Event.TrialEnded e, Instant at) {
        TrainState s = before.with(d -> {
            d.trials = before.trials().stream().filter(t -> !t.equals(trial)).toList();
            d.waste = before.waste().after(e.verdict() == Verdict.VOID && trial.isOvertaken());
        });
        if (e.verdict() == Verdict.VOID) {
            return trial.isOvertaken() ? s : withoutVerdict(s, trial, e, at);
        }
        Run run = RunLog.run(s.search(), trial, at, e.verdict());
        TrainState logged = logged(s, trial, run);
        TrainState judged = trial.control() ? logged : judged(logged, trial, run, e.reason());
        return judged.with(d -> {
            d.voids = 0;
            d.pace = s.pace().after(e.milliseconds());
            if (trial.control() && trial.installed().isPresent()) {
                d.settled.put(trial.environment(), true);
            }
        });
    }

    /** What its conductor ended says nothing about the environment; one that had not begun is not asked first again. */
    private static TrainState withoutVerdict(TrainState s, Trial trial, Event.TrialEnded e, Instant at) {
        boolean idle = trial.installed().isPresent() && !trial.began() && e.byConductor();
        return s.with(d -> {
            d.voids = s.voids()
                    + (e.byConductor()
                                    || e.keptOut()
                                            .filter(k -> !k.isOfTheEnvironment())
                                            .isPresent()
                            ? 0
                            : 1);
            d.aside = e.keptOut()
                    .map(out -> s.aside().with(out, trial.environment(), e.reason(), at))
                    .orElse(s.aside());
            d.idle = idle ? concat(removed(s.idle(), trial.conductor()), List.of(trial.conductor())) : s.idle();
        });
    }

    private static List<String> removed(List<String> all, String one) {
        return all.stream().filter(id -> !id.equals(one)).toList();
    }

    private static TrainState logged(TrainState s, Trial trial, Run run) {
        Search search = s.search().after(run, trial.testRelease());
        if (!run.passed()) {
            return s.with(d -> d.search = search);
        }
        RunLog.Settled settled = RunLog.settled(search.timeline(), search.evidence(), s.statistics(), run);
        return s.with(d -> {
            d.search = search.with(settled.timeline());
            d.statistics = settled.statistics();
        });
    }

    private static TrainState judged(TrainState s, Trial trial, Run run, String reason) {
        Source source = new Source(
                trial.tried().source().sets(),
                trial.tried().source().baseline(),
                reason,
                trial.installed().isPresent());
        Tried tried =
                Overtaking.verdict(trial, run, s.search().baseline(), source).among(undecided(s, List.of()));
        return s.with(d -> {
            d.search = tried.changes().isEmpty() ? s.search() : tried(s, tried, run.passed());
            d.trials = run.passed() ? s.trials() : Overtaking.afterFailure(s.trials(), trial);
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
        return changes.stream().sorted(Comparator.comparing(Change::turn)).toList();
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
