package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.fakes.WildWorld;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Limits;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.WhenBroken;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Lanes of one or two environments in which everything happens that can, all of it by chance: people and builds act, also
 * between a decision and its append, while pods are waited for, and right before a tag moves; the store is away, or its answer is lost; the process dies
 * and comes back, perhaps with another isolation.
 */
final class WildLanes implements AutoCloseable {
    /** Calls of the store within one step; more of them go round in a circle. */
    private static final int CALLS = 20_000;

    private static final int STEPS_TO_THE_END = 3_000;

    /** How often a lane is tried that decides nothing. */
    static final int ATTEMPTS = 5;

    final WildLaneShop shop;
    private final Random random;
    private final WildLanePeople people;
    private final List<String> history = new ArrayList<>();
    private final LaneSettings settings;
    private final WildLaneMoments moments;
    /** Attempts whose tests never end. */
    private final Set<String> hanging = new HashSet<>();

    private List<? extends Event> pending = List.of();
    private List<WildLaneRide> rides;
    private List<WildLaneRide> others;
    private int calls;
    private boolean meanwhile;
    private boolean over;

    WildLanes(long seed) {
        this.random = new Random(seed);
        this.shop = new WildLaneShop(random, this::tell);
        this.people = new WildLanePeople(shop, random, this::tell);
        OnDrift onDrift = random.nextInt(4) == 0 ? OnDrift.FAIL : random.nextBoolean() ? OnDrift.RERUN : OnDrift.AUTO;
        int limit = random.nextInt(4);
        LaneSettings usual = new LaneSettings(isolation(), onDrift, ATTEMPTS, TrainSettings.USUAL_MOVING_TAGS);
        LaneSettings.Judging judging = usual.judging();
        this.settings = usual.with(new Limits(limit == 1 ? 0 : limit, 0, Duration.ofHours(3)))
                .with(new LaneSettings.Judging(
                        judging.prior(),
                        judging.innocence(),
                        random.nextBoolean() ? WhenBroken.PAUSE : WhenBroken.RETRY))
                .with(freezes());
        this.moments = new WildLaneMoments(shop, settings, people::isCancelled);
        shop.places().forEach(place -> WildWorld.cluster(place).duringRollouts(() -> trouble(10)));
        shop.world.beforeTag(tag -> beforeTag());
        restart();
    }

    private Isolation isolation() {
        return random.nextInt(5) < 3
                ? Isolation.REPLACE
                : Isolation.values()[random.nextInt(Isolation.values().length)];
    }

    private List<Timetable.Freeze> freezes() {
        return random.nextInt(4) > 0
                ? List.of()
                : List.of(new Timetable.Freeze("0 */4 * * *", Duration.ofHours(2), ZoneOffset.UTC, "a sale"));
    }

    private void tell(String what) {
        history.add((meanwhile ? "meanwhile " : "") + what);
    }

    /** What happened, in order. */
    List<String> history() {
        return List.copyOf(history);
    }

    private void count() {
        if (++calls > CALLS) {
            throw new AssertionError(
                    "It goes round in a circle: " + rides.get(0).lanes().state());
        }
    }

    private void before(List<? extends Event> events) {
        look(events);
        if (!over && !meanwhile && events.stream().anyMatch(WildLanes::isOnTheWay) && random.nextInt(10) == 0) {
            others.forEach(this::intervene);
        }
        trouble(20);
        pending = events;
    }

    private void intervene(WildLaneRide ride) {
        try {
            people.intervene(ride);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Between its tests and its first tag. */
    private static boolean isOnTheWay(Event event) {
        return event instanceof Event.LaneTested
                || event instanceof Event.ReleaseMade
                || event instanceof Event.PromotionPlanned
                || event instanceof Event.ContentPromoted;
    }

    private void look(List<? extends Event> events) {
        events.forEach(moments::about);
        pending = events;
    }

    private void beforeTag() {
        if (!over && !meanwhile && random.nextInt(10) == 0) {
            throw new EngineException(FailureKind.FORBIDDEN, "the registry moves no tag");
        }
        trouble(20);
    }

    private void trouble(int others) {
        int fate = over || meanwhile ? 100 : random.nextInt(100);
        if (fate == 0) {
            throw new CrashingStore.Crash();
        } else if (fate < 3) {
            throw new EngineException(FailureKind.UNAVAILABLE, "it is away");
        } else if (fate < others) {
            meanwhile = true;
            try {
                if (random.nextInt(8) == 0) {
                    shop.troubleOrRelief();
                } else {
                    actOrDrive(any(this.others).orElseThrow());
                }
            } catch (EngineException e) {
                tell("refused: " + e.getMessage());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            } finally {
                meanwhile = false;
            }
        }
    }

    private void after() {
        shop.happened.addAll(pending);
        pending.forEach(moments::happened);
        pending.forEach(this::log);
        int fate = over || meanwhile ? 100 : random.nextInt(100);
        if (fate == 0) {
            throw new CrashingStore.Crash();
        } else if (fate == 1) {
            throw new EngineException(FailureKind.UNAVAILABLE, "no answer");
        }
    }

    private void log(Event event) {
        if (event instanceof Event.LaneQueued e) {
            shop.queued.put(e.lane(), e);
        } else if (event instanceof Event.LaneCleaned e) {
            shop.isOut(e.lane());
        } else if (event instanceof Event.BaselineInstalled e) {
            shop.brought(e);
        } else if (event instanceof Event.LaneTested e) {
            shop.tested(e);
        } else if (event instanceof Event.ReleaseMade e) {
            shop.made(e);
        } else if (event instanceof Event.ReleasePromoted e) {
            shop.fakes
                    .store
                    .release(e.release())
                    .orElseThrow()
                    .made()
                    .changed()
                    .values()
                    .forEach(image -> shop.released(image.digest()));
        }
        tell(event.toString());
    }

    private void restart() {
        LaneSettings now = random.nextInt(4) > 0
                ? settings
                : new LaneSettings(
                        isolation(),
                        settings.onDrift(),
                        settings.attempts(),
                        settings.movingTags(),
                        settings.limits(),
                        settings.hops(),
                        settings.judging(),
                        settings.freezes());
        tell("restart with " + now.isolation() + " " + now.onDrift());
        rides = rides(now, MeddledStore.of(shop.fakes.store, this::count, this::before, this::after));
        others = rides(now, MeddledStore.of(shop.fakes.store, this::count, this::look, this::after));
    }

    private List<WildLaneRide> rides(LaneSettings now, Store store) {
        return shop.places().stream()
                .map(place -> new WildLaneRide(shop, place, now, store))
                .toList();
    }

    /** One thing happens. */
    void step() {
        bear(() -> {
            int what = random.nextInt(24);
            WildLaneRide ride = any(rides).orElseThrow();
            if (what < 8) {
                actOrDrive(ride);
            } else if (what < 20) {
                drive(ride);
            } else if (what < 23) {
                shop.troubleOrRelief();
            } else {
                restart();
            }
        });
    }

    private interface Happening {
        void happen() throws InterruptedException;
    }

    private void bear(Happening what) {
        calls = 0;
        try {
            what.happen();
        } catch (EngineException e) {
            tell("refused: " + e.getMessage());
        } catch (CrashingStore.Crash e) {
            meanwhile = false;
            restart();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void actOrDrive(WildLaneRide by) throws InterruptedException {
        if (random.nextInt(8) == 0) {
            drive(by);
        } else {
            people.act(by);
        }
    }

    private <T> Optional<T> any(List<T> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    /** What a driver of lanes does: it looks after all of them, and goes on with some. */
    private void drive(WildLaneRide by) throws InterruptedException {
        shop.fakes.clock.advance(Duration.ofSeconds(random.nextInt(300)));
        if (random.nextInt(3) == 0) {
            shop.podsFollow();
        }
        List<LaneId> lanes = by.lanes().underWay().keySet().stream()
                .sorted(Comparator.comparing(LaneId::id))
                .toList();
        if (random.nextInt(10) > 0) {
            lanes.forEach(by.lanes()::renew);
        }
        if (random.nextInt(3) == 0) {
            by.lanes().tidy();
            by.lanes().problems().forEach((lane, problem) -> tell("left by " + lane + ": " + problem));
            shop.fakes.promoter(shop.fakes.store).sweep(open -> Optional.of(shop.fakes.production));
        }
        for (LaneId lane : lanes) {
            if (random.nextInt(lanes.size()) < 2) {
                turn(by, lane);
            }
        }
    }

    private void turn(WildLaneRide by, LaneId lane) throws InterruptedException {
        if (people.isGone(lane.id())) {
            people.cancel(by, lane, "its build is gone");
        }
        LaneTask task;
        try {
            task = by.lanes().next(lane);
        } catch (EngineException e) {
            tell("cannot go on: " + lane.id() + ": " + e.getMessage());
            if (!e.kind().mayPass()) {
                people.cancel(by, lane, e.getMessage());
            }
            return;
        }
        if (task instanceof LaneTask.Test test) {
            shop.begin(lane, by.place, test);
            if (random.nextInt(12) == 0) {
                hanging.add(test.tenant());
            }
            if (random.nextInt(3) > 0 && !hanging.contains(test.tenant())) {
                report(by, lane, test);
            }
        } else if (task instanceof LaneTask.Wait wait) {
            tell("wait " + lane.id() + ": " + wait.why());
            shop.fakes.clock.advance(Duration.ofMinutes(over ? 5 : random.nextInt(5)));
        } else if (task instanceof LaneTask.Done done) {
            tell("done " + done.ended());
        }
    }

    private void report(WildLaneRide by, LaneId lane, LaneTask.Test test) {
        boolean lost = !over && random.nextInt(10) == 0;
        Verdict verdict = lost ? Verdict.VOID : shop.test(by.place, test);
        tell("report " + test.tenant() + (test.control() ? " control" : "") + " in " + by.place.name() + ": "
                + verdict);
        by.lanes()
                .report(
                        lane,
                        test.tenant(),
                        new Lanes.Reported(verdict, lost ? "the agent was lost" : "some test", Optional.empty()));
    }

    /** All heals, and everything is to be decided; then one more lane takes what is new into each environment. */
    void finish() {
        over = true;
        shop.heal();
        restart();
        others = List.of();
        rides.forEach(ride -> ride.lanes().free("ada"));
        end();
        // Whatever clocks were set back to, nothing that was released is newer than these.
        shop.fakes.clock.advance(Duration.ofDays(10));
        for (WildLaneRide ride : rides) {
            people.probe(ride);
            end();
        }
        shop.fakes.clock.advance(Duration.ofHours(1));
    }

    /** Those of one environment may wait for a promotion of another one's. */
    private void end() {
        for (int i = 0; i < STEPS_TO_THE_END && rides.stream().anyMatch(WildLanes::isUnderWay); i++) {
            for (WildLaneRide ride : rides) {
                if (!ride.lanes().state().paused().isEmpty() || i % 100 == 0) {
                    ride.lanes().resume("ada");
                }
                bear(() -> drive(ride));
            }
        }
        rides.forEach(ride -> bear(() -> ride.lanes().tidy()));
    }

    private static boolean isUnderWay(WildLaneRide ride) {
        return !ride.lanes().underWay().isEmpty()
                || !ride.lanes().state().obligations().isEmpty();
    }

    @Override
    public void close() {
        shop.close();
    }
}
