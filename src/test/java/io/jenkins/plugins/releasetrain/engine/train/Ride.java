package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.Map;
import java.util.function.Supplier;

/** A train of the fake shop, and a conductor who runs the shop's tests. */
record Ride(FakeShop shop, Train train) {
    /** @param store the shop's, or one that fails on the way to it */
    static Ride on(FakeShop shop, Store store) {
        Train.Ports ports =
                new Train.Ports(store, shop.promoter(store), shop.clock, shop::id, shop.events::add, shop.progress());
        TrainSettings settings = TrainSettings.of("shop", "suite 1");
        return new Ride(shop, new Train(settings, shop.catalog, shop.registries(), shop.environment(), ports));
    }

    String queue(String service, String version) {
        return train.queue(new Train.Request(Map.of(service, version), Origin.UNKNOWN, 0, true));
    }

    String queueTest(String service, String version) {
        return train.queue(new Train.Request(Map.of(service, version), Origin.UNKNOWN, 0, false));
    }

    /** Tests until nothing is left, or until it would have to wait. */
    void run(String conductor) {
        run(conductor, shop::test);
    }

    /** @param tests looks at what is installed, or flakes */
    void run(String conductor, Supplier<Verdict> tests) {
        try {
            while (train.next(conductor) instanceof Task.Test test) {
                Verdict verdict = tests.get();
                train.report(test.trial(), verdict, verdict == Verdict.FAILED ? "1 test failed" : "");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Event.ChangeEnded outcome(String change) {
        return train.outcome(change).orElseThrow(() -> new AssertionError(change + " has no outcome"));
    }

    long trials() {
        return shop.events.stream().filter(Event.TrialStarted.class::isInstance).count();
    }
}
