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

    @Test
    void suiteThatNeverFlakesNeedsNoMore() {
        assertThat(new ProofCost(0).free()).isTrue();
        assertThat(new ProofCost(0).trials(8, 0)).isZero();
    }
}
