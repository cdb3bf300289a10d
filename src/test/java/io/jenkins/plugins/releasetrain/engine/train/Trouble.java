package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeCluster;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** What goes wrong in the middle of a story and heals by itself (design §14); nobody is to blame for any of it. */
enum Trouble {
    NONE,
    /** Runs of the tests fail, whatever is installed. */
    OUTAGE,
    /** Runs of the tests have no verdict. */
    LOST_AGENTS,
    /** The production registry refuses tags. */
    REFUSED_PROMOTIONS,
    /** Images of s0 cannot be pulled. */
    KEPT_OUT;

    /**
     * @param from the first of them that goes wrong, 1 being the first; and {@code length}: how many do
     * @param tests as they are without it
     */
    Function<Environment, Verdict> in(FakeShop shop, int from, int length, Function<Environment, Verdict> tests) {
        AtomicInteger count = new AtomicInteger();
        if (this == REFUSED_PROMOTIONS) {
            shop.production.beforeTag(tag -> {
                if (isNow(count, from, length)) {
                    throw new EngineException(FailureKind.UNAVAILABLE, "the registry answered 503");
                }
            });
        } else if (this == KEPT_OUT) {
            shop.environments(2).forEach(place -> keepOut((FakeCluster) place.cluster(), count, from, length));
        }
        return place -> {
            boolean ofRuns = this == OUTAGE || this == LOST_AGENTS;
            if (ofRuns && isNow(count, from, length)) {
                return this == OUTAGE ? Verdict.FAILED : Verdict.VOID;
            }
            return tests.apply(place);
        };
    }

    private static void keepOut(FakeCluster cluster, AtomicInteger count, int from, int length) {
        cluster.duringRollouts(() -> {
            if (isNow(count, from, length)) {
                cluster.keepsOut(FakeShop.digest("s0", "2"), "ImagePullBackOff: unauthorized");
            } else {
                cluster.letsIn(FakeShop.digest("s0", "2"));
            }
        });
    }

    private static boolean isNow(AtomicInteger count, int from, int length) {
        int now = count.incrementAndGet();
        return now >= from && now < from + length;
    }
}
