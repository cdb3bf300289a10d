package io.jenkins.plugins.releasetrain.engine.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.history.Outlook.Standing;
import io.jenkins.plugins.releasetrain.engine.history.Outlook.Why;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One cause, and the one that is to end next. */
class HindranceTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

    private static View.TrainNow train(List<View.TrialNow> trials, String... waits) {
        List<Live.Wait> all = List.of(waits).stream()
                .map(why -> new Live.Wait("staging", why, AT))
                .toList();
        return new View.TrainNow(
                "shop",
                "TRAIN",
                "WAITING",
                "",
                "",
                Optional.empty(),
                all,
                "",
                Optional.empty(),
                Optional.empty(),
                trials,
                List.of(),
                List.of(),
                "2");
    }

    private static Outlook outlook(double wasted) {
        return new Outlook(
                "shop",
                true,
                "",
                "",
                Map.of(),
                "",
                wasted,
                0.3,
                List.of(),
                null,
                null,
                null,
                Map.of(),
                "",
                0,
                Map.of("c1", new Standing(Why.OTHERS, "", 1), "c2", new Standing(Why.PROOF, "", 3)));
    }

    private static List<Live.Line> held() {
        return List.of(new Live.Line(
                "staging",
                AT,
                List.of(
                        new io.jenkins.plugins.releasetrain.engine.model.Standing(
                                "l", "lane pay #4", true, 0, AT, Optional.empty()),
                        new io.jenkins.plugins.releasetrain.engine.model.Standing(
                                "t", "train shop", true, 1, AT, Optional.empty()))));
    }

    @Test
    void whoHoldsTheEnvironmentIsNamed() {
        Outlook told = Hindrance.told(train(List.of(), "environment is held by …"), outlook(0), held());
        assertThat(told.standing().get("c1"))
                .isEqualTo(new Standing(Why.ENVIRONMENT, "staging, held by lane pay #4", 1));
        assertThat(told.standing().get("c2"))
                .as("what has a cause of its own keeps it")
                .isEqualTo(new Standing(Why.PROOF, "", 3));
        Outlook another = Hindrance.told(train(List.of(), "it could not go on"), outlook(0), List.of());
        assertThat(another.standing().get("c1").why()).isEqualTo(Why.OTHERS);
    }

    @Test
    void aTrainWithoutABuildWaitsForOne() {
        Outlook told = Hindrance.told(train(List.of(), "no build is there to run the tests"), outlook(0), List.of());
        assertThat(told.standing().get("c1")).isEqualTo(new Standing(Why.NO_BUILD, "", 1));
    }

    @Test
    void nothingIsTriedBesideATrialWhereTooMuchWasForNothing() {
        View.TrialNow trial = new View.TrialNow("t1", "staging", "", "", List.of(), AT, null, null);
        assertThat(Hindrance.told(train(List.of(trial)), outlook(0.5), held())
                        .standing()
                        .get("c1")
                        .why())
                .isEqualTo(Why.BUDGET);
        assertThat(Hindrance.told(train(List.of(trial)), outlook(0.2), held())
                        .standing()
                        .get("c1")
                        .why())
                .isEqualTo(Why.OTHERS);
    }
}
