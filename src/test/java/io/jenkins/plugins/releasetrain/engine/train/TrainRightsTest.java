package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A right that is taken away while a change waits or is tested holds when the set ships (I10, design §10). */
class TrainRightsTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    /** Builds whose job may not promote any more. */
    private final Set<String> refused = new HashSet<>();
    /** The same, for builds whose services ship already when it is taken. */
    private final Set<String> refusedOnceReleased = new HashSet<>();
    /** The same, when their content is in production and no tag moves yet. */
    private final Set<String> refusedOnceCopied = new HashSet<>();

    private final Train train = new Train(
            new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS),
            shop.catalog,
            shop.registries(),
            shop.environments(1),
            shop.ports((origin, services) -> refused.contains(origin.build())
                            || refusedOnceReleased.contains(origin.build()) && was(Event.ReleaseMade.class)
                            || refusedOnceCopied.contains(origin.build()) && was(Event.ContentPromoted.class)
                    ? Optional.of("job of " + origin.build() + " may not promote " + services)
                    : Optional.empty()));

    private final Ride ride = new Ride(shop, train, List.of());

    @AfterEach
    void close() {
        shop.close();
    }

    private boolean was(Class<? extends Event> event) {
        return shop.events.stream().anyMatch(event::isInstance);
    }

    private String queue(String service, boolean promote) {
        shop.build(service, "2");
        return train.queue(new Train.Request(Map.of(service, "2"), new Origin(service + "#2", "", "ada"), 0, promote));
    }

    private void runs(String service, String version) {
        assertThat(shop.inProduction(service)).isEqualTo(FakeShop.digest(service, version));
    }

    @Test
    void I10_rightThatIsTakenWhileTheTestsRunEndsItsChangeAndTheOthersShip() {
        String mine = queue("s1", true);
        String other = queue("s2", true);
        boolean[] tested = {false};
        ride.run("build", () -> {
            if (!tested[0]) {
                tested[0] = true;
                refused.add("s1#2");
            }
            return shop.test();
        });
        assertThat(ride.outcome(mine).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(mine).reason()).contains("job of s1#2 may not promote [s1]");
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        runs("s1", "1");
        runs("s2", "2");
        assertThat(train.state().isPaused()).isFalse();
    }

    @Test
    void I10_rightThatIsTakenBetweenVerdictAndPromotionIsAskedThere() {
        assertOnlyTheOtherShips(refusedOnceReleased);
    }

    @Test
    void I10_rightThatIsTakenWhileContentIsCopiedMovesNoTag() {
        assertOnlyTheOtherShips(refusedOnceCopied);
    }

    private void assertOnlyTheOtherShips(Set<String> refusedThen) {
        String mine = queue("s1", true);
        String other = queue("s2", true);
        refusedThen.add("s1#2");
        ride.run("build");
        assertThat(ride.outcome(mine).outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(ride.outcome(other).outcome()).isEqualTo(Outcome.RELEASED);
        runs("s1", "1");
        runs("s2", "2");
        assertThat(shop.production.resolve("prod/s1", "2")).isEmpty();
        assertThat(train.state().isPaused()).isFalse();
    }

    @Test
    void I10_testReleaseNeedsNoRightToPromote() {
        refused.add("s1#2");
        String test = queue("s1", false);
        ride.run("build");
        assertThat(ride.outcome(test).outcome()).isEqualTo(Outcome.PROVEN);
    }

    @Test
    void I10_rightThatIsBackIsARight() {
        refused.add("s1#2");
        queue("s1", true);
        ride.run("build");
        refused.clear();
        String again = queue("s1", true);
        ride.run("build");
        assertThat(ride.outcome(again).outcome()).isEqualTo(Outcome.RELEASED);
    }
}
