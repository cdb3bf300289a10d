package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProofCostTest {
    private final ProofCost four = new ProofCost(4);

    @Test
    void knownCulpritIsRunUntilTheProofIsComplete() {
        assertThat(four.trials(1, 1)).isEqualTo(3);
        assertThat(four.trials(1, 4)).isZero();
        assertThat(four.trials(0, 0)).isZero();
    }

    /** By hand: of two, one is tried: 1 + (2 + 3)/2 trials, one of them the search's. */
    @Test
    void failuresOfTheSearchCountForTheProof() {
        assertThat(four.trials(2, 1)).isCloseTo(2.5, within(1e-9));
    }

    /** By hand: three of four are tried, which fails more often than not: 3.75 trials, where halving takes 4. */
    @Test
    void largerPartIsTriedWhereFailuresAreMissing() {
        assertThat(four.trials(4, 1)).isCloseTo(1.75, within(1e-9));
    }

    /** By hand: where others are released before one of two passes, the other one has to fail alone, which it does half of the time. */
    @Test
    void whatIsReleasedMeanwhileCostsARunOfTheCulpritAlone() {
        assertThat(four.whenMoved(1, 4)).isCloseTo(1, within(1e-9));
        assertThat(four.whenMoved(2, 4)).isCloseTo(0.5, within(1e-9));
        assertThat(four.whenMoved(1, 3)).as("it has to fail once more anyway").isZero();
    }

    @Test
    void suiteThatNeverFlakesNeedsNoMore() {
        assertThat(new ProofCost(0).free()).isTrue();
        assertThat(new ProofCost(0).trials(8, 0)).isZero();
    }
}
