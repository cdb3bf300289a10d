package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Activity;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far the lanes are that are in their environment. */
final class LaneViews {
    /** A lane whose attempt began longer ago than so many events is shown as waiting. */
    private static final int EVENTS = 500;

    private final Store store;
    private final Live live;

    LaneViews(Store store, Live live) {
        this.store = store;
        this.live = live;
    }

    /**
     * Where an attempt is.
     *
     * @param phase as of {@link View.Progress}; empty before the environment let it in
     * @param began when the attempt did
     * @param since when the phase did
     * @param why what became of the attempt before; empty for the first
     * @param control whether what production runs is tested alone
     */
    private record Attempt(int number, String phase, Instant began, Instant since, String why, boolean control) {
        static final Attempt NONE = new Attempt(0, "", Instant.EPOCH, Instant.EPOCH, "", false);

        Attempt at(String newPhase, Instant at) {
            return new Attempt(number, newPhase, began, at, why, control);
        }

        /** Empty where nothing is to be said of it. */
        String text() {
            String which = "attempt " + number + (control ? LaneAttempts.CONTROL : "");
            return why.isEmpty() ? control ? which : "" : which + ": " + why;
        }
    }

    /** Attempts under way, oldest first. */
    List<View.TrialNow> trials(Activity activity) {
        if (activity.open().isEmpty()) {
            return List.of();
        }
        Map<String, Attempt> attempts = attempts(activity);
        return activity.open().stream()
                .filter(lane ->
                        !attempts.getOrDefault(lane.id(), Attempt.NONE).phase().isEmpty())
                .map(lane -> trial(lane, attempts.get(lane.id())))
                .sorted(Comparator.comparing(View.TrialNow::since))
                .toList();
    }

    private Map<String, Attempt> attempts(Activity activity) {
        String stream = activity.stream();
        long oldest = activity.open().get(0).place().version();
        long from = Math.max(oldest, store.version(stream) - EVENTS);
        Map<String, Attempt> attempts = new HashMap<>();
        store.events(stream, from, EVENTS).forEach(recorded -> follow(attempts, recorded));
        return attempts;
    }

    private static void follow(Map<String, Attempt> attempts, RecordedEvent recorded) {
        Instant at = recorded.at();
        if (recorded.event() instanceof Event.LaneStarted e) {
            Attempt before = attempts.getOrDefault(e.lane(), Attempt.NONE);
            attempts.put(e.lane(), new Attempt(before.number() + 1, "INSTALL", at, at, before.why(), e.control()));
        } else if (recorded.event() instanceof Event.LaneInstalled e) {
            attempts.computeIfPresent(e.lane(), (l, attempt) -> attempt.at("TEST", at));
        } else if (recorded.event() instanceof Event.LaneTested e) {
            attempts.computeIfPresent(e.lane(), (l, attempt) -> attempt.at("DECIDE", at));
        } else if (recorded.event() instanceof Event.LaneRetried e) {
            attempts.computeIfPresent(
                    e.lane(), (l, attempt) -> new Attempt(attempt.number(), "", at, at, e.reason(), false));
        }
    }

    private View.TrialNow trial(Entry lane, Attempt attempt) {
        Event.LaneQueued queued = (Event.LaneQueued) lane.began();
        String tenant = lane.id() + "-" + attempt.number();
        Optional<Live.Rollouts> rollouts = live.rollouts(
                        queued.environment(), queued.candidates().keySet())
                .filter(r -> attempt.phase().equals("INSTALL") && !r.at().isBefore(attempt.began()));
        return new View.TrialNow(
                tenant,
                queued.environment(),
                attempt.text(),
                lane.id(),
                List.of(lane.id()),
                attempt.began(),
                new View.Progress(
                        attempt.phase(),
                        attempt.since(),
                        rollouts,
                        live.tests(tenant),
                        live.copies(queued.candidates().values().stream()
                                .map(PinnedImage::digest)
                                .toList()),
                        live.trouble(tenant)),
                Searched.Judge.of(lane.origin()));
    }
}
