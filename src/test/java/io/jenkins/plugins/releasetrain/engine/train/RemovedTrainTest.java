package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** B9: a train that is removed or renamed in the configuration. */
class RemovedTrainTest {
    private static final String WHY = "train 'shop' is not configured any more";

    private final FakeShop shop = new FakeShop(8, Map.of());
    private final Ride ride = Ride.on(shop, shop.store);
    private final Train train = ride.train();
    private final RemovedTrain removed = new RemovedTrain(shop.store, "shop", shop.clock, shop.events::add);

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String service, String controller) {
        shop.build(service, "2");
        Origin origin = new Origin(service + "#1", "job/" + service + "/1/", "", Optional.of(controller));
        return train.queue(new Train.Request(Map.of(service, "2"), origin, 0, true));
    }

    @Test
    void B9_I8_whoWaitsAndWhoIsTriedEndsCancelledWithTheReason() throws Exception {
        String tried = queue("s1", "here");
        Task.Test trial = (Task.Test) train.next(tried);
        String waiting = queue("s2", "here");

        removed.cancel(origin -> true, WHY);

        for (String change : new String[] {tried, waiting}) {
            assertThat(removed.outcome(change)).hasValueSatisfying(ended -> {
                assertThat(ended.outcome()).isEqualTo(Outcome.CANCELLED);
                assertThat(ended.reason()).isEqualTo(WHY);
            });
        }
        assertThat(shop.events)
                .filteredOn(Event.TrialEnded.class::isInstance)
                .singleElement()
                .satisfies(e -> {
                    assertThat(((Event.TrialEnded) e).trial()).isEqualTo(trial.trial());
                    assertThat(((Event.TrialEnded) e).verdict()).isEqualTo(Verdict.VOID);
                });
        assertThat(train.state().undecided()).isEmpty();
    }

    @Test
    void whatAnotherControllerStillDrivesIsLeftAlone() {
        String ours = queue("s1", "here");
        String theirs = queue("s2", "there");

        removed.cancel(origin -> origin.controller().equals(Optional.of("here")), WHY);

        assertThat(removed.outcome(ours)).isPresent();
        assertThat(removed.outcome(theirs)).isEmpty();
        ride.run(theirs);
        assertThat(ride.outcome(theirs).outcome()).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void aTrainThatIsThereAgainGoesOn() {
        queue("s1", "here");
        removed.cancel(origin -> true, WHY);

        String next = queue("s2", "here");
        ride.run(next);

        assertThat(ride.outcome(next).outcome()).isEqualTo(Outcome.RELEASED);
    }
}
