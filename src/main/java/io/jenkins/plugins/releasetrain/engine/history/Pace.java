package io.jenkins.plugins.releasetrain.engine.history;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * When open pages ask again: soon while there are few, and later the more there are, so that all of them together ask about as
 * often as the server bears. How many there are is known by what each says that it waited: those that wait long ask seldom, and
 * count for more.
 */
public final class Pace {
    private static final Duration WINDOW = Duration.ofSeconds(15);
    private static final double SOON = 3;
    private static final double LATE = 60;

    private final Clock clock;
    private final double perSecond;
    private final Deque<Asked> asked = new ArrayDeque<>();

    private record Asked(Instant at, double waited) {}

    /** @param perSecond how often all pages together may ask */
    public Pace(Clock clock, double perSecond) {
        this.clock = clock;
        this.perSecond = perSecond;
    }

    /**
     * A page asks.
     *
     * @param waited seconds since it asked before; 0 where it did not
     * @return seconds until it is to ask again
     */
    public synchronized int again(double waited) {
        Instant now = clock.instant();
        asked.add(new Asked(now, Math.min(Math.max(waited, SOON), LATE)));
        while (asked.peek().at().isBefore(now.minus(WINDOW))) {
            asked.remove();
        }
        double pages = asked.stream().mapToDouble(Asked::waited).sum() / WINDOW.toSeconds();
        return (int) Math.ceil(Math.min(Math.max(pages / perSecond, SOON), LATE));
    }
}
