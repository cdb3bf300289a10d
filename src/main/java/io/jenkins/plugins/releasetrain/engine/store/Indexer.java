package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Derives what pages read from events of one stream, in the transaction that appends or catches up. */
final class Indexer {
    private final Handle handle;
    private final SqlHistory history;
    private final String stream;
    private final String owner;
    private final IndexRows rows;
    private final Counts counts = new Counts();
    private final Map<String, Entry> requests = new HashMap<>();
    private final Map<String, ReleaseRecord> releases = new HashMap<>();

    Indexer(Handle handle, SqlHistory history, String stream) {
        this.handle = handle;
        this.history = history;
        this.stream = stream;
        this.owner = owner(stream);
        this.rows = new IndexRows(handle, stream);
    }

    /** What comes after {@code train/} or {@code lane/}. */
    static String owner(String stream) {
        return stream.substring(stream.indexOf('/') + 1);
    }

    void index(List<RecordedEvent> events) {
        loadRequests(events);
        events.forEach(this::add);
        rows.write();
        counts.write(handle);
    }

    private void loadRequests(List<RecordedEvent> events) {
        Set<String> wanted = new HashSet<>();
        for (RecordedEvent recorded : events) {
            Event event = recorded.event();
            if (event instanceof Event.ChangeQueued || event instanceof Event.LaneQueued) {
                Entry entry = begun(recorded);
                requests.put(entry.id(), entry);
            } else if (event instanceof Event.ReleaseMade e) {
                wanted.addAll(e.changes());
                releases.put(e.id(), new ReleaseRecord(e, recorded.at(), Optional.empty(), Optional.empty()));
            } else if (event instanceof Event.ChangeEnded e) {
                wanted.add(e.change());
            } else if (event instanceof Event.LaneEnded e) {
                wanted.add(e.lane());
            } else if (event instanceof Event.LaneInstalled e) {
                wanted.add(e.lane());
            } else if (event instanceof Event.ReleasePromoted e) {
                release(e.release()).ifPresent(r -> wanted.addAll(r.made().changes()));
            }
        }
        wanted.removeAll(requests.keySet());
        history.requests(handle, wanted).forEach(entry -> requests.put(entry.id(), entry));
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
        if (event instanceof Event.LaneQueued e) {
            rows.lane(e.lane(), recorded.version());
        } else if (event instanceof Event.ReleaseMade e) {
            List<Origin> origins = e.changes().stream()
                    .filter(requests::containsKey)
                    .map(c -> requests.get(c).origin())
                    .toList();
            Entry entry = begun(recorded);
            rows.item("release", entry, recorded.at(), Terms.of(entry, e.owner(), origins));
        } else if (event instanceof Event.ReleasePromoted e) {
            release(e.release()).ifPresent(r -> promoted(r, recorded));
        } else if (event instanceof Event.PromotionRefused e) {
            rows.done(e.release(), recorded);
        } else if (event instanceof Event.ChangeEnded e) {
            ended(e.change(), e.outcome(), recorded);
        } else if (event instanceof Event.LaneEnded e) {
            rows.laneEnded(e.lane(), recorded.version());
            ended(e.lane(), e.outcome(), recorded);
        } else {
            now(recorded);
        }
    }

    private void now(RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.BatchDeparted e) {
            rows.now("batch", recorded.version());
            e.changes().forEach(change -> rows.departed(change, e.batch()));
            counts.departed(owner, recorded.at(), e);
        } else if (event instanceof Event.BatchEnded) {
            rows.now("batch", null);
        } else if (event instanceof Event.TrialStarted e) {
            rows.now("trial", recorded.version());
            rows.holds(new Holding(e.environment(), e.set(), e.trial(), recorded.at()));
        } else if (event instanceof Event.TrialEnded e) {
            rows.now("trial", null);
            counts.tested(owner, recorded.at(), e.verdict().name());
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
        } else if (event instanceof Event.LaneTested e) {
            counts.tested(owner, recorded.at(), e.verdict().name());
        }
    }

    private void promoted(ReleaseRecord release, RecordedEvent recorded) {
        Event.ReleaseMade made = release.made();
        Instant at = recorded.at();
        rows.done(made.id(), recorded);
        made.changed().forEach((service, image) -> rows.produces(new Production(service, image, made.id(), at)));
        releases.put(made.id(), new ReleaseRecord(made, release.madeAt(), Optional.of(""), Optional.of(at)));
        counts.promoted(made, at);
        made.changes().stream()
                .filter(requests::containsKey)
                .forEach(c -> counts.lead(
                        made.owner(), at, Duration.between(requests.get(c).askedAt(), at)));
        if (!made.rollbackOf().isEmpty()) {
            release(made.parent())
                    .flatMap(ReleaseRecord::promotedAt)
                    .ifPresent(since -> counts.restored(made.owner(), at, Duration.between(since, at)));
        }
    }

    /** What became a release is found as that release; every other end is an item of its own. */
    private void ended(String id, Event.Outcome outcome, RecordedEvent recorded) {
        counts.ended(owner, recorded.at(), outcome);
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
        rows.item("change", entry, recorded.at(), Terms.of(entry, owner, List.of(request.origin())));
    }
}
