package io.jenkins.plugins.releasetrain.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final Instant BEGIN = Instant.parse("2026-11-23T08:00:00Z");

    private final List<RecordedEvent> events = new ArrayList<>();

    private void at(int minute, Event event) {
        events.add(new RecordedEvent(events.size() + 1L, BEGIN.plus(Duration.ofMinutes(minute)), event));
    }

    private void queue(int minute, String id) {
        Map<String, PinnedImage> images = Map.of("cart", new PinnedImage("shop/cart", Digest.sha256(id), id));
        Instant asked = BEGIN.plus(Duration.ofMinutes(minute));
        at(minute, new Event.ChangeQueued(new Change(id, new TreeMap<>(images), Origin.UNKNOWN, asked, 0, true)));
    }

    private void decide(int minute, String id, Outcome outcome) {
        at(
                minute,
                new Event.TrialEnded(
                        "t" + id,
                        Digest.sha256(id),
                        "suite",
                        outcome == Outcome.RELEASED ? Verdict.PASSED : Verdict.FAILED,
                        "",
                        Duration.ofMinutes(30).toMillis()));
        at(minute, new Event.ChangeEnded(id, outcome, "", ""));
    }

    /** Four changes at once, decided one after the other: the train of that time was serial. */
    private Replay history() {
        List.of("c1", "c2", "c3", "c4").forEach(c -> queue(0, c));
        queue(0, "gone");
        decide(30, "c1", Outcome.RELEASED);
        decide(60, "c2", Outcome.EJECTED);
        at(61, new Event.ChangeEnded("gone", Outcome.SUPERSEDED, "", ""));
        decide(90, "c3", Outcome.RELEASED);
        decide(120, "c4", Outcome.RELEASED);
        return Replay.of(events);
    }

    @Test
    void whatHappenedIsToldAsItHappened() {
        Replay.Row actual = history().actual();
        assertThat(actual.decided()).isEqualTo(4);
        assertThat(actual.p50Minutes()).isEqualTo(90);
        assertThat(actual.p95Minutes()).isEqualTo(120);
        assertThat(actual.trialsPerChange()).isEqualTo(1);
    }

    @Test
    void serialReplayOfASerialHistoryIsTheHistory() {
        Replay.Row serial = history().with(Policy.SERIAL, 1);
        assertThat(serial.decided()).isEqualTo(4);
        assertThat(serial.p50Minutes()).isCloseTo(90, within(1e-6));
        assertThat(serial.p95Minutes()).isCloseTo(120, within(1e-6));
    }

    @Test
    void lanesWouldHaveReleasedAllAtOnceAndTheBadOneNever() {
        Replay.Row lanes = history().with(Policy.LANES, 4);
        assertThat(lanes.p95Minutes()).isCloseTo(30, within(1e-6));
        assertThat(lanes.decided()).isEqualTo(4);
    }

    @Test
    void moreEnvironmentsWouldHaveBeenNoSlower() {
        Replay history = history();
        Replay.Row one = history.with(Replay.Choice.of(1));
        Replay.Row two = history.with(Replay.Choice.of(2));
        assertThat(one.decided()).isEqualTo(4);
        assertThat(two.decided()).isEqualTo(4);
        assertThat(two.p95Minutes()).isLessThanOrEqualTo(one.p95Minutes());
    }

    @Test
    void historyWithoutDecisionsIsNotReplayed() {
        queue(0, "c1");
        assertThatThrownBy(() -> Replay.of(events)).hasMessageContaining("Nothing was released");
    }

    /** B17: bad change requests are of another kind than bad release candidates. */
    @Test
    void B17_testReleasesCountNowhere() {
        Advisor.Site without = Advisor.measured(historyEvents(), 1, 1);
        for (int i = 0; i < 10; i++) {
            String id = "test" + i;
            Map<String, PinnedImage> images = Map.of("pay", new PinnedImage("shop/pay", Digest.sha256(id), id));
            at(91, new Event.ChangeQueued(new Change(id, new TreeMap<>(images), Origin.UNKNOWN, BEGIN, 0, false)));
            at(91, new Event.TrialStarted("t" + id, "b", Digest.sha256(id), List.of(id), "", "staging", "", 1, true));
            decide(92, id, Outcome.EJECTED);
        }
        Advisor.Site with = Advisor.measured(inTime(), 1, 1);
        assertThat(with).isEqualTo(without);
        assertThat(Replay.of(inTime()).actual().decided()).isEqualTo(4);
    }

    private List<RecordedEvent> historyEvents() {
        history();
        return List.copyOf(events);
    }

    private List<RecordedEvent> inTime() {
        return events.stream()
                .sorted(java.util.Comparator.comparing(RecordedEvent::at))
                .toList();
    }
}
