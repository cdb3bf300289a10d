package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Minutes in the notation of crontab(5): minute, hour, day of month, month, day of week (0 and 7 are Sunday); each a
 * {@code *}, a number, a range, a step or a list of these. As there, where both days are restricted either one is enough.
 */
record Cron(String expression, List<BitSet> fields) {
    private static final List<String> NAMES = List.of("minute", "hour", "day of month", "month", "day of week");
    private static final int[] LEAST = {0, 0, 1, 1, 0};
    private static final int[] MOST = {59, 23, 31, 12, 7};
    private static final int SUNDAY = 7;
    private static final int DAYS = 365;
    private static final int NO_LEAP_YEAR = 2027;

    static Cron parse(String expression) {
        String[] parts = expression.trim().split("\\s+");
        if (parts.length != NAMES.size()) {
            throw EngineException.invalid("Not a time in cron notation: '" + expression + "'; expected five fields: "
                    + String.join(", ", NAMES));
        }
        BitSet[] fields = new BitSet[parts.length];
        for (int i = 0; i < parts.length; i++) {
            fields[i] = field(expression, parts[i], i);
        }
        return new Cron(expression, List.of(fields));
    }

    private static BitSet field(String expression, String text, int index) {
        BitSet set = new BitSet();
        try {
            for (String part : text.split(",")) {
                String[] step = part.split("/", 2);
                String[] range = step[0].equals("*")
                        ? new String[] {"" + LEAST[index], "" + MOST[index]}
                        : step[0].split("-", 2);
                int from = Integer.parseInt(range[0]);
                int to = range.length == 2 ? Integer.parseInt(range[1]) : step.length == 2 ? MOST[index] : from;
                int by = step.length == 2 ? Integer.parseInt(step[1]) : 1;
                if (from < LEAST[index] || to > MOST[index] || from > to || by < 1) {
                    throw new NumberFormatException(part);
                }
                for (int value = from; value <= to; value += by) {
                    set.set(value);
                }
            }
        } catch (NumberFormatException e) {
            throw EngineException.invalid("Not a time in cron notation: '" + expression + "'; its " + NAMES.get(index)
                    + " '" + text + "' is not made of numbers from " + LEAST[index] + " to " + MOST[index]);
        }
        if (index == NAMES.size() - 1 && set.get(SUNDAY)) {
            set.set(0);
        }
        return set;
    }

    boolean matches(LocalDateTime time) {
        return fields.get(0).get(time.getMinute()) && fields.get(1).get(time.getHour()) && isOn(time.toLocalDate());
    }

    private boolean isOn(LocalDate date) {
        int weekday = date.getDayOfWeek().getValue() % SUNDAY;
        boolean day = fields.get(2).get(date.getDayOfMonth());
        boolean week = fields.get(4).get(weekday);
        String[] parts = expression.trim().split("\\s+");
        boolean either = !parts[2].startsWith("*") && !parts[4].startsWith("*");
        return fields.get(3).get(date.getMonthValue()) && (either ? day || week : day && week);
    }

    /** Whether it comes in every year, leap years or not. */
    boolean comesEveryYear() {
        return IntStream.rangeClosed(1, DAYS).anyMatch(day -> isOn(LocalDate.ofYearDay(NO_LEAP_YEAR, day)));
    }

    /** The latest one at or before a minute; empty where there is none in a year before. */
    Optional<LocalDateTime> latest(LocalDateTime last) {
        return Stream.iterate(last.toLocalDate(), date -> date.minusDays(1))
                .limit(DAYS + 1)
                .filter(this::isOn)
                .flatMap(date -> minutes(date).filter(t -> !t.isAfter(last)).reduce((a, b) -> b).stream())
                .findFirst();
    }

    /** The first one at or after a minute; empty where there is none in a year after. */
    Optional<LocalDateTime> first(LocalDateTime least) {
        return Stream.iterate(least.toLocalDate(), date -> date.plusDays(1))
                .limit(DAYS + 1)
                .filter(this::isOn)
                .flatMap(date -> minutes(date).filter(t -> !t.isBefore(least)).findFirst().stream())
                .findFirst();
    }

    private Stream<LocalDateTime> minutes(LocalDate date) {
        return fields.get(1).stream()
                .boxed()
                .flatMap(hour -> fields.get(0).stream().mapToObj(minute -> date.atTime(hour, minute)));
    }
}
