package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The overview of twenty trains with two hundred changes that wait, in a store with a long history besides. */
final class Overviews {
    private static final int TRAINS = 20;
    private static final int WAITING = 10;
    private static final int RELEASES = 30;
    private static final int WARM_UP = 50;
    private static final int CALLS = 200;
    private static final Instant END = HistoryData.END;

    private Overviews() {}

    /** Nothing of it is kept from one call to the next, as after an event of each train. @return p95 in ms, and kB */
    static double[] measure(SqlStore store, PrintStream out) {
        for (int n = 0; n < TRAINS; n++) {
            fill(store, "train-" + n);
        }
        Clock clock = Clock.fixed(END, ZoneOffset.UTC);
        double[] cold = new double[CALLS];
        double[] known = new double[CALLS];
        Answer answer = null;
        for (int i = -WARM_UP; i < CALLS; i++) {
            HistoryApi api = new HistoryApi(store, clock);
            long start = System.nanoTime();
            answer = api.get("overview", "", "");
            long made = System.nanoTime();
            if (api.get("overview", "", answer.etag()).status() != 304) {
                throw new IllegalStateException("It is another one though nothing happened");
            }
            known[Math.max(0, i)] = (System.nanoTime() - made) / 1e6;
            cold[Math.max(0, i)] = (made - start) / 1e6;
        }
        double kilobytes = answer.body().length / 1e3;
        out.printf(
                "%s: overview of %d trains and %d waiting: p95 %.1f ms cold, %.2f ms where it is known, %.1f kB%n",
                store.product(), TRAINS, TRAINS * WAITING, p95(cold), p95(known), kilobytes);
        return new double[] {p95(cold), p95(known), kilobytes};
    }

    private static double p95(double[] times) {
        Arrays.sort(times);
        return times[(int) (times.length * 0.95)];
    }

    private static SortedMap<String, PinnedImage> images(String train, int n) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        for (int i = 0; i < 2; i++) {
            String service = train + "-service-" + i;
            images.put(service, new PinnedImage("shop/" + service, Digest.sha256(service + n), "1." + n));
        }
        return images;
    }

    private static Event queued(String train, String id, int n) {
        Origin origin = new Origin("folder/" + train + "#" + n, "job/folder/job/" + train + "/" + n + "/", "person");
        return new Event.ChangeQueued(new Change(id, images(train, n), origin, END, 0, true));
    }

    private static void fill(SqlStore store, String train) {
        List<Event> events = new ArrayList<>();
        for (int n = 1; n <= RELEASES; n++) {
            String id = train + "-" + n;
            events.add(queued(train, "c-" + id, n));
            events.add(new Event.ReleaseMade(
                    id,
                    train,
                    n,
                    Event.Kind.MONO,
                    Digest.sha256(id),
                    "",
                    "",
                    images(train, n),
                    List.of("c-" + id),
                    "t-" + id,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));
            events.add(new Event.ReleasePromoted(id, "p-" + id));
            events.add(new Event.ChangeEnded("c-" + id, Event.Outcome.RELEASED, "its trial passed", id));
        }
        List<String> tried = new ArrayList<>();
        for (int n = 0; n < WAITING; n++) {
            events.add(queued(train, "w-" + train + "-" + n, n));
            if (n < WAITING / 2) {
                tried.add("w-" + train + "-" + n);
            }
        }
        Digest set = Digest.sha256("tried " + train);
        events.add(new Event.BatchDeparted("b-" + train, tried, set));
        events.add(new Event.TrialStarted(
                "t-" + train, "b-" + train, set, tried, "batch of 5", "staging", tried.get(0), 1, false));
        store.append("train/" + train, 0, END, events);
    }

    /** Keys of the figures, from the worst of the databases. */
    static Map<String, Double> figures(double[] h2, double[] postgres) {
        return Map.of(
                "history.overview_ms", Math.round(10 * Math.max(h2[0], postgres[0])) / 10.0,
                "history.overview_known_ms", Math.round(100 * Math.max(h2[1], postgres[1])) / 100.0,
                "history.overview_kb", Math.round(10 * h2[2]) / 10.0);
    }
}
