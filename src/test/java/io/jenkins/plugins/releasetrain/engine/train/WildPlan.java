package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.train.TrainSettings.Outages;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings.WhenBroken;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;

/** What an administrator may have configured by chance when a controller starts again. */
final class WildPlan {
    /** Of tests, as they are expected to flake: more than they do. */
    private static final double FLAKE = 0.02;

    private WildPlan() {}

    static Train.Plan by(Random random) {
        return new Train.Plan(settings(random), timetable(random));
    }

    private static TrainSettings settings(Random random) {
        TrainSettings usual = TrainSettings.of("shop", "suite " + random.nextInt(2));
        return new TrainSettings(
                usual.name(),
                usual.suite(),
                usual.testSuite(),
                1,
                1 + random.nextInt(usual.largestBatch()),
                usual.expectedFailure(),
                usual.priorChanges(),
                FLAKE,
                usual.priorRuns(),
                usual.innocenceBound(),
                usual.memo(),
                1 + random.nextInt(4),
                usual.movingTags(),
                usual.wasteBudget(),
                Outages.USUAL.with(random.nextInt(4) == 0 ? WhenBroken.PAUSE : WhenBroken.RETRY));
    }

    private static Timetable timetable(Random random) {
        ZoneId zone = ZoneId.of(random.nextBoolean() ? "Europe/Berlin" : "UTC");
        List<Timetable.Freeze> freezes = random.nextBoolean()
                ? List.of()
                : List.of(new Timetable.Freeze("0 */4 * * *", Duration.ofHours(2), zone, "a sale"));
        Departures departures = random.nextInt(3) > 0
                ? Departures.NONE
                : new Departures(
                        List.of(new Departure("30 */3 * * *", zone, "")),
                        Departures.USUAL_GRACE,
                        Departures.USUAL_HOTFIX);
        return new Timetable(
                freezes,
                Duration.ofMinutes(random.nextInt(2) * 30L),
                Duration.ofHours(random.nextInt(4) == 0 ? 1 : 24),
                Timetable.USUAL_BEGIN,
                departures);
    }
}
