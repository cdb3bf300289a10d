package io.jenkins.plugins.releasetrain.engine.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each state is called, everywhere: one word for one thing. The names are those of events and of the API, which stay;
 * the words are English, and translations have them by {@link #key}. Nobody else words a state.
 */
public enum States {
    WAITING("waiting", Tone.BUSY, "…"),
    TESTING("testing", Tone.BUSY, "…"),
    SEARCHING("finding the culprit", Tone.BUSY, "…"),
    INSTALL("installing", Tone.BUSY, "…"),
    TEST("testing", Tone.BUSY, "…"),
    DECIDE("being decided", Tone.BUSY, "…"),
    RUNNING("running", Tone.BUSY, "…"),
    IDLE("nothing to do", Tone.SOFT, "–"),
    PAUSED("paused", Tone.WARN, "‖"),
    HELD("held", Tone.WARN, "‖"),
    PASSED("passed", Tone.GOOD, "✓"),
    FAILED("failed", Tone.BAD, "✕"),
    VOID("no verdict", Tone.WARN, "?"),
    MADE("ready", Tone.BUSY, "…"),
    PROMOTED("released", Tone.GOOD, "✓"),
    REPLACED("released before", Tone.SOFT, "✓"),
    REFUSED("not released", Tone.BAD, "✕"),
    RELEASED("released", Tone.GOOD, "✓"),
    PROVEN("passed (test only)", Tone.GOOD, "✓"),
    EJECTED("rejected", Tone.BAD, "✕"),
    NOT_INSTALLABLE("does not start", Tone.BAD, "✕"),
    INCOMPATIBLE("breaks its contract", Tone.BAD, "✕"),
    SUPERSEDED("replaced", Tone.SOFT, "–"),
    CANCELLED("taken off", Tone.SOFT, "–"),
    UNDECIDED("not decided", Tone.WARN, "?"),
    TURNED_BACK("turned back", Tone.WARN, "↩"),
    BLOCKED("marked bad", Tone.BAD, "✕");

    /** What a state means for whoever reads it; colour never tells it alone. */
    private enum Tone {
        GOOD,
        BAD,
        WARN,
        BUSY,
        SOFT
    }

    /**
     * How pages show a state.
     *
     * @param tone in small letters
     * @param icon one sign
     */
    public record Look(String tone, String icon) {}

    private final String word;
    private final Tone tone;
    private final String icon;

    States(String word, Tone tone, String icon) {
        this.word = word;
        this.tone = tone;
        this.icon = icon;
    }

    /** English, in small letters, as in {@code does not start}. */
    public String word() {
        return word;
    }

    /** By which texts have its translations. */
    public String key() {
        return "word." + name();
    }

    /** Of an outcome or a verdict: they have the same names. */
    public static States of(Enum<?> outcome) {
        return valueOf(outcome.name());
    }

    /** The word of what has a name in capitals; that name in small letters where it is no state. */
    public static String word(String name) {
        return Arrays.stream(values())
                .filter(s -> s.name().equals(name))
                .findFirst()
                .map(States::word)
                .orElseGet(() -> name.toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    /** All looks, by name. */
    public static Map<String, Look> looks() {
        Map<String, Look> looks = new TreeMap<>();
        for (States state : values()) {
            looks.put(state.name(), new Look(state.tone.name().toLowerCase(Locale.ROOT), state.icon));
        }
        return looks;
    }
}
