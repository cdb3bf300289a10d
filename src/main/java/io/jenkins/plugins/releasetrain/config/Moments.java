package io.jenkins.plugins.releasetrain.config;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Moments as people read them on the pages of the configuration. */
final class Moments {
    private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm z", Locale.ENGLISH);
    private static final DateTimeFormatter ELSE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z", Locale.ENGLISH);

    private Moments() {}

    /** By the clock on the controller's wall; the day where it is not today. */
    static String text(Instant at, Clock clock) {
        return text(at, clock.withZone(ZoneId.systemDefault()), ZoneId.systemDefault());
    }

    static String text(Instant at, Clock clock, ZoneId zone) {
        ZonedDateTime there = at.atZone(zone);
        boolean today = there.toLocalDate().equals(clock.instant().atZone(zone).toLocalDate());
        return (today ? TODAY : ELSE).format(there);
    }
}
