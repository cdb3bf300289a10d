package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Item;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** As much of a store as trains and promotions need, in lists: for tests of thousands of histories. */
public final class MemoryStore {
    private final Map<String, List<RecordedEvent>> streams = new HashMap<>();
    /** Of all streams, in order. */
    private final List<RecordedEvent> log = new ArrayList<>();

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
                    case "streams" ->
                        memory.streams.keySet().stream()
                                .filter(name -> name.startsWith((String) a[0]))
                                .sorted()
                                .toList();
                    case "releases" -> memory.releases((String) a[0], (Integer) a[1], (Integer) a[2]);
                    case "requests" -> memory.requests((Collection<String>) a[0]);
                    case "productionOf" -> memory.productionOf((String) a[0]);
                    case "production" -> memory.production();
                    case "item" -> memory.release((String) a[1]).map(memory::item);
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
        log.addAll(stream.subList(stream.size() - events.size(), stream.size()));
        return stream.size();
    }

    private <E extends Event> Stream<RecordedEvent> all(Class<E> type) {
        return log.stream().filter(r -> type.isInstance(r.event()));
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
                .map(this::release);
    }

    private Store.ReleaseRecord release(RecordedEvent made) {
        Event.ReleaseMade e = (Event.ReleaseMade) made.event();
        Optional<RecordedEvent> promoted = all(Event.ReleasePromoted.class)
                .filter(r -> ((Event.ReleasePromoted) r.event()).release().equals(e.id()))
                .findFirst();
        return new Store.ReleaseRecord(
                e,
                made.at(),
                promoted.map(r -> ((Event.ReleasePromoted) r.event()).promotion()),
                promoted.map(RecordedEvent::at));
    }

    private List<Store.ReleaseRecord> releases(String owner, int before, int limit) {
        return all(Event.ReleaseMade.class)
                .filter(r ->
                        r.event() instanceof Event.ReleaseMade e && e.owner().equals(owner) && e.number() < before)
                .sorted(Comparator.comparing(r -> -((Event.ReleaseMade) r.event()).number()))
                .limit(limit)
                .map(this::release)
                .toList();
    }

    /** As far as somebody decides by it: the state of a release. */
    private Item item(Store.ReleaseRecord release) {
        Event.ReleaseMade made = release.made();
        boolean refused =
                events(Event.PromotionRefused.class).anyMatch(e -> e.release().equals(made.id()));
        String state = release.promotedAt().isPresent() ? "PROMOTED" : refused ? "REFUSED" : "MADE";
        return new Item(
                Item.RELEASE,
                made.id(),
                made.owner(),
                state,
                List.of(),
                List.of(),
                0,
                "",
                "",
                "",
                "",
                release.madeAt());
    }

    private List<Entry> requests(Collection<String> ids) {
        Map<String, RecordedEvent> ended = new HashMap<>();
        log.forEach(r -> {
            if (r.event() instanceof Event.LaneEnded e) {
                ended.put(e.lane(), r);
            } else if (r.event() instanceof Event.ChangeEnded e) {
                ended.put(e.change(), r);
            }
        });
        return Stream.concat(all(Event.LaneQueued.class), all(Event.ChangeQueued.class))
                .map(r -> new Entry(
                        new Entry.Place("", r.version(), 0), r.event(), r.at(), Optional.empty(), Optional.empty()))
                .filter(e -> ids.contains(e.id()))
                .map(e -> Optional.ofNullable(ended.get(e.id()))
                        .map(r -> new Entry(
                                e.place(), e.began(), e.beganAt(), Optional.of(r.event()), Optional.of(r.at())))
                        .orElse(e))
                .toList();
    }

    /** All of it, in one page. */
    private List<Production> production() {
        return events(Event.ReleaseMade.class)
                .flatMap(made -> made.changed().keySet().stream())
                .distinct()
                .sorted()
                .flatMap(service -> productionOf(service).stream())
                .toList();
    }

    /** One per repository. */
    private List<Production> productionOf(String service) {
        Map<String, Production> byRepository = new HashMap<>();
        all(Event.ReleasePromoted.class).forEach(r -> {
            String id = ((Event.ReleasePromoted) r.event()).release();
            release(id)
                    .map(release -> release.made().changed().get(service))
                    .ifPresent(
                            image -> byRepository.put(image.repository(), new Production(service, image, id, r.at())));
        });
        return List.copyOf(byRepository.values());
    }
}
