package io.jenkins.plugins.releasetrain.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random histories of lanes: neighbours that come and go, bad ones among them, an environment that is broken for a while,
 * flakes, agents that are lost, builds that are stopped, nodes that cannot pull, candidates that are evicted, workloads
 * without pods, promotions that are refused in mid-air, pauses, and processes that die right before or after an append.
 */
class LaneProperties {
    private static final int SERVICES = 6;
    private static final int STEPS = 40;

    @Property(tries = 15)
    void I4_I7_I8_I12_I13_holdInEveryHistory(@ForAll long seed) throws InterruptedException {
        Map<String, Set<String>> calls = Map.of("s0", Set.of("s1"), "s1", Set.of("s2"), "s3", Set.of("s4"));
        try (FakeShop shop = new FakeShop(SERVICES, calls)) {
            History history = new History(shop, new Random(seed));
            for (int i = 0; i < STEPS; i++) {
                history.step();
            }
            history.finish();
            history.check();
        }
    }

    private static final class History {
        private final FakeShop shop;
        private final Random random;
        private final LaneDrive drive;
        private final Map<LaneId, Digest> lanes = new HashMap<>();
        private final Map<LaneId, Integer> builds = new HashMap<>();
        private final Set<LaneId> cancelled = new HashSet<>();
        private final Set<Digest> bad = new HashSet<>();
        private final List<LaneId> undecided = new ArrayList<>();
        private Instant brokenUntil = Instant.MIN;
        private Instant pullsAgain = Instant.MIN;
        private boolean finishing;
        private int version = 1;

        History(FakeShop shop, Random random) {
            this.shop = shop;
            this.random = random;
            this.drive = new LaneDrive(shop, LaneDrive.SETTINGS);
            drive.tests = this::verdict;
            shop.cluster.cannotReplacePods(() -> shop.clock.instant().isBefore(pullsAgain)
                    ? Optional.of("toomanyrequests: rate limit")
                    : Optional.empty());
            shop.production.beforeTag(tag -> {
                if (!finishing && random.nextInt(12) == 0) {
                    FailureKind kind = random.nextBoolean() ? FailureKind.UNAVAILABLE : FailureKind.FORBIDDEN;
                    throw new EngineException(kind, "the registry does not move " + tag);
                }
            });
        }

        /** From now on a process that dies at one of its next appends. */
        private void arm() {
            CrashingStore crashing = new CrashingStore(shop.store, random.nextInt(6), random.nextBoolean());
            drive.lanes = LaneDrive.lanes(shop, LaneDrive.SETTINGS, crashing.store());
        }

        private void restart() {
            drive.lanes = LaneDrive.lanes(shop, LaneDrive.SETTINGS, shop.store);
        }

        /** A bad candidate fails the tests of whatever it is connected to. */
        private Verdict verdict(LaneTask.Test test) {
            if (shop.clock.instant().isBefore(brokenUntil)) {
                return Verdict.FAILED;
            } else if (random.nextInt(25) == 0) {
                return Verdict.VOID;
            }
            if (random.nextInt(25) == 0 && !test.control()) {
                shop.cluster.fallsOver(test.images().firstKey(), Fault.ENVIRONMENT);
            }
            boolean fails = new Connections(shop.catalog, LaneSettings.HOPS)
                    .of(test.images().keySet()).stream()
                            .anyMatch(service -> bad.contains(shop.installed().get(service)));
            return fails || random.nextInt(50) == 0 ? Verdict.FAILED : Verdict.PASSED;
        }

        void step() throws InterruptedException {
            try {
                act();
                drive.step();
            } catch (CrashingStore.Crash e) {
                restart();
            }
            undecided.removeIf(drive.ended::containsKey);
        }

        private void act() throws InterruptedException {
            int what = random.nextInt(24);
            if (what < 6) {
                restart();
                open();
            } else if (what == 6 && !undecided.isEmpty()) {
                cancel(undecided.get(random.nextInt(undecided.size())));
            } else if (what == 7) {
                brokenUntil = shop.clock.instant().plus(Duration.ofMinutes(20 + random.nextInt(60)));
            } else if (what == 8) {
                drive.lanes.pause("a moment", "ada");
            } else if (what < 12) {
                drive.lanes.resume("ada");
            } else if (what == 12) {
                shop.clock.advance(Duration.ofMinutes(20));
            } else if (what == 13) {
                pullsAgain = shop.clock.instant().plus(Duration.ofMinutes(random.nextInt(90)));
            } else if (what == 14) {
                comeBack();
            } else if (what < 19) {
                arm();
            }
        }

        private void comeBack() {
            for (int i = 0; i < SERVICES; i++) {
                shop.cluster.comesBack("s" + i);
            }
        }

        private void open() {
            String service = "s" + random.nextInt(SERVICES);
            String name = "v" + ++version;
            boolean isBad = random.nextInt(6) == 0;
            Digest digest = isBad ? shop.buildBad(service, name) : shop.build(service, name);
            if (isBad) {
                bad.add(digest);
            }
            // Builds of one job that come in any order.
            int number = 100 + version * 10 - random.nextInt(25);
            Origin origin = new Origin(service + "#" + number, service + "/" + version, "ada");
            LaneId lane = drive.open(service, name, origin);
            lanes.put(lane, digest);
            builds.put(lane, number);
            undecided.add(lane);
        }

        private void cancel(LaneId lane) throws InterruptedException {
            restart();
            boolean promoting =
                    drive.lanes.state().lane(lane.id()).stream().anyMatch(l -> l.phase() instanceof Phase.Promoting);
            if (drive.lanes.state().lane(lane.id()).isPresent() && !promoting) {
                drive.lanes.cancel(lane, "no");
                cancelled.add(lane);
            }
        }

        void finish() {
            restart();
            finishing = true;
            comeBack();
            drive.lanes.resume("ada");
            drive.finish();
            // What a lane left where nodes could not pull is cleaned up as soon as they can.
            shop.clock.advance(Duration.ofHours(2));
            drive.tidy();
        }

        /** As they are kept: a process that died told nobody. */
        private <E extends Event> List<E> events(Class<E> type) {
            return all().stream().filter(type::isInstance).map(type::cast).toList();
        }

        private List<Event> all() {
            return shop.store.events("lane/staging", 0, Integer.MAX_VALUE).stream()
                    .map(Store.RecordedEvent::event)
                    .toList();
        }

        void check() {
            everyLaneEndsOnce();
            whoeverIsRejectedFailedAndTheEnvironmentPassedWithoutItAfterThat();
            nothingBadIsReleased();
            newerNeverLosesToOlder();
            cancelled.forEach(lane -> assertThat(drive.outcome(lane)).as("I12").isEqualTo(Outcome.CANCELLED));
            assertThat(drive.lanes.state().obligations())
                    .as("I8: nothing is left")
                    .isEmpty();
            assertThat(shop.lock.entries()).isEmpty();
            for (int i = 0; i < SERVICES; i++) {
                String service = "s" + i;
                assertThat(shop.installed()).containsEntry(service, shop.inProduction(service));
            }
        }

        private void everyLaneEndsOnce() {
            assertThat(events(Event.LaneEnded.class).stream().map(Event.LaneEnded::lane))
                    .as("I8")
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(
                            lanes.keySet().stream().map(LaneId::id).toList());
        }

        private void whoeverIsRejectedFailedAndTheEnvironmentPassedWithoutItAfterThat() {
            for (Event.LaneEnded ended : events(Event.LaneEnded.class)) {
                if (ended.outcome() == Outcome.EJECTED) {
                    assertThat(isProven(ended.lane())).as("I4 " + ended).isTrue();
                }
            }
        }

        private boolean isProven(String lane) {
            boolean failed = false;
            boolean passed = false;
            for (Event event : all()) {
                if (event instanceof Event.LaneTested e
                        && e.verdict() == Verdict.FAILED
                        && e.lane().equals(lane)) {
                    if (passed) {
                        return true;
                    }
                    failed = true;
                } else if (event instanceof Event.LaneTested e && e.verdict() == Verdict.PASSED && failed) {
                    passed = true;
                } else if (event instanceof Event.LaneEnded e && e.lane().equals(lane)) {
                    return false;
                }
            }
            return false;
        }

        private void nothingBadIsReleased() {
            events(Event.ReleaseMade.class)
                    .forEach(made -> made.changed()
                            .forEach((service, image) ->
                                    assertThat(bad).as("I7 " + made.id()).doesNotContain(image.digest())));
        }

        private void newerNeverLosesToOlder() {
            Map<String, Integer> newest = new HashMap<>();
            for (Event.LaneEnded ended : events(Event.LaneEnded.class)) {
                if (ended.outcome() == Outcome.RELEASED) {
                    LaneId lane = lanes.keySet().stream()
                            .filter(l -> l.id().equals(ended.lane()))
                            .findFirst()
                            .orElseThrow();
                    assertThat(builds.get(lane))
                            .as("I13 " + lane)
                            .isGreaterThanOrEqualTo(newest.getOrDefault(lane.group(), 0));
                    newest.put(lane.group(), builds.get(lane));
                }
            }
        }
    }
}
