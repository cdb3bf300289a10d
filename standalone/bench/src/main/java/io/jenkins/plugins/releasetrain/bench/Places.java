package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is where, of 5,000 services in twenty environments, in a store with a long history besides. */
final class Places {
    private static final int SERVICES = 5_000;
    private static final int ENVIRONMENTS = 20;
    /** One service in so many is another one in an environment. */
    private static final int ONE_IN = 20;

    private static final int WARM_UP = 30;
    private static final int CALLS = 200;

    private Places() {}

    private static String service(int n) {
        return "place-%04d".formatted(n);
    }

    private static PinnedImage image(int n, int version) {
        return new PinnedImage("shop/" + service(n), Digest.sha256(service(n) + version), "1." + version);
    }

    /** Pages of all services, and of those alone that differ. @return p95 in ms, the worse of both */
    static double measure(SqlStore store, PrintStream out) {
        fill(store);
        HistoryApi api = new HistoryApi(store, Clock.fixed(HistoryData.END, ZoneOffset.UTC));
        double worst = 0;
        for (String differs : List.of("true", "false")) {
            Random random = new Random(1);
            double[] times = new double[CALLS];
            for (int i = -WARM_UP; i < CALLS; i++) {
                String query = "text=place&differs=" + differs + "&after=" + service(random.nextInt(SERVICES - 200));
                long start = System.nanoTime();
                Answer answer = api.get("matrix", query, "");
                times[Math.max(0, i)] = (System.nanoTime() - start) / 1e6;
                if (answer.status() != 200) {
                    throw new IllegalStateException(query + ": " + answer.status());
                }
            }
            Arrays.sort(times);
            double p95 = times[(int) (CALLS * 0.95)];
            out.printf(
                    "%s: %d services in %d environments, differs=%s: p95 %.1f ms%n",
                    store.product(), SERVICES, ENVIRONMENTS, differs, p95);
            worst = Math.max(worst, p95);
        }
        return worst;
    }

    private static void fill(SqlStore store) {
        Instant at = HistoryData.END.minusSeconds(3_600);
        SortedMap<String, PinnedImage> now = new TreeMap<>();
        for (int version = 1; version <= 2; version++) {
            for (int n = 0; n < SERVICES; n++) {
                now.put(service(n), image(n, version));
            }
            release(store, at, version, now);
        }
        for (int environment = 0; environment < ENVIRONMENTS; environment++) {
            SortedMap<String, PinnedImage> held = new TreeMap<>(now);
            for (int n = environment; n < SERVICES; n += ONE_IN) {
                held.put(service(n), image(n, n % 2 == 0 ? 1 : 3));
            }
            ImageSet set = ImageSet.of(held);
            store.saveSet(set, Optional.empty());
            store.append(
                    "train/places",
                    store.version("train/places"),
                    at,
                    List.of(new Event.BaselineInstalled("place-" + environment, set.digest(), List.of())));
        }
    }

    private static void release(SqlStore store, Instant at, int version, SortedMap<String, PinnedImage> now) {
        String id = "places-" + version;
        store.append(
                "train/places",
                store.version("train/places"),
                at,
                List.of(
                        new Event.ReleaseMade(
                                id,
                                "places",
                                version,
                                Event.Kind.MONO,
                                ImageSet.of(now).digest(),
                                "",
                                "",
                                new TreeMap<>(now),
                                List.of(),
                                "",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        new Event.ReleasePromoted(id, "p-" + id)));
    }
}
