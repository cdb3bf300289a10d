package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.TrialRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a batch was searched, and what a lane tried. */
final class SearchViews {
    private static final int RIDERS = 300;
    /** A batch's remembered verdicts are looked for in so many events. */
    private static final int EVENTS = 500;
    /** A lane's attempts are among those of all lanes of its environment: of hundreds that were tested meanwhile. */
    private static final int LANE_PARTS = 8;

    private final Store store;

    SearchViews(Store store) {
        this.store = store;
    }

    /**
     * @param some changes that were in it
     * @param proof id of the trial that the page is about; empty for none
     */
    Searched.Search ofBatch(Optional<String> batch, List<Entry> some, String proof) {
        if (batch.isEmpty()) {
            return Searched.Search.NONE;
        }
        List<TrialRecord> trials = store.trials(batch.get());
        List<RecordedEvent> recalls = recalls(batch.get(), some);
        List<String> ids = Stream.concat(
                        trials.stream().map(t -> t.started().changes()),
                        recalls.stream().map(r -> ((Event.VerdictRecalled) r.event()).changes()))
                .flatMap(List::stream)
                .distinct()
                .limit(RIDERS)
                .toList();
        List<Searched.Rider> riders = store.requests(ids).stream()
                .sorted(Comparator.comparing(e -> ids.indexOf(e.id())))
                .map(SearchViews::rider)
                .toList();
        return new Searched.Search(riders, TrialTree.of(trials, recalls, riders, proof, conductors(trials)));
    }

    private Map<String, Searched.Judge> conductors(List<TrialRecord> trials) {
        List<String> ids =
                trials.stream().map(t -> t.started().conductor()).distinct().toList();
        return store.requests(ids).stream().collect(Collectors.toMap(Entry::id, e -> Searched.Judge.of(e.origin())));
    }

    Searched.Search ofLane(Entry lane) {
        LaneAttempts attempts = new LaneAttempts(rider(lane), Searched.Judge.of(lane.origin()));
        for (int part = 0; part < LANE_PARTS && !attempts.isOver(); part++) {
            long after = lane.place().version() - 1 + (long) part * EVENTS;
            List<RecordedEvent> events = store.events(lane.place().stream(), after, EVENTS);
            events.forEach(attempts::add);
            if (events.size() < EVENTS) {
                break;
            }
        }
        return new Searched.Search(List.of(rider(lane)), attempts.all());
    }

    private static Searched.Rider rider(Entry request) {
        return new Searched.Rider(
                request.id(),
                request.images().entrySet().stream()
                        .map(i -> (i.getKey() + " " + i.getValue().tag()).strip())
                        .toList(),
                ItemViews.item(request).state());
    }

    /** In the events between the entry and the outcome of the last of these changes. */
    private List<RecordedEvent> recalls(String batch, List<Entry> some) {
        return some.stream()
                .max(Comparator.comparing(SearchViews::lastVersion))
                .map(last -> between(last.place().stream(), last.place().version(), lastVersion(last)))
                .orElse(Stream.of())
                .filter(r -> r.event() instanceof Event.VerdictRecalled e
                        && e.batch().equals(batch))
                .toList();
    }

    /** The newest ones, where there are too many. */
    private Stream<RecordedEvent> between(String stream, long begin, long end) {
        long from = Math.max(begin, end - EVENTS);
        return store.events(stream, from, (int) (end - from)).stream();
    }

    private static long lastVersion(Entry request) {
        return request.ended().isPresent()
                ? request.place().endedVersion()
                : request.place().version() + EVENTS / 2;
    }
}
