package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.train.Evidence;
import io.jenkins.plugins.releasetrain.engine.train.Sets;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Baseline;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Decision;
import io.jenkins.plugins.releasetrain.engine.train.TrialPolicy.Situation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What it costs to plan one trial: 1,000 changes wait for a train of 5,000 services, and a batch of theirs failed. */
final class Planning {
    private static final int SERVICES = 5_000;
    private static final int WAITING = 1_000;
    private static final int ROUNDS = 60;
    private static final double NANOS_PER_MILLI = 1e6;

    private Planning() {}

    /** @return median milliseconds from the state to the digest of the set that is tried next */
    static double milliseconds() {
        ImageSet baseline = baseline();
        List<Change> changes = changes();
        List<String> ids = changes.stream().map(Change::id).toList();
        Rates rates = new Rates(0.05, 0.03);
        Evidence failed = Evidence.NONE.failed(tried(ids.subList(0, 14), 1)).failed(tried(ids.subList(0, 6), 2));
        Baseline works = new Baseline("staging", true, Timeline.EMPTY);
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            List<String> view = TrialPolicy.view(ids, failed, TrialPolicy.batchLimit(rates, 1, 64));
            List<Change> inView =
                    changes.stream().filter(c -> view.contains(c.id())).toList();
            Decision decision = new TrialPolicy(rates, 0.0002)
                    .decide(new Situation(view, failed, works, List.of(), Sets.inseparable(inView), ids.size()));
            List<String> chosen = ((Decision.Run) decision).changes();
            ImageSet set = Sets.with(
                    baseline,
                    inView.stream().filter(c -> chosen.contains(c.id())).toList());
            if (set.equals(baseline)) {
                throw new IllegalStateException("A set with changes has the digest of the baseline");
            }
            times.add((System.nanoTime() - begin) / NANOS_PER_MILLI);
        }
        return times.stream().sorted().skip(ROUNDS / 2).findFirst().orElseThrow();
    }

    private static Evidence.Tried tried(List<String> changes, int trial) {
        Instant start = Instant.EPOCH.plus(Duration.ofMinutes(30L * trial));
        Run run = new Run("" + trial, "staging", changes, start, start.plus(Duration.ofMinutes(30)), Verdict.FAILED);
        return new Evidence.Tried(changes, true, List.of(run), Evidence.Source.UNKNOWN);
    }

    private static ImageSet baseline() {
        Map<String, PinnedImage> images = new TreeMap<>();
        for (int i = 0; i < SERVICES; i++) {
            images.put("service-" + i, image(i, "1"));
        }
        return ImageSet.of(images);
    }

    private static List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < WAITING; i++) {
            TreeMap<String, PinnedImage> images = new TreeMap<>(Map.of("service-" + i, image(i, "2")));
            changes.add(new Change("c" + i, images, Origin.UNKNOWN, Instant.EPOCH, 0, true));
        }
        return changes;
    }

    private static PinnedImage image(int service, String version) {
        return new PinnedImage("shop/service-" + service, Digest.sha256(service + " " + version), version);
    }
}
