package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/** A train of the fake shop, and conductors who run the shop's tests. */
record Ride(FakeShop shop, Train train, List<Environment> environments) {
    /** @param store the shop's, or one that fails on the way to it */
    static Ride on(FakeShop shop, Store store) {
        return on(shop, store, new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS), 1);
    }

    static Ride on(FakeShop shop, Store store, Train.Plan plan, int environments) {
        Ports ports =
                new Ports(store, shop.promoter(store), shop.clock, shop::id, shop.events::add).guardedBy(shop.gate);
        List<Environment> places = shop.environments(environments);
        return new Ride(shop, new Train(plan, shop.catalog, shop.registries(), places, ports), places);
    }

    /** A train that runs trials in so many environments at once. */
    static Ride on(FakeShop shop, Store store, int environments) {
        return on(shop, store, new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS), environments);
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

    /** One environment's next task; each environment has a conductor of its own. */
    Task next(Environment environment) {
        try {
            return train.next(environment.name(), oneEach(environment));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Conductors oneEach(Environment environment) {
        return new Conductors() {
            @Override
            public Standing standing(String conductor) {
                return Standing.HERE;
            }

            @Override
            public java.util.Optional<String> forCandidates(TrainState state) {
                return java.util.Optional.of("build in " + environment.name());
            }

            @Override
            public java.util.Optional<String> forControl(TrainState state) {
                return forCandidates(state);
            }

            @Override
            public java.util.Optional<String> forTestRelease(
                    io.jenkins.plugins.releasetrain.engine.model.Change change) {
                return forCandidates(null);
            }
        };
    }

    /**
     * Runs trials in all environments until nothing is left, ending them in a random order.
     *
     * @param tests looks at what is installed, or flakes
     */
    void runAll(Random random, Function<Environment, Verdict> tests) {
        boolean more = true;
        for (int i = 0; more; i++) {
            if (i > 2_000) {
                throw new AssertionError("It does not come to an end: " + train.state());
            }
            if (train.state().isPaused()) {
                train.resume("admin");
            }
            List<Task> tasks = environments.stream().map(this::next).toList();
            List<Integer> running = java.util.stream.IntStream.range(0, tasks.size())
                    .filter(e -> tasks.get(e) instanceof Task.Test)
                    .boxed()
                    .toList();
            if (!running.isEmpty()) {
                int one = running.get(random.nextInt(running.size()));
                Verdict verdict = tests.apply(environments.get(one));
                train.report(
                        ((Task.Test) tasks.get(one)).trial(),
                        verdict,
                        verdict == Verdict.FAILED ? "1 test failed" : "");
            }
            TrainState state = train.state();
            if (running.isEmpty()
                    && !(state.broken().isEmpty() && state.aside().kept().isEmpty())) {
                shop.clock.advance(java.time.Duration.ofMinutes(10));
            }
            more = !tasks.stream().allMatch(Task.Idle.class::isInstance);
        }
    }

    Event.ChangeEnded outcome(String change) {
        return train.outcome(change).orElseThrow(() -> new AssertionError(change + " has no outcome"));
    }

    long trials() {
        return shop.events.stream().filter(Event.TrialStarted.class::isInstance).count();
    }
}
