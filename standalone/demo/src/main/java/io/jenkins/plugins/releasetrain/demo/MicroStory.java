package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState;
import io.jenkins.plugins.releasetrain.engine.lane.LaneTask;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.Phase;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Traffic;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** The acts with lanes. */
final class MicroStory {
    private static final Duration POLL = Duration.ofMillis(250);

    private final Cast cast;
    private final Environment shared;
    private final Ports ports;
    private final Function<String, ShopSuite.Results> results;
    private final Lanes inPlace;

    /** Who plays. */
    record Cast(Parts parts, Shop shop, Account account, Summary summary, ShopSuite suite) {}

    /** @param results where the tests of a tenant report to */
    MicroStory(Cast cast, Environment shared, Ports ports, Function<String, ShopSuite.Results> results) {
        this.cast = cast;
        this.shared = shared;
        this.ports = ports;
        this.results = results;
        this.inPlace = lanes(Isolation.REPLACE);
    }

    private Lanes lanes(Isolation isolation) {
        return new Lanes(
                new LaneSettings(isolation, LaneSettings.OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS),
                cast.shop().catalog(),
                cast.parts().registries,
                shared,
                ports);
    }

    Lanes inPlace() {
        return inPlace;
    }

    /** @throws EngineException INVALID_INPUT where the environment takes none, or not yet */
    static Lanes lanes(Optional<MicroStory> played, String environment) {
        return played.filter(story -> story.shared.name().equals(environment))
                .orElseThrow(() -> EngineException.invalid("Environment '" + environment + "' takes no lanes"))
                .inPlace;
    }

    void microReleases() throws InterruptedException, ExecutionException {
        cast.account().headline("Micro releases: five lanes at once in one shared environment");
        Shop shop = cast.shop();
        shop.build("pay", "1.1");
        shop.build("account", "1.1");
        shop.build("web", "1.1");
        shop.push("delivery", "1.1", shop.image("delivery", "1.1").label(ShopImages.NEEDS, "mail=9"));
        shop.push("review", "1.1", shop.image("review", "1.1").label(ShopImages.STARTS, "crash"));
        Map<String, String> candidates =
                new TreeMap<>(Map.of("pay", "1.1", "account", "1.1", "web", "1.1", "delivery", "1.1", "review", "1.1"));
        atOnce(inPlace, inPlace.byGroup(candidates).values(), " lanes at once");
    }

    void sideBySide() throws InterruptedException, ExecutionException {
        cast.account().headline("Micro releases side by side: two candidates of one service at once");
        Shop shop = cast.shop();
        shop.build("pay", "1.2");
        shop.push("pay", "1.3", shop.image("pay", "1.3").label(ShopImages.ANSWERS, "500"));
        atOnce(
                lanes(Isolation.SIDE_BY_SIDE),
                List.of(Map.of("pay", "1.2"), Map.of("pay", "1.3")),
                " lanes side by side");
    }

    void outage() throws InterruptedException, ExecutionException {
        cast.account().headline("An outage of the shared environment: three lanes, one look at the baseline for all");
        for (String service : List.of("mail", "pay", "web")) {
            cast.shop().build(service, "1.5");
        }
        Map<String, String> candidates = new TreeMap<>(Map.of("mail", "1.5", "pay", "1.5", "web", "1.5"));
        atOnce(inPlace, inPlace.byGroup(candidates).values(), " lanes through an outage");
    }

    private void atOnce(Lanes lanes, Collection<? extends Map<String, String>> candidates, String what)
            throws InterruptedException, ExecutionException {
        double begin = cast.account().seconds();
        Traffic traffic = cast.parts().traffic();
        ExecutorService builds = Executors.newFixedThreadPool(candidates.size());
        try {
            List<Future<Event.LaneEnded>> ends = new ArrayList<>();
            for (Map<String, String> images : candidates) {
                CompletableFuture<Void> begun = new CompletableFuture<>();
                ends.add(builds.submit(() -> {
                    try {
                        return lane(lanes, images, begun);
                    } finally {
                        begun.complete(null);
                    }
                }));
                // Of one service the newer would supersede the older that waits.
                begun.get();
            }
            for (Future<Event.LaneEnded> end : ends) {
                Event.LaneEnded ended = end.get();
                cast.summary()
                        .add(Summary.Row.part(ended.release(), cast.account().name(ended.lane()), ended.outcome()));
            }
        } finally {
            builds.shutdownNow();
        }
        Summary.Cost cost = new Summary.Cost(
                cast.account().seconds() - begin, cast.parts().traffic().minus(traffic));
        cast.summary().add(new Summary.Row("", "  (" + candidates.size() + what + ")", "", Optional.of(cost)));
    }

    /** Candidates of one group, to their outcome. */
    Event.LaneEnded lane(Lanes lanes, Map<String, String> images) throws InterruptedException {
        return lane(lanes, images, new CompletableFuture<>());
    }

    /** @param begun completed when its own tests begin for the first time, or it is over */
    private Event.LaneEnded lane(Lanes lanes, Map<String, String> images, CompletableFuture<Void> begun)
            throws InterruptedException {
        Lanes.LaneId lane = lanes.open(images, new Origin("micro#1", "", "demo"));
        while (true) {
            LaneTask task = lanes.next(lane);
            cast.parts().live.waits(lane.id(), shared.name(), task instanceof LaneTask.Wait wait ? wait.why() : "");
            if (task instanceof LaneTask.Done done) {
                return done.ended();
            } else if (task instanceof LaneTask.Test test) {
                // While what production runs is tested alone, it waits, and would be replaced.
                if (!test.control()) {
                    begun.complete(null);
                }
                ShopSuite.Tested tested = cast.suite()
                        .test(
                                new ShopSuite.Subject(
                                        test.namespace(), test.images().keySet(), test.hosts()),
                                results.apply(test.tenant()));
                lanes.report(
                        lane, test.tenant(), new Lanes.Reported(tested.verdict(), tested.reason(), tested.report()));
            } else {
                LaneState now = lanes.state();
                boolean idle = now.lanes().stream().allMatch(l -> l.phase() instanceof Phase.Waiting);
                if (idle && now.outage().isPresent()) {
                    cast.parts().clock.leap(Story.A_MOMENT);
                }
                Thread.sleep(POLL.toMillis());
            }
        }
    }
}
