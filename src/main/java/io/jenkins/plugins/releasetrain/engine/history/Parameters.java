package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A request's query or form, every name and value checked. */
public final class Parameters {
    private static final int VALUE = 300;
    private static final int DAY_LENGTH = 10;

    private final Map<String, String> values = new TreeMap<>();

    /**
     * @param query raw, without question mark; empty for none
     * @throws EngineException INVALID_INPUT unknown name, or a value that is too long
     */
    public Parameters(String query, Set<String> known) {
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!known.contains(name)) {
                throw EngineException.invalid("Unknown parameter '" + name + "'; known are " + known);
            }
            if (value.length() > VALUE) {
                throw EngineException.invalid("Parameter '" + name + "' is longer than " + VALUE + " characters");
            }
            values.put(name, value);
        }
    }

    static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw EngineException.invalid("Not URL-encoded: '" + text + "'");
        }
    }

    /** Empty parameters, as forms send them, count as absent. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).filter(v -> !v.isBlank());
    }

    public String required(String name) {
        return text(name).orElseThrow(() -> EngineException.invalid("Parameter '" + name + "' is missing"));
    }

    int number(String name, int usual, int largest) {
        try {
            int number = text(name).map(Integer::parseInt).orElse(usual);
            if (number >= 1 && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw EngineException.invalid(
                "Parameter '" + name + "' must be a number from 1 to " + largest + ", not '" + values.get(name) + "'");
    }

    long key(String name) {
        try {
            return text(name).map(Long::parseLong).orElse(Long.MAX_VALUE);
        } catch (NumberFormatException e) {
            throw EngineException.invalid("Parameter '" + name + "' must be what the page before gave as 'next', not '"
                    + values.get(name) + "'");
        }
    }

    Optional<Instant> time(String name) {
        return text(name).map(v -> time(name, v));
    }

    /** A day as it is said, or the day of a time in that zone. */
    Optional<LocalDate> day(String name, ZoneId zone) {
        return text(name)
                .map(v -> LocalDate.ofInstant(time(name, v), v.length() == DAY_LENGTH ? ZoneOffset.UTC : zone));
    }

    /** @throws EngineException INVALID_INPUT for what is neither a day nor a time */
    static Instant time(String name, String value) {
        try {
            return Instant.parse(value.length() == DAY_LENGTH ? value + "T00:00:00Z" : value);
        } catch (DateTimeParseException e) {
            throw EngineException.invalid("Parameter '" + name
                    + "' must be a day or a time in UTC, as 2026-03-01 or 2026-03-01T10:00:00Z, not '" + value + "'");
        }
    }
}
