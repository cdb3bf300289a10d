package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** Derives what pages read from events of one stream, in the transaction that appends or catches up. */
final class Indexer {
    /** A rollback that goes further back counts only the newest of what it goes back over. */
    private static final int GONE_BACK_OVER = 50;

    private final Handle handle;
    private final SqlHistory history;
    private final String stream;
    private final String owner;
    private final IndexRows rows;
    private final ItemRows items;
    private final Days days;
    private final Courses courses;
    private final Map<String, Long> installed = new HashMap<>();
    private final Map<String, List<String>> started = new HashMap<>();
    private final Set<String> departed = new HashSet<>();
    private final Map<String, Entry> requests = new HashMap<>();
    private final Map<String, ReleaseRecord> releases = new HashMap<>();

    /** @param zone whose days are counted */
    Indexer(Handle handle, SqlHistory history, String stream, ZoneId zone) {
        this.handle = handle;
        this.history = history;
        this.stream = stream;
        this.owner = owner(stream);
        this.rows = new IndexRows(handle, stream);
        this.items = new ItemRows(handle);
        this.days = new Days(zone);
        this.courses = new Courses(handle, days);
    }

    /** What comes after {@code train/} or {@code lane/}. */
    static String owner(String stream) {
        return stream.substring(stream.indexOf('/') + 1);
    }

    void index(List<RecordedEvent> events) {
        load(events);
        events.forEach(this::add);
        items.write();
        rows.write();
        courses.write();
        days.write(handle);
    }

    private void load(List<RecordedEvent> events) {
        Set<String> wanted = new HashSet<>();
        Set<String> departing = new HashSet<>();
        for (RecordedEvent recorded : events) {
            Event event = recorded.event();
            if (event instanceof Event.ChangeQueued || event instanceof Event.LaneQueued) {
                Entry entry = begun(recorded);
                requests.put(entry.id(), entry);
                courses.begins(entry.id());
            } else if (event instanceof Event.ReleaseMade e) {
                wanted.addAll(e.changes());
                releases.put(e.id(), new ReleaseRecord(e, recorded.at(), Optional.empty(), Optional.empty()));
            } else if (event instanceof Event.ChangeEnded e) {
                wanted.add(e.change());
            } else if (event instanceof Event.LaneEnded e) {
                wanted.add(e.lane());
            } else if (event instanceof Event.LaneInstalled e) {
                wanted.add(e.lane());
            } else if (event instanceof Event.BatchDeparted e) {
                departing.addAll(e.changes());
            } else if (event instanceof Event.LaneStarted e) {
                departing.add(e.lane());
            } else if (event instanceof Event.ReleasePromoted e) {
                release(e.release()).ifPresent(r -> wanted.addAll(r.made().changes()));
            }
        }
        wanted.addAll(departing);
        wanted.removeAll(requests.keySet());
        departing.retainAll(wanted);
        history.requests(handle, wanted).forEach(entry -> requests.put(entry.id(), entry));
        departed.addAll(history.departed(handle, departing));
    }

    private Entry begun(RecordedEvent recorded) {
        return new Entry(
                new Entry.Place(stream, recorded.version(), 0),
                recorded.event(),
                recorded.at(),
                Optional.empty(),
                Optional.empty());
    }

    private Optional<ReleaseRecord> release(String id) {
        return Optional.ofNullable(
                releases.computeIfAbsent(id, i -> history.release(handle, i).orElse(null)));
    }

    private void add(RecordedEvent recorded) {
        Event event = recorded.event();
        if (isByHand(event)) {
            rows.byHand(recorded.version());
        }
        if (event instanceof Event.LaneQueued e) {
            rows.lane(e.lane(), recorded.version());
        } else if (event instanceof Event.ReleaseMade e) {
            List<Origin> origins = Stream.concat(
                            e.changes().stream()
                                    .filter(requests::containsKey)
                                    .map(c -> requests.get(c).origin()),
                            e.user().map(user -> new Origin("", "", user)).stream())
                    .toList();
            Entry entry = begun(recorded);
            Origin first = origins.isEmpty() ? Origin.UNKNOWN : origins.get(0);
            items.add(Item.of(entry, e.owner(), first), Terms.of(entry, e.owner(), origins));
        } else if (event instanceof Event.ReleasePromoted e) {
            release(e.release()).ifPresent(r -> promoted(r, recorded));
        } else if (event instanceof Event.PromotionRefused e) {
            release(e.release()).ifPresent(r -> items.done(r.made(), e));
        } else if (event instanceof Event.ChangeEnded e) {
            ended(e.change(), e.outcome(), recorded);
        } else if (event instanceof Event.LaneEnded e) {
            rows.laneEnded(e.lane(), recorded.version());
            ended(e.lane(), e.outcome(), recorded);
        } else {
            now(recorded);
            measure(recorded);
        }
    }

    /** A train that pauses by itself names nobody. */
    private static boolean isByHand(Event event) {
        if (event instanceof Event.TrainPaused e) {
            return !e.user().isEmpty();
        } else if (event instanceof Event.ReleaseMade e) {
            return e.user().isPresent();
        } else if (event instanceof Event.ListClosed e) {
            return e.user().isPresent();
        }
        return event instanceof Event.TrainResumed
                || event instanceof Event.ReleasesHeld
                || event instanceof Event.ReleasesFreed
                || event instanceof Event.ChangePrioritised
                || event instanceof Event.RunForced
                || event instanceof Event.ImageBlocked
                || event instanceof Event.ImageUnblocked
                || event instanceof Event.ReleaseNoted
                || event instanceof Event.ContractWaived
                || event instanceof Event.ConfigurationChanged;
    }

    private void now(RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.BatchDeparted) {
            rows.now("batch", recorded.version());
        } else if (event instanceof Event.BatchEnded) {
            rows.now("batch", null);
        } else if (event instanceof Event.TrialStarted e) {
            rows.holds(new Holding(e.environment(), e.set(), e.trial(), recorded.at()));
        } else if (event instanceof Event.TrainPaused) {
            rows.now("pause", recorded.version());
        } else if (event instanceof Event.TrainResumed) {
            rows.now("pause", null);
        } else if (event instanceof Event.BaselineInstalled e) {
            rows.holds(new Holding(e.environment(), e.set(), "", recorded.at()));
        } else if (event instanceof Event.LaneInstalled e) {
            if (requests.containsKey(e.lane()) && requests.get(e.lane()).began() instanceof Event.LaneQueued lane) {
                rows.holds(new Holding(lane.environment(), e.baseline(), e.lane(), recorded.at()));
            }
        }
    }

    private void measure(RecordedEvent recorded) {
        Event event = recorded.event();
        Instant at = recorded.at();
        if (event instanceof Event.BatchDeparted e) {
            days.add(owner, at, Metric.BATCHES, 1);
            days.add(owner, at, Metric.BATCHED, e.changes().size());
            days.size(owner, at, Metric.SIZES, e.changes().size());
            e.changes().forEach(change -> departed(change, e.batch(), at));
        } else if (event instanceof Event.LaneStarted e) {
            departed(e.lane(), e.lane(), at);
        } else if (event instanceof Event.TrialInstalled e) {
            installed.put(e.trial(), e.milliseconds());
            rows.installed(e.trial(), e.milliseconds());
            days.add(owner, at, Metric.INSTALL, Duration.ofMillis(e.milliseconds()));
        } else if (event instanceof Event.TrialStarted e) {
            started.put(e.trial(), e.changes());
        } else if (event instanceof Event.TrialEnded e) {
            courses.tried(changes(e.trial()), at.minusMillis(e.milliseconds()), at);
            tried(e, at);
        } else if (event instanceof Event.TrainPaused) {
            days.add(owner, at, Metric.PAUSES, 1);
        } else if (event instanceof Event.ContentPromoted e) {
            days.add("", at, Metric.SENT_BYTES, e.bytes());
        } else if (event instanceof Event.LaneInstalled e) {
            days.add(owner, at, Metric.INSTALL, Duration.ofMillis(e.milliseconds()));
            courses.tried(List.of(e.lane()), at.minusMillis(e.milliseconds()), at);
        } else if (event instanceof Event.ImageBlocked e) {
            failed(e.release());
        } else if (event instanceof Event.LaneTested e) {
            courses.tried(List.of(e.lane()), at.minusMillis(e.milliseconds()), at);
            boolean decided = e.verdict() != Verdict.VOID;
            tested(e.verdict(), decided ? Optional.of(Duration.ofMillis(e.milliseconds())) : Optional.empty(), at);
            if (!decided) {
                days.add(owner, at, Voids.why(e), 1);
            }
        }
    }

    private void tried(Event.TrialEnded e, Instant at) {
        Optional<Long> installation = installation(e.trial());
        if (e.verdict() == Verdict.VOID) {
            tested(e.verdict(), Optional.empty(), at);
            days.add(owner, at, Voids.why(e, installation.isPresent()), 1);
        } else {
            tested(e.verdict(), installation.map(took -> Duration.ofMillis(e.milliseconds() - took)), at);
        }
    }

    /** The first departure ends the time in the queue. */
    private void departed(String request, String batch, Instant at) {
        rows.departed(request, batch);
        courses.departed(request, at);
        if (departed.add(request) && requests.containsKey(request)) {
            days.add(
                    owner,
                    at,
                    Metric.QUEUE,
                    Duration.between(requests.get(request).askedAt(), at));
        }
    }

    private List<String> changes(String trial) {
        return started.computeIfAbsent(trial, t -> history.triedIn(handle, t));
    }

    /** Once for each release, however often it is told; what only puts back what was there before does not fail by itself. */
    private void failed(String id) {
        release(id)
                .filter(r -> r.made().rollbackOf().isEmpty() && r.promotedAt().isPresent())
                .filter(r -> courses.failed(id))
                .ifPresent(r -> days.add(r.made().owner(), r.promotedAt().get(), Metric.TURNED_BACK, 1));
    }

    /** Releases that this one goes back over. */
    private void turnedBack(Event.ReleaseMade made) {
        String prefix = made.id()
                .substring(0, made.id().length() - String.valueOf(made.number()).length());
        int back = release(made.rollbackOf()).map(r -> r.made().number()).orElse(made.number());
        for (int number = Math.max(back + 1, made.number() - GONE_BACK_OVER); number < made.number(); number++) {
            failed(prefix + number);
        }
    }

    private Optional<Long> installation(String trial) {
        return installed.containsKey(trial) ? Optional.of(installed.get(trial)) : history.installation(handle, trial);
    }

    private void tested(Verdict verdict, Optional<Duration> took, Instant at) {
        days.add(owner, at, Metric.valueOf(verdict.name()), 1);
        took.ifPresent(time -> days.add(owner, at, Metric.TEST, time));
    }

    private void promoted(ReleaseRecord release, RecordedEvent recorded) {
        Event.ReleaseMade made = release.made();
        Instant at = recorded.at();
        items.done(made, recorded.event());
        made.changed().forEach((service, image) -> rows.produces(new Production(service, image, made.id(), at)));
        releases.put(made.id(), new ReleaseRecord(made, release.madeAt(), Optional.of(""), Optional.of(at)));
        boolean rollback = !made.rollbackOf().isEmpty();
        days.add(made.owner(), at, rollback ? Metric.ROLLED_BACK : Metric.DEPLOYED, 1);
        days.add(made.owner(), at, Metric.PROMOTE, Duration.between(release.madeAt(), at));
        made.changes().stream().filter(requests::containsKey).forEach(c -> {
            Instant asked = requests.get(c).askedAt();
            days.add(made.owner(), at, Metric.LEAD, Duration.between(asked, at));
            courses.promoted(made.owner(), c, new Courses.Times(asked, release.madeAt(), at));
        });
        if (rollback) {
            days.add(made.owner(), at, Metric.RECOVERY, Duration.between(release.madeAt(), at));
            turnedBack(made);
            release(made.parent())
                    .flatMap(ReleaseRecord::promotedAt)
                    .ifPresent(since -> days.add(made.owner(), at, Metric.RESTORE, Duration.between(since, at)));
        }
    }

    /** What became a release is found as that release; every other end is an item of its own. */
    private void ended(String id, Event.Outcome outcome, RecordedEvent recorded) {
        days.add(owner, recorded.at(), Metric.valueOf(outcome.name()), 1);
        Entry request = requests.get(id);
        if (outcome == Event.Outcome.RELEASED || request == null) {
            return;
        }
        Entry entry = new Entry(
                new Entry.Place(request.place().stream(), request.place().version(), recorded.version()),
                request.began(),
                request.beganAt(),
                Optional.of(recorded.event()),
                Optional.of(recorded.at()));
        items.add(Item.of(entry, owner, request.origin()), Terms.of(entry, owner, List.of(request.origin())));
    }
}
