package io.jenkins.plugins.releasetrain.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Statistics.Prior;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulationTest {
    /** Closed forms: serial 2/h; Dorfman's 1/b + 1 − (1−p)^b; the halving of bors and of prefix+memo by enumeration. */
    @ParameterizedTest
    @CsvSource({"SERIAL, 2.0, 0.001", "BATCH_4, 4.58, 0.15", "BORS, 4.95, 0.2", "PREFIX_MEMO, 5.95, 0.2"})
    void knownPoliciesHaveTheirKnownCapacities(Policy policy, double capacity, double tolerance) {
        assertThat(capacity(policy, 0.05, 0, 1)).isCloseTo(capacity, within(tolerance));
    }

    @Test
    void trainComesWithinFivePercentOfTheInformationBound() {
        double bound = 2 / new Rates(0.05, 0).fewestTrialsPerChange();
        assertThat(bound).isCloseTo(6.98, within(0.01));
        assertThat(capacity(Policy.TRAIN, 0.05, 0, 1)).isBetween(0.95 * bound, 1.05 * bound);
    }

    @Test
    void I4_flakesEjectHardlyAnybodyAndBadChangesNeverPass() {
        Result result = Policy.TRAIN.run(new Workload(0, 0.05, 0.05, 30, 1, 60, 1));
        assertThat(result.wronglyEjected()).isLessThanOrEqualTo(2);
        assertThat(result.badReleased()).isZero();
        assertThat(result.good()).isGreaterThan(5_000);
    }

    @Test
    void secondEnvironmentAddsTwoThirdsAtLeast() {
        assertThat(capacity(Policy.TRAIN, 0.05, 0, 2) / capacity(Policy.TRAIN, 0.05, 0, 1))
                .isGreaterThan(1.66);
    }

    /** Whoever is free would else always begin with fresh changes, and no search ever ended. */
    @ParameterizedTest
    @CsvSource({"0.1, 0.03, 2, 1.5", "0.3, 0.03, 2, 1.5", "0.2, 0.03, 3, 2"})
    void moreEnvironmentsDecideMoreWhereManyChangesAreBadAndTestsFlake(
            double failure, double flake, int environments, double least) {
        double one = of(failure, flake, 1);
        assertThat(of(failure, flake, environments)).isGreaterThan(least * one);
    }

    /** In ten days, as it takes long where it is wrong. */
    private static double of(double failure, double flake, int environments) {
        return Policy.TRAIN
                .run(new Workload(0, failure, flake, 30, environments, 10, 1))
                .capacity();
    }

    @Test
    void sameSeedIsTheSameRun() {
        Workload workload = new Workload(3, 0.05, 0.03, 30, 2, 10, 7);
        Result once = Policy.TRAIN.run(workload);
        Result again = Policy.TRAIN.run(workload);
        assertThat(again.leadMinutes()).isEqualTo(once.leadMinutes());
        assertThat(again.trials()).isEqualTo(once.trials());
    }

    @Test
    void advisorPrefersTheTrainUntilItCannotKeepUp() {
        Advisor.Advice few = Advisor.advise(new Advisor.Site(1, 0.05, 0, 30, 1, 8), Advisor.Effort.QUICK);
        assertThat(few.text()).startsWith("Mono").contains("keeps up");
        Advisor.Advice many = Advisor.advise(new Advisor.Site(12, 0.05, 0, 30, 1, 8), Advisor.Effort.QUICK);
        assertThat(many.text()).startsWith("Micro").contains("does not keep up");
        assertThat(many.rows()).extracting(Advisor.Row::title).contains("serial", "batch-4", "bors", "8 lanes");
    }

    /** As the real lanes: a bad change is run until it is proven, an outage ends nobody, and places bound what is there. */
    @Test
    void I4_lanesAreJudgedAsTheRealOnes() {
        Outages outages = new Outages(48, 1);
        Result broken = Policy.LANES.run(new Workload(4, 0.05, 0.02, 30, 8, 20, 1, outages));
        assertThat(broken.wronglyEjected()).isZero();
        assertThat(broken.badReleased()).isZero();
        assertThat(broken.steady()).isTrue();
        assertThat(broken.trialsPerChange()).isBetween(1.1, 1.4);
        Result full = Policy.LANES.run(new Workload(0, 0.05, 0, 30, 4, 10, 1));
        assertThat(full.capacity()).isBetween(6.5, 8.0);
    }

    /** A line that waits for nothing needs a person; one that is told of outages loses little more than they last. */
    @Test
    void standstillsAreCountedAndOutagesThatAreToldCostTheirLength() {
        Line still = new Line() {
            @Override
            public void arrived(String change) {}

            @Override
            public Optional<Attempt> next() {
                return Optional.empty();
            }

            @Override
            public void ended(Attempt attempt, boolean passed) {}

            @Override
            public List<Decided> decided() {
                return List.of();
            }
        };
        Workload workload = new Workload(1, 0.05, 0, 30, 1, 2, 1);
        assertThat(Simulation.run(workload, still).standstills()).isEqualTo(1);
        Prior prior = new Prior(0.05, 40, 0, 100);
        Workload broken = new Workload(0, 0.05, 0, 30, 1, 20, 1, new Outages(18, 1));
        double without =
                Policy.TRAIN.run(new Workload(0, 0.05, 0, 30, 1, 20, 1), prior).capacity();
        Result told = Policy.trainToldOfOutages(broken, prior);
        assertThat(told.capacity() / without).isBetween(0.85, 0.98);
        assertThat(told.wronglyEjected()).isZero();
        assertThat(told.standstills()).isZero();
    }

    @Test
    void historyWithoutDecisionsIsNotMeasured() {
        try (FakeShop shop = new FakeShop(2, Map.of())) {
            List<io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent> none =
                    shop.store.events("train/shop", 0, 10);
            assertThatThrownBy(() -> Advisor.measured(none, 1, 1)).hasMessageContaining("Nothing was released");
        }
    }

    private static double capacity(Policy policy, double failure, double flake, int environments) {
        double sum = 0;
        for (int seed = 1; seed <= 4; seed++) {
            sum += policy.run(new Workload(0, failure, flake, 30, environments, 60, seed))
                    .capacity();
        }
        return sum / 4;
    }
}
