package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.train.Timetable.Freeze;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimetableTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final Timetable weekends = new Timetable(
            List.of(new Freeze("0 16 * * 5", Duration.ofHours(64), BERLIN, "no releases at weekends")),
            Duration.ZERO,
            Duration.ofHours(1));

    @ParameterizedTest
    @CsvSource({
        "2026-11-27T15:59:59+01:00, false",
        "2026-11-27T16:00:00+01:00, true",
        "2026-11-30T07:59:59+01:00, true",
        "2026-11-30T08:00:00+01:00, false",
        "2026-07-03T15:30:00+02:00, false",
        "2026-07-03T16:30:00+02:00, true"
    })
    void freezeFollowsTheWallClockOfItsZone(ZonedDateTime now, boolean frozen) {
        assertThat(weekends.closed(now.toInstant()).isPresent()).isEqualTo(frozen);
    }

    /** MQ-3 b: the end is on the wall clock too, when the clock changes within the freeze. */
    @ParameterizedTest
    @CsvSource({
        "2026-03-30T07:59:59+02:00, true",
        "2026-03-30T08:00:00+02:00, false",
        "2026-10-26T07:59:59+01:00, true",
        "2026-10-26T08:00:00+01:00, false"
    })
    void MQ_3_freezeEndsOnTheWallClock(ZonedDateTime now, boolean frozen) {
        assertThat(weekends.closed(now.toInstant()).isPresent()).isEqualTo(frozen);
    }

    /** MQ-3 a: 02:30 does not exist on that day. */
    @ParameterizedTest
    @CsvSource({
        "2026-03-29T01:59:59+01:00, false",
        "2026-03-29T03:30:00+02:00, true",
        "2026-03-29T11:00:00+02:00, true",
        "2026-03-29T22:00:00+02:00, true",
        "2026-03-30T02:30:00+02:00, false"
    })
    void MQ_3_startThatTheClockSkipsIsTakenWhenItJumps(ZonedDateTime now, boolean frozen) {
        Timetable nights = new Timetable(
                List.of(new Freeze("30 2 * * 0", Duration.ofHours(24), BERLIN, "sundays")),
                Duration.ZERO,
                Duration.ofHours(1));
        assertThat(nights.closed(now.toInstant()).isPresent()).isEqualTo(frozen);
    }

    /** The weekend's ends within the year's end, at which an audit begins. */
    @Test
    void MQ_3_ofFreezesThatOverlapOrFollowEachOtherTheLastEndIsTold() {
        ZoneId zone = ZoneId.of("Europe/Berlin");
        Timetable timetable = new Timetable(
                List.of(
                        new Timetable.Freeze("0 16 * * 5", Duration.ofHours(64), zone, "the weekend"),
                        new Timetable.Freeze("0 0 24 12 *", Duration.ofDays(9), zone, "the year's end"),
                        new Timetable.Freeze("0 0 2 1 *", Duration.ofDays(1), zone, "an audit")),
                Duration.ZERO,
                Duration.ofHours(1));
        Instant saturday = ZonedDateTime.of(2026, 12, 26, 12, 0, 0, 0, zone).toInstant();
        assertThat(timetable.closed(saturday))
                .hasValue("frozen until 2027-01-04T08:00+01:00[Europe/Berlin]: the weekend");
        assertThat(timetable.closed(saturday.plus(Duration.ofDays(30)))).isEmpty();
        Timetable always = new Timetable(
                List.of(new Timetable.Freeze("0 0 * * *", Duration.ofDays(1), zone, "closed for good")),
                Duration.ZERO,
                Duration.ofHours(1));
        assertThat(always.closed(saturday)).isPresent();
    }

    @Test
    void reasonAndEndAreTold() {
        assertThat(weekends.closed(Instant.parse("2026-11-28T12:00:00Z")))
                .get()
                .asString()
                .contains("2026-11-30T08:00")
                .contains("no releases at weekends");
    }

    @ParameterizedTest
    @CsvSource({
        "*/15 8-10 * * *, 2026-11-23T09:45:00Z, true",
        "*/15 8-10 * * *, 2026-11-23T09:46:00Z, false",
        "0 0 1 * 1, 2026-11-23T00:00:00Z, true",
        "0 0 1 * 1, 2026-12-01T00:00:00Z, true",
        "0 0 1 * 1, 2026-11-24T00:00:00Z, false",
        "0 0 * * 7, 2026-11-22T00:00:00Z, true",
        "'0 0 24,31 12 *', 2026-12-31T00:00:00Z, true"
    })
    void cronIsThatOfCrontab(String expression, ZonedDateTime time, boolean matches) {
        assertThat(Cron.parse(expression).matches(time.toLocalDateTime())).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "* * * *", "60 * * * *", "* * 0 * *", "a * * * *", "5-1 * * * *", "*/0 * * * *", "1,, * * *"
            })
    void malformedTimesAreRefusedByName(String expression) {
        assertThatThrownBy(() -> new Freeze(expression, Duration.ofHours(1), BERLIN, ""))
                .hasMessageContaining("cron notation")
                .hasMessageContaining(expression);
    }
}
