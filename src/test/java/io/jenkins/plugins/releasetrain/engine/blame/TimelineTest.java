package io.jenkins.plugins.releasetrain.engine.blame;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.blame.Timeline.Streak;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TimelineTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
    private static final int LONGEST = 8;

    private static Instant at(int minutes) {
        return T0.plusSeconds(60L * minutes);
    }

    /** Streaks as they are defined, whatever overlaps: each question is answered by looking at every run. */
    @Property
    void I4_streaksAreWhatNoPassTellsApart(
            @ForAll @Size(max = 12) List<@IntRange(max = 799) Integer> made,
            @ForAll @Size(max = 2) List<@IntRange(max = 50) Integer> said) {
        List<Run> runs = new ArrayList<>();
        for (int m : made) {
            Instant start = at(m / 2 % 50);
            Verdict verdict = m % 2 == 0 ? Verdict.FAILED : Verdict.PASSED;
            runs.add(new Run(
                    "" + runs.size(),
                    "staging",
                    List.of(),
                    start,
                    start.plusSeconds(60L * (m / 100 % LONGEST)),
                    verdict));
        }
        List<Instant> resumed = said.stream().map(TimelineTest::at).toList();
        Timeline timeline = new Timeline(runs, resumed);
        List<Streak> streaks = timeline.streaks();

        assertThat(streaks.stream().flatMap(s -> s.runs().stream()))
                .containsExactlyElementsOf(timeline.runs().stream()
                        .filter(Run::failed)
                        .sorted(Comparator.comparing(Run::start))
                        .toList());
        for (int i = 0; i < streaks.size(); i++) {
            Streak streak = streaks.get(i);
            Instant begin = streak.since();
            Instant end = end(streak.runs());
            for (int k = 1; k < streak.runs().size(); k++) {
                Instant until = end(streak.runs().subList(0, k));
                assertThat(worked(timeline, until, streak.runs().get(k).start()))
                        .isFalse();
            }
            Instant next = i + 1 < streaks.size() ? streaks.get(i + 1).since() : Instant.MAX;
            assertThat(streak.open()).isEqualTo(i + 1 == streaks.size() && !worked(timeline, end, next));
            assertThat(i + 1 == streaks.size() || worked(timeline, end, next)).isTrue();
            assertThat(streak.workedAt()).isEqualTo(workedAt(timeline, begin));
            assertThat(streak.healedAt()).isEqualTo(healedAt(timeline, end));
        }
    }

    private static Instant end(List<Run> failures) {
        return failures.stream().map(Run::end).max(Instant::compareTo).orElseThrow();
    }

    private static Stream<Run> passes(Timeline timeline) {
        return timeline.runs().stream().filter(Run::passed);
    }

    private static boolean worked(Timeline timeline, Instant from, Instant to) {
        return passes(timeline)
                        .anyMatch(p -> !p.end().isBefore(from) && !p.start().isAfter(to))
                || timeline.resumed().stream().anyMatch(at -> !at.isBefore(from) && !at.isAfter(to));
    }

    private static Optional<Instant> workedAt(Timeline timeline, Instant begin) {
        return Stream.concat(
                        passes(timeline)
                                .filter(p -> !p.start().isAfter(begin))
                                .map(p -> p.end().isBefore(begin) ? p.end() : begin),
                        timeline.resumed().stream().filter(at -> !at.isAfter(begin)))
                .max(Instant::compareTo);
    }

    private static Optional<Instant> healedAt(Timeline timeline, Instant end) {
        return passes(timeline)
                .filter(p -> !p.end().isBefore(end))
                .map(p -> p.start().isBefore(end) ? end : p.start())
                .min(Instant::compareTo)
                .filter(at -> timeline.resumed().stream().noneMatch(r -> !r.isBefore(end) && !r.isAfter(at)));
    }
}
