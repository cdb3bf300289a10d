package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Values for tests, always the same. */
final class Samples {
    static final Instant AT = Instant.parse("2026-03-01T10:15:30.123456Z");

    private Samples() {}

    static PinnedImage image(String service, int build) {
        return new PinnedImage("shop/" + service, Digest.sha256(service + build), "1." + build);
    }

    static SortedMap<String, PinnedImage> images(String service, int build) {
        return new TreeMap<>(Map.of(service, image(service, build)));
    }

    static Event.ChangeQueued queued(String id) {
        Origin origin = new Origin("cart#41", "job/cart/41/", "ada");
        return new Event.ChangeQueued(new Change(id, images("cart", 41), origin, AT, 0, true));
    }

    static Event.ChangeEnded ended(String id) {
        return new Event.ChangeEnded(id, Event.Outcome.RELEASED, "its trial passed", "shop-1");
    }

    static Event.ChangeEnded cancelled(String id) {
        return new Event.ChangeEnded(id, Event.Outcome.CANCELLED, "its build was stopped", "");
    }

    static Event.ReleaseMade release(String owner, int number) {
        return new Event.ReleaseMade(
                owner + "-" + number,
                owner,
                number,
                Event.Kind.MONO,
                Digest.sha256(owner + number),
                number == 1 ? "" : owner + "-" + (number - 1),
                "",
                images("cart", number),
                List.of("c" + number),
                "t" + number,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static Event.TrialStarted trial(String id, String batch, Digest set) {
        return new Event.TrialStarted(id, batch, set, List.of("c1"), "batch", "staging", "cart#41", 7, false);
    }

    static Event.TrialEnded verdict(String trial, Digest set, String suite, Verdict verdict) {
        return new Event.TrialEnded(trial, set, suite, verdict, "as the tests say", 61_000);
    }

    /** A set of so many services, all of build 1. */
    static ImageSet set(int services) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        for (int i = 0; i < services; i++) {
            images.put("service-" + i, image("service-" + i, 1));
        }
        return ImageSet.of(images);
    }

    /** The set with so many of its images replaced, chosen by the random numbers. */
    static ImageSet changed(ImageSet set, int changes, Random random) {
        List<String> names = List.copyOf(set.images().keySet());
        SortedMap<String, PinnedImage> replaced = new TreeMap<>();
        while (replaced.size() < changes) {
            String service = names.get(random.nextInt(names.size()));
            replaced.put(service, image(service, random.nextInt(1_000_000)));
        }
        return set.with(replaced);
    }
}
