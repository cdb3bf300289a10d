package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.config.ConfigurationHost.Finding;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.history.Outlook.Broken;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");
    private static final Instant EARLIER = NOW.minusSeconds(2_400);

    private final Live live = new Live(Clock.fixed(NOW, ZoneOffset.UTC));
    private Optional<Event.TrainPaused> paused = Optional.empty();
    private List<Broken> broken = List.of();
    private String held = "";
    private boolean away;

    private final Health.Known known = new Health.Known() {
        @Override
        public Optional<Store.RecordedEvent> pause(String train) {
            answer();
            return paused.map(p -> new Store.RecordedEvent(1, EARLIER, p));
        }

        @Override
        public Outlook outlook(String name) {
            answer();
            return new Outlook(
                    name, true, held, "", Map.of(), "", 0, 1, broken, null, null, null, Map.of(), "", 0, Map.of());
        }
    };

    private void answer() {
        if (away) {
            throw new EngineException(FailureKind.UNAVAILABLE, "the store does not answer");
        }
    }

    private List<String> troubles() {
        List<Finding> troubles = new ArrayList<>();
        Health.train("shop", live, Optional.of(known), troubles);
        return troubles.stream()
                .map(f -> (f.well() ? "well " : "") + f.name() + ": " + f.text()
                        + f.since().map(s -> " since " + s).orElse(""))
                .toList();
    }

    @Test
    void aTrainThatGoesOnIsWell() {
        assertThat(troubles()).containsExactly("well shop: ");
    }

    @Test
    void whoPausedItAndWhyIsToldWithItsTime() {
        paused = Optional.of(new Event.TrainPaused("database move", "eve"));

        assertThat(troubles()).containsExactly("shop: database move (eve) since " + EARLIER);
    }

    @Test
    void whatIsBrokenHeldOrWaitsIsToldSinceWhen() {
        broken = List.of(new Broken("staging", EARLIER, List.of("t1", "t2"), NOW));
        held = "friday";
        live.waits("shop", "staging", "registry dev.example answers 503");

        assertThat(troubles())
                .containsExactly(
                        "shop: staging: registry dev.example answers 503 since " + NOW,
                        "shop: staging: t1, t2 since " + EARLIER,
                        "shop: friday");
    }

    /** Before, the page ended in the middle: "IllegalStateException: STREAM" (the answer's head was sent already). */
    @Test
    void whatCannotBeAskedIsTrouble() {
        away = true;

        assertThat(troubles()).containsExactly("shop: the store does not answer");
    }
}
