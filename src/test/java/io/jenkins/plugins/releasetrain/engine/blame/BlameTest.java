package io.jenkins.plugins.releasetrain.engine.blame;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlameTest {
    private static final double BOUND = 0.0002;
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    /** The defaults: 5 % are bad, 0.2 % flakes, an outage of an hour a month. */
    private final Blame usual = new Blame(new Rates(0.05, 0.002, 1.0 / 720, 1), BOUND);

    private final Blame flaky = new Blame(new Rates(0.05, 0.02, 1.0 / 49, 1), BOUND);
    private final List<Run> runs = new ArrayList<>();

    private Timeline ran(Verdict verdict, String... changes) {
        return ran("cd", verdict, changes);
    }

    private Timeline ran(String environment, Verdict verdict, String... changes) {
        Instant start = T0.plusSeconds(1_200L * runs.size());
        runs.add(new Run("" + runs.size(), environment, List.of(changes), start, start.plusSeconds(1_200), verdict));
        return Timeline.of(runs);
    }

    @Test
    void I4_oneFailureIsNoProof() {
        assertThat(usual.judge("a", ran(Verdict.FAILED, "a"))).isEqualTo(new Judgement.Control());
        assertThat(flaky.judge("a", ran(Verdict.FAILED, "b"))).isNotInstanceOf(Judgement.Reject.class);
    }

    @Test
    void I4_withTheDefaultsFailedPassedWithoutItFailedAgainIsProof() {
        ran(Verdict.FAILED, "a");
        assertThat(usual.judge("a", ran(Verdict.PASSED))).isEqualTo(new Judgement.RunAgain());
        Judgement judgement = usual.judge("a", ran(Verdict.FAILED, "a"));
        assertThat(judgement).isInstanceOfSatisfying(Judgement.Reject.class, reject -> {
            assertThat(reject.innocence()).isLessThanOrEqualTo(BOUND);
            assertThat(reject.proof().runs()).containsExactlyElementsOf(runs);
            assertThat(reject.proof().text())
                    .isEqualTo("in cd: failed with it in 0 (2026-01-01 00:20 UTC), the baseline passed in 1"
                            + " (2026-01-01 00:40 UTC), failed with it in 2 (2026-01-01 01:00 UTC)");
        });
    }

    @Test
    void I4_anythingThatPassedWithoutItServesAsAControl() {
        ran(Verdict.FAILED, "a");
        ran(Verdict.PASSED, "b");
        assertThat(usual.judge("a", ran(Verdict.FAILED, "a"))).isInstanceOf(Judgement.Reject.class);
    }

    /** B2: staging's database is away; the baseline passed days ago. */
    @Test
    void I4_failuresWithNoPassBetweenThemCountAsOne() {
        ran(Verdict.PASSED, "z");
        for (int i = 0; i < 17; i++) {
            Judgement judgement = usual.judge("a", ran(Verdict.FAILED, "a"));
            assertThat(judgement).isEqualTo(new Judgement.Control());
        }
    }

    @Test
    void I4_passBeforeTheFirstFailureProvesNothing() {
        Blame perfect = new Blame(new Rates(0.05, 0), BOUND);
        ran(Verdict.PASSED, "z");
        ran(Verdict.FAILED, "a");
        assertThat(perfect.judge("a", ran(Verdict.FAILED, "a"))).isEqualTo(new Judgement.Control());
        assertThat(perfect.judge("a", ran(Verdict.PASSED))).isInstanceOf(Judgement.Reject.class);
    }

    @Test
    void I4_passElsewhereProvesNothing() {
        ran(Verdict.FAILED, "a");
        ran("other", Verdict.PASSED);
        assertThat(usual.judge("a", ran(Verdict.FAILED, "a"))).isEqualTo(new Judgement.Control());
    }

    /** B5: twenty good lanes in one outage. */
    @Test
    void I4_whenAllFailAtOnceOneControlRunTellsThatTheEnvironmentIsBroken() {
        for (int i = 0; i < 20; i++) {
            ran(Verdict.FAILED, "lane " + i);
        }
        for (int i = 0; i < 20; i++) {
            assertThat(usual.judge("lane " + i, Timeline.of(runs))).isEqualTo(new Judgement.Control());
        }
        Timeline after = ran(Verdict.FAILED);
        assertThat(usual.judge("lane 3", after)).isInstanceOfSatisfying(Judgement.Broken.class, broken -> {
            assertThat(broken.since()).isEqualTo(T0);
            assertThat(broken.runs()).hasSize(21);
            assertThat(broken.environment()).isEqualTo("cd");
        });
        assertThat(usual.broken(after, "cd")).isPresent();
        assertThat(usual.judge("lane 3", ran(Verdict.PASSED)))
                .as("it works again")
                .isEqualTo(new Judgement.RunAgain());
        ran(Verdict.FAILED, "lane 3");
        assertThat(usual.judge("lane 3", Timeline.of(runs)))
                .as("what failed in the outage is hardly evidence")
                .isNotInstanceOf(Judgement.Reject.class);
    }

    /** B1: nothing that was measured before somebody resumed counts as "the baseline fails". */
    @Test
    void I4_afterSomebodyResumedTheEnvironmentIsNotBrokenBeforeItFailsAgain() {
        ran(Verdict.FAILED, "a");
        ran(Verdict.FAILED);
        Timeline broken = ran(Verdict.FAILED);
        assertThat(usual.broken(broken, "cd")).isPresent();
        Timeline resumed = broken.resumed(T0.plusSeconds(86_400));
        assertThat(usual.broken(resumed, "cd")).isEmpty();
        assertThat(usual.judge("a", resumed)).isEqualTo(new Judgement.RunAgain());
    }

    @Test
    void I4_whatOthersExplainIsNoProof() {
        ran(Verdict.FAILED, "a", "b");
        ran(Verdict.PASSED);
        ran(Verdict.FAILED, "b");
        ran(Verdict.PASSED);
        ran(Verdict.FAILED, "b");
        assertThat(usual.judge("b", Timeline.of(runs))).isInstanceOf(Judgement.Reject.class);
        assertThat(usual.judge("a", Timeline.of(runs))).isNotInstanceOf(Judgement.Reject.class);
    }

    @Test
    void I4_voidRunsTellNothing() {
        ran(Verdict.FAILED, "a");
        ran(Verdict.PASSED);
        ran(Verdict.VOID, "a");
        assertThat(usual.judge("a", Timeline.of(runs))).isEqualTo(new Judgement.RunAgain());
    }

    @Test
    void I4_suiteThatFlakesAndEnvironmentThatBreaksNeedMoreProof() {
        int failures = 0;
        Judgement judgement;
        do {
            judgement = flaky.judge("a", ran(Verdict.FAILED, "a"));
            failures++;
            ran(Verdict.PASSED);
        } while (!(judgement instanceof Judgement.Reject));
        assertThat(failures).isEqualTo(4);
    }
}
