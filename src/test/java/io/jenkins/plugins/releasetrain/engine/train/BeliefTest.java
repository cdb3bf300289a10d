package io.jenkins.plugins.releasetrain.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BeliefTest {
    private static final int CHANGES = 8;

    /** Bayes' rule over all 256 assignments of good and bad, one by one. */
    @Property(tries = 300)
    void sameAsCountingEveryAssignment(
            @ForAll @Size(max = 6) List<@IntRange(min = 1, max = 255) Integer> failed,
            @ForAll @IntRange(max = 255) int good,
            @ForAll @IntRange(max = 255) int asked,
            @ForAll @DoubleRange(min = 0.01, max = 0.4) double failure,
            @ForAll @DoubleRange(min = 0.01, max = 0.3) double flake) {
        List<Belief.Failed> runs = new ArrayList<>();
        for (int i = 0; i < failed.size(); i++) {
            runs.add(new Belief.Failed(failed.get(i), 1 + i % 3));
        }
        double all = 0;
        double wanted = 0;
        for (int bad = 0; bad < 1 << CHANGES; bad++) {
            double weight = (bad & good) != 0 ? 0 : weight(bad, good, runs, failure, flake);
            all += weight;
            wanted += (bad & asked) == 0 ? weight : 0;
        }
        double allGood = new Belief(new Rates(failure, flake), runs, good).allGood(asked);
        assertThat(allGood).isCloseTo(wanted / all, within(1e-6));
    }

    private static double weight(int bad, int good, List<Belief.Failed> runs, double failure, double flake) {
        int open = CHANGES - Integer.bitCount(good);
        int count = Integer.bitCount(bad);
        double weight = Math.pow(failure, count) * Math.pow(1 - failure, (double) open - count);
        for (Belief.Failed run : runs) {
            weight *= (run.set() & bad) != 0 ? 1 : Math.pow(flake, run.runs());
        }
        return weight;
    }

    @Property(tries = 50)
    void evenOddsTellOneBitWithoutFlakes(@ForAll @IntRange(min = 1, max = 20) int size) {
        Belief belief = new Belief(new Rates(1 - Math.pow(0.5, 1.0 / size), 0), List.of(), 0);
        assertThat(belief.information((1L << size) - 1)).isCloseTo(1, within(1e-9));
    }
}
