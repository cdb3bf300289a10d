package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Trains that each made ten releases, try three changes and have more waiting; two are paused. */
final class ManyTrains {
    static final int RELEASES = 10;
    static final int TRIED = 3;

    private final Store store;
    private final Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(7_200);

    private ManyTrains(Store store) {
        this.store = store;
    }

    /** @param changes that are undecided in each */
    static void fill(Store store, int trains, int changes) {
        ManyTrains many = new ManyTrains(store);
        for (int n = 0; n < trains; n++) {
            many.train("train-%02d".formatted(n), changes, n % 10 == 7);
        }
    }

    private static Event queued(String train, int n, Instant at) {
        String service = "service-" + n;
        PinnedImage image = new PinnedImage(train + "/" + service, Digest.sha256(train + n), "1." + n);
        Origin origin = new Origin("job/" + service + "#" + n, "", "person" + n);
        return new Event.ChangeQueued(
                new Change(train + "-" + n, new TreeMap<>(Map.of(service, image)), origin, at, 0, true));
    }

    private void train(String name, int changes, boolean paused) {
        List<Event> events = new ArrayList<>();
        for (int n = 1; n <= RELEASES; n++) {
            events.addAll(release(name, n));
        }
        for (int n = 0; n < changes; n++) {
            events.add(queued(name, n, at));
        }
        List<String> tried = new ArrayList<>();
        for (int n = 0; n < TRIED; n++) {
            tried.add(name + "-" + n);
        }
        Digest set = Digest.sha256(name + " tried");
        events.add(new Event.BatchDeparted("batch " + name, tried, Digest.sha256(name)));
        if (paused) {
            events.add(new Event.TrainPaused("database move", "eve"));
        } else {
            events.add(new Event.TrialStarted(
                    "trial " + name, "batch " + name, set, tried, "batch of 3", "staging", tried.get(0), 99, false));
        }
        store.append("train/" + name, 0, at, events);
    }

    private List<Event> release(String name, int n) {
        String change = name + "-released-" + n;
        Digest set = Digest.sha256(name + " set " + n);
        TreeMap<String, PinnedImage> images = new TreeMap<>(
                Map.of("service-1", new PinnedImage(name + "/service-1", Digest.sha256(name + " r" + n), "0." + n)));
        List<Event> events = new ArrayList<>(List.of(
                new Event.ChangeQueued(new Change(change, images, new Origin("b#" + n, "", "ada"), at, 0, true)),
                new Event.BatchDeparted("b " + name + n, List.of(change), set),
                new Event.TrialStarted(
                        "t " + name + n,
                        "b " + name + n,
                        set,
                        List.of(change),
                        "batch of 1",
                        "staging",
                        change,
                        n,
                        false),
                new Event.TrialEnded("t " + name + n, set, "system", Verdict.PASSED, "", 60_000),
                made(name, n, set, images, change)));
        events.add(
                n == 4
                        ? new Event.PromotionRefused(name + "-" + n, "p" + name + n, "refused")
                        : new Event.ReleasePromoted(name + "-" + n, "p" + name + n));
        events.add(new Event.ChangeEnded(
                change, n == 4 ? Event.Outcome.UNDECIDED : Event.Outcome.RELEASED, "", name + "-" + n));
        events.add(new Event.BatchEnded("b " + name + n, List.of()));
        return events;
    }

    private static Event made(String name, int n, Digest set, TreeMap<String, PinnedImage> images, String change) {
        return new Event.ReleaseMade(
                name + "-" + n,
                name,
                n,
                Event.Kind.MONO,
                set,
                "",
                "",
                images,
                List.of(change),
                "t " + name + n,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
