package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * A time of departure that comes again and again, on the wall clock: one that the clock skips is at the next minute that there
 * is, one that comes twice is the first.
 *
 * @param at in cron notation, for example {@code 0 10 * * 2,4} for Tuesdays and Thursdays at ten; comes in every year
 * @param zone whose wall clock it is on
 * @param label for people; may be empty
 */
public record Departure(String at, ZoneId zone, String label) {
    /** No clock was ever put forward or back by more. */
    private static final int LARGEST_JUMP_HOURS = 2;

    public Departure {
        if (!Cron.parse(at).comesEveryYear()) {
            throw EngineException.invalid(
                    "The departure '" + at + "' does not come within 366 days: there is no such day in every year");
        }
    }

    /** The latest one until now. */
    Optional<Instant> latest(Instant now) {
        Cron cron = Cron.parse(at);
        Optional<LocalDateTime> time =
                cron.latest(LocalDateTime.ofInstant(now, zone).plusHours(LARGEST_JUMP_HOURS));
        while (time.isPresent() && instant(time.get()).isAfter(now)) {
            time = cron.latest(time.get().minusMinutes(1));
        }
        return time.map(this::instant);
    }

    /** The first one after now. */
    Optional<Instant> next(Instant now) {
        Cron cron = Cron.parse(at);
        Optional<LocalDateTime> time = cron.first(LocalDateTime.ofInstant(now, zone)
                .minusHours(LARGEST_JUMP_HOURS)
                .withSecond(0)
                .withNano(0));
        while (time.isPresent() && !instant(time.get()).isAfter(now)) {
            time = cron.first(time.get().plusMinutes(1));
        }
        return time.map(this::instant);
    }

    private Instant instant(LocalDateTime time) {
        ZoneOffsetTransition jump = zone.getRules().getTransition(time);
        return jump != null && jump.isGap()
                ? jump.getInstant()
                : time.atZone(zone).toInstant();
    }
}
