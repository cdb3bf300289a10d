package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** As much of a store as trains and promotions need, in lists: for tests of thousands of histories. */
public final class MemoryStore {
    private final Map<String, List<RecordedEvent>> streams = new HashMap<>();
    private final Map<Digest, ImageSet> sets = new HashMap<>();

    private MemoryStore() {}

    @SuppressWarnings("unchecked")
    public static Store create() {
        MemoryStore memory = new MemoryStore();
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, a) -> switch (method.getName()) {
                    case "load" -> new Store.Stream(memory.version(a[0]), Optional.empty(), memory.stream(a[0]));
                    case "version" -> memory.version(a[0]);
                    case "append" ->
                        memory.append((String) a[0], (Long) a[1], (Instant) a[2], (List<? extends Event>) a[3]);
                    case "events" ->
                        memory.stream(a[0]).stream()
                                .skip((Long) a[1])
                                .limit((Integer) a[2])
                                .toList();
                    case "saveSet" ->
                        memory.sets.put(((ImageSet) a[0]).digest(), (ImageSet) a[0]) == null ? null : null;
                    case "set" -> Optional.ofNullable(memory.sets.get(a[0]));
                    case "runs" -> memory.runs((String) a[0], (Collection<Digest>) a[1], (Instant) a[2]);
                    case "trials" -> memory.trials((String) a[0]);
                    case "change" -> memory.change((String) a[0]);
                    case "release" -> memory.release((String) a[0]);
                    // Everybody here is one controller.
                    case "claim" -> true;
                    case "saveSnapshot", "close" -> null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private List<RecordedEvent> stream(Object name) {
        return streams.computeIfAbsent((String) name, n -> new ArrayList<>());
    }

    private long version(Object name) {
        return stream(name).size();
    }

    private long append(String name, long expected, Instant at, List<? extends Event> events) {
        List<RecordedEvent> stream = stream(name);
        if (stream.size() != expected) {
            throw new EngineException(FailureKind.CONFLICT, name + " is at version " + stream.size());
        }
        events.forEach(e -> stream.add(new RecordedEvent(stream.size() + 1L, at, e)));
        return stream.size();
    }

    private <E extends Event> Stream<RecordedEvent> all(Class<E> type) {
        return streams.values().stream().flatMap(List::stream).filter(r -> type.isInstance(r.event()));
    }

    private <E extends Event> Stream<E> events(Class<E> type) {
        return all(type).map(r -> type.cast(r.event()));
    }

    private Map<Digest, Store.Runs> runs(String suite, Collection<Digest> wanted, Instant since) {
        Map<Digest, Store.Runs> runs = new HashMap<>();
        all(Event.TrialEnded.class).filter(r -> !r.at().isBefore(since)).forEach(r -> {
            Event.TrialEnded e = (Event.TrialEnded) r.event();
            if (e.suite().equals(suite) && wanted.contains(e.set()) && e.verdict() != Verdict.VOID) {
                Store.Runs before = runs.getOrDefault(e.set(), Store.Runs.NONE);
                boolean pass = e.verdict() == Verdict.PASSED;
                runs.put(e.set(), new Store.Runs(before.passed() + (pass ? 1 : 0), before.failed() + (pass ? 0 : 1)));
            }
        });
        return runs;
    }

    private List<Store.TrialRecord> trials(String batch) {
        return all(Event.TrialStarted.class)
                .filter(r -> ((Event.TrialStarted) r.event()).batch().equals(batch))
                .map(r -> {
                    Event.TrialStarted started = (Event.TrialStarted) r.event();
                    Optional<Event.TrialEnded> ended = events(Event.TrialEnded.class)
                            .filter(e -> e.trial().equals(started.trial()))
                            .findFirst();
                    Optional<TestReport> tests = events(Event.TestsRecorded.class)
                            .filter(e -> e.trial().equals(started.trial()))
                            .map(Event.TestsRecorded::report)
                            .findFirst();
                    return new Store.TrialRecord(started, r.at(), ended, tests);
                })
                .toList();
    }

    private Optional<Store.ChangeRecord> change(String id) {
        Optional<RecordedEvent> ended = all(Event.ChangeEnded.class)
                .filter(r -> ((Event.ChangeEnded) r.event()).change().equals(id))
                .findFirst();
        return events(Event.ChangeQueued.class)
                .filter(e -> e.change().id().equals(id))
                .findFirst()
                .map(queued -> new Store.ChangeRecord(
                        "", queued, ended.map(r -> (Event.ChangeEnded) r.event()), ended.map(RecordedEvent::at)));
    }

    private Optional<Store.ReleaseRecord> release(String id) {
        return all(Event.ReleaseMade.class)
                .filter(r -> ((Event.ReleaseMade) r.event()).id().equals(id))
                .findFirst()
                .map(r -> new Store.ReleaseRecord(
                        (Event.ReleaseMade) r.event(), r.at(), Optional.empty(), Optional.empty()));
    }
}
