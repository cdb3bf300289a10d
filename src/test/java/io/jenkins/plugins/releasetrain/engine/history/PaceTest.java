package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import java.time.Duration;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final double PER_SECOND = 20;

    private final ManualClock clock = new ManualClock();
    private final Pace pace = new Pace(clock, PER_SECOND);

    @Test
    void aSinglePageAsksSoon() {
        for (int i = 0; i < 100; i++) {
            assertThat(pace.again(i == 0 ? 0 : 3)).isEqualTo(3);
            clock.advance(Duration.ofSeconds(3));
        }
    }

    @Test
    void S7_threeHundredPagesAskNoMoreThanTheServerBears() {
        assertThat(askedInTheLastMinute(300, 10)).isBetween(10 * 60, (int) (PER_SECOND * 60 * 1.2));
    }

    @Test
    void S7_howeverManyPagesThereAreEachAsksOnceAMinute() {
        assertThat(askedInTheLastMinute(3_000, 10)).isLessThan(3_300);
    }

    @Test
    void whenTheOthersAreClosedOnePageAsksSoonAgain() {
        askedInTheLastMinute(300, 5);
        clock.advance(Duration.ofMinutes(1));

        assertThat(pace.again(60)).isLessThanOrEqualTo(4);
    }

    /** Pages that open within a second of each other and go by what they are told, in milliseconds. */
    private int askedInTheLastMinute(int pages, int minutes) {
        record Page(long due, int waited) {}
        PriorityQueue<Page> all = new PriorityQueue<>((a, b) -> Long.compare(a.due(), b.due()));
        for (int i = 0; i < pages; i++) {
            all.add(new Page(i % 1000, 0));
        }
        long now = 0;
        int late = 0;
        while (now < minutes * 60_000L) {
            Page page = all.remove();
            clock.advance(Duration.ofMillis(page.due() - now));
            now = page.due();
            int again = pace.again(page.waited());
            late += now > (minutes - 1) * 60_000L ? 1 : 0;
            all.add(new Page(now + again * 1000L, again));
        }
        return late;
    }
}
