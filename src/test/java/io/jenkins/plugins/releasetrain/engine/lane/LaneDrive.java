package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Builds that drive lanes of a shop on fakes, with a clock of their own: tests take ten minutes. */
final class LaneDrive {
    static final LaneSettings SETTINGS =
            new LaneSettings(Isolation.REPLACE, OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS);

    private static final Duration STEP = Duration.ofMinutes(2);
    private static final int STEPS_OF_A_TEST = 5;
    private static final int PATIENCE = 2_000;

    final FakeShop shop;
    private final LaneSettings settings;
    private final Store store;
    Lanes lanes;
    final Map<LaneId, Event.LaneEnded> ended = new HashMap<>();
    final Map<LaneId, String> waits = new HashMap<>();
    private final List<LaneId> open = new ArrayList<>();
    private final Map<String, Integer> running = new HashMap<>();
    /** Of a test that is over, by what is to be seen; null: it goes on. */
    Function<LaneTask.Test, Verdict> tests;

    LaneDrive(FakeShop shop, LaneSettings settings) {
        this(shop, settings, shop.store);
    }

    LaneDrive(FakeShop shop, LaneSettings settings, Store store) {
        this.shop = shop;
        this.settings = settings;
        this.store = store;
        this.lanes = lanes(shop, settings, store);
        this.tests = test -> shop.test();
    }

    static Lanes lanes(FakeShop shop, LaneSettings settings, Store store) {
        return lanes(shop, settings, shop.catalog, store);
    }

    private static Lanes lanes(FakeShop shop, LaneSettings settings, Catalog catalog, Store store) {
        Ports ports =
                new Ports(store, shop.promoter(store), shop.clock, shop::id, shop.events::add).guardedBy(shop.gate);
        return new Lanes(settings, catalog, shop.registries(), shop.environment(), ports);
    }

    /** Another catalog is taken, though lanes are under way. */
    void take(Catalog catalog) {
        lanes = lanes(shop, settings, catalog, store);
    }

    static Catalog without(Catalog catalog, String service) {
        SortedMap<String, Service> fewer = new TreeMap<>(catalog.services());
        fewer.remove(service);
        fewer.replaceAll((name, s) -> {
            SortedSet<String> calls = new TreeSet<>(s.dependsOn());
            calls.remove(service);
            return new Service(
                    name,
                    s.devRepository(),
                    s.productionRepository(),
                    s.productionTag(),
                    s.workload(),
                    s.group(),
                    calls);
        });
        return new Catalog(fewer);
    }

    LaneId open(String service, String version) {
        return open(service, version, Origin.UNKNOWN);
    }

    LaneId open(String service, String version, Origin origin) {
        shop.clock.advance(Duration.ofSeconds(1));
        LaneId lane = lanes.open(Map.of(service, version), origin);
        open.add(lane);
        return lane;
    }

    LaneTask next(LaneId lane) {
        try {
            return lanes.next(lane);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets two minutes pass for all builds. */
    void step() {
        for (LaneId lane : List.copyOf(open)) {
            LaneTask task;
            try {
                task = next(lane);
            } catch (EngineException e) {
                // As who drives lanes does: what may pass, or be repaired, is tried again.
                if (!e.kind().mayPass()) {
                    throw e;
                }
                waits.put(lane, e.getMessage());
                continue;
            }
            waits.remove(lane);
            if (task instanceof LaneTask.Done done) {
                ended.put(lane, done.ended());
                open.remove(lane);
            } else if (task instanceof LaneTask.Test test) {
                boolean over = running.merge(test.tenant(), 1, Integer::sum) >= STEPS_OF_A_TEST;
                Optional.ofNullable(over ? tests.apply(test) : null)
                        .ifPresent(v -> lanes.report(
                                lane,
                                test.tenant(),
                                new Lanes.Reported(v, "looked at what is installed", Optional.empty())));
            } else {
                waits.put(lane, ((LaneTask.Wait) task).why());
            }
        }
        tidy();
        shop.clock.advance(STEP);
    }

    void tidy() {
        try {
            open.forEach(lanes::renew);
            lanes.tidy();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    /** Until all have their outcome. */
    void finish() {
        for (int i = 0; i < PATIENCE && !open.isEmpty(); i++) {
            step();
        }
        if (!open.isEmpty()) {
            throw new AssertionError("Without an outcome: " + waits + " " + lanes.state());
        }
    }

    Event.Outcome outcome(LaneId lane) {
        return Optional.ofNullable(ended.get(lane))
                .map(Event.LaneEnded::outcome)
                .orElseThrow(() -> new AssertionError(lane + " goes on: " + waits.get(lane)));
    }

    <E extends Event> List<E> events(Class<E> type) {
        return shop.events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Runs of a lane's tests that ended, control runs included. */
    long runs(LaneId lane) {
        return events(Event.LaneTested.class).stream()
                .filter(e -> e.lane().equals(lane.id()))
                .count();
    }
}
