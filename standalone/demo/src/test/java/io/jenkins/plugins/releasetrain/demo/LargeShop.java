package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Two releases, each of which changes all of 5,000 services. */
final class LargeShop {
    static final int SERVICES = 5_000;

    private LargeShop() {}

    private static SortedMap<String, PinnedImage> images(int build) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        for (int i = 0; i < SERVICES; i++) {
            String service = String.format(Locale.ROOT, "s%04d", i);
            images.put(service, new PinnedImage("shop/" + service, Digest.sha256(service + build), "1." + build));
        }
        return images;
    }

    static void fill(Store store) {
        Instant at = Instant.parse("2026-03-01T10:00:00Z");
        long version = 0;
        Optional<Digest> parent = Optional.empty();
        for (int n = 1; n <= 2; n++) {
            ImageSet set = ImageSet.of(images(n));
            store.saveSet(set, parent);
            Change change = new Change("c" + n, set.images(), Origin.UNKNOWN, at, 0, true);
            version = store.append(
                    "train/large",
                    version,
                    at,
                    List.of(
                            new Event.ChangeQueued(change),
                            new Event.BatchDeparted("b" + n, List.of("c" + n), set.digest()),
                            new Event.ReleaseMade(
                                    "large-" + n,
                                    "large",
                                    n,
                                    Event.Kind.MONO,
                                    set.digest(),
                                    n == 1 ? "" : "large-1",
                                    "",
                                    set.images(),
                                    List.of("c" + n),
                                    "",
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty()),
                            new Event.ReleasePromoted("large-" + n, "p" + n),
                            new Event.ChangeEnded("c" + n, Outcome.RELEASED, "its trial passed", "large-" + n),
                            new Event.BatchEnded("b" + n, List.of()),
                            new Event.BaselineInstalled("staging", set.digest(), List.of())));
            parent = Optional.of(set.digest());
        }
    }
}
