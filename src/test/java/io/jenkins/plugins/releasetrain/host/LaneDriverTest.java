package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lane.RemovedLanes;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LaneDriverTest {
    private final FakeShop shop = new FakeShop(3, Map.of());
    private final Deque<Runnable> work = new ArrayDeque<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final List<RuntimeException> failures = new ArrayList<>();
    private final Lanes lanes = new Lanes(
            new LaneSettings(Isolation.REPLACE, OnDrift.RERUN, 3, TrainSettings.USUAL_MOVING_TAGS),
            shop.catalog,
            shop.registries(),
            shop.environment(),
            new Ports(shop.store, promoter(), shop.clock, shop::id, shop.events::add));

    private Promoter promoter() {
        ImageCopier copier = (ImageCopier) Proxy.newProxyInstance(
                ImageCopier.class.getClassLoader(), new Class<?>[] {ImageCopier.class}, (proxy, method, arguments) -> {
                    if (away && method.getName().equals("carryOut")) {
                        throw new EngineException(FailureKind.UNAVAILABLE, "the registry is away");
                    }
                    return method.invoke(FakeRegistry.copier(), arguments);
                });
        return new Promoter(shop.store, copier, Runnable::run, shop.clock, shop.events::add, "here");
    }

    /** What the driver is told by the configuration. */
    private final class Configured implements LaneDriver.Source {
        private boolean there = true;

        @Override
        public String name() {
            return "cd";
        }

        @Override
        public boolean isConfigured() {
            return there;
        }

        @Override
        public Lanes lanes() {
            if (!there) {
                throw EngineException.invalid("Unknown environment 'cd'; configured are none");
            } else if (!failures.isEmpty()) {
                throw failures.remove(0);
            }
            return lanes;
        }

        @Override
        public RemovedLanes removed() {
            return new RemovedLanes(shop.store, shop.environment().name(), shop.clock, shop.events::add);
        }
    }

    private final Configured configured = new Configured();
    private boolean alive = true;
    private boolean away;

    private final Loop.Host host = new Loop.Host() {
        @Override
        public boolean isClosed() {
            return false;
        }

        @Override
        public Executor threads() {
            return work::add;
        }

        @Override
        public ScheduledFuture<?> later(Runnable task, Duration delay) {
            timers.add(task);
            return null;
        }
    };

    private final LaneDriver driver = new LaneDriver(
            new LaneDriver.Site(host, origin -> true, origin -> alive, shop.clock), configured, (lane, why) -> {});

    @AfterEach
    void close() {
        shop.close();
    }

    private final class Build implements Passenger {
        private final List<String> said = new ArrayList<>();
        private End end;
        private int asked;
        private String failed = "";
        private LaneId lane;
        private boolean tests = true;
        private boolean killed;
        private boolean terminated;

        @Override
        public void test(TestRun run) {
            if (!tests) {
                return;
            }
            lanes.report(lane, run.trial(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
        }

        @Override
        public void say(String line) {
            said.add(line);
        }

        @Override
        public boolean ended(End outcome) {
            end = outcome;
            return ++asked > 1;
        }

        @Override
        public void failed(String message) {
            failed = message;
        }

        @Override
        public boolean isOver() {
            return killed;
        }

        @Override
        public void leaveIfEnded() {
            if (terminated) {
                driver.leave(lane, "its build was stopped");
            }
        }
    }

    private void run(int turns) {
        for (int i = 0; i < turns; i++) {
            while (!work.isEmpty()) {
                work.remove().run();
            }
            List<Runnable> due = List.copyOf(timers);
            timers.clear();
            due.forEach(Runnable::run);
            shop.clock.advance(Duration.ofSeconds(30));
        }
    }

    private Build board() {
        return board("2");
    }

    private Build board(String tag) {
        shop.build("s1", tag);
        Build build = new Build();
        build.lane = driver.open(Map.of("s1", tag), new Origin("s1#" + tag, "job/s1/" + tag + "/", "ada"));
        driver.board(build.lane, build);
        return build;
    }

    @Test
    void I8_B41_laneGoesOnAfterTroubleOfAnyKind() {
        Build build = board();
        failures.add(new IllegalStateException("a bug"));
        failures.add(new EngineException(FailureKind.UNAVAILABLE, "the store is away"));
        run(20);
        assertThat(build.failed).isEmpty();
        assertThat(build.end.outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(build.asked).as("told until it took its outcome").isEqualTo(2);
        assertThat(build.said).as("words of an exception may hold anything").noneMatch(line -> line.contains("a bug"));
    }

    /** Credentials that ran out, a right that was taken, or a certificate, say nothing of a candidate; as for trains. */
    @ParameterizedTest
    @EnumSource(names = {"UNAUTHENTICATED", "FORBIDDEN", "TLS"})
    void I4_K8_9_clusterThatLetsNobodyInForANightEndsNoLane(FailureKind kind) {
        Build build = board();
        shop.cluster.duringRollouts(() -> {
            throw new EngineException(kind, "the token has expired");
        });
        run(1_200);
        assertThat(build.failed).isEmpty();
        assertThat(build.end).isNull();
        assertThat(build.said).anyMatch(line -> line.contains("the token has expired"));
        shop.cluster.duringRollouts(() -> {});
        run(20);
        assertThat(build.end.outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** Who deploys by deleting and making anew takes a workload away for a moment. */
    @Test
    void I4_workloadThatIsMadeAnewEndsNoLaneAndOneThatIsGoneDoes() {
        Build moment = board();
        shop.cluster.duringRollouts(() -> {
            throw new EngineException(FailureKind.NOT_FOUND, "Deployment s1 is not there");
        });
        run(5);
        assertThat(moment.failed).isEmpty();
        assertThat(moment.said).anyMatch(line -> line.contains("is not there"));
        shop.cluster.duringRollouts(() -> {});
        run(20);
        assertThat(moment.end.outcome()).isEqualTo(Outcome.RELEASED);

        Build gone = board("3");
        shop.cluster.duringRollouts(() -> {
            throw new EngineException(FailureKind.NOT_FOUND, "Deployment s1 is not there");
        });
        run(60);
        assertThat(gone.failed).contains("Deployment s1 is not there");
    }

    @Test
    void B41_watchGoesOnAfterTroubleOfAnyKind() {
        failures.add(new EngineException(FailureKind.FORBIDDEN, "may not look"));
        failures.add(new IllegalStateException("a bug"));
        driver.watchOver();
        run(3);
        assertThat(failures).isEmpty();
        assertThat(work.size() + timers.size()).as("its next turn").isPositive();
    }

    @Test
    void I8_B12_laneWhoseCandidateCannotBeTakenOutEndsAndItsEnvironmentIsCleanedUpLater() {
        Build build = board();
        shop.cluster.duringRollouts(() -> {
            throw new EngineException(FailureKind.INVALID_INPUT, "cannot show it");
        });
        run(20);
        assertThat(build.failed).contains("cannot show it");
        assertThat(lanes.underWay()).isEmpty();
        assertThat(lanes.problems().values()).anySatisfy(p -> assertThat(p).contains("cannot show it"));
        shop.cluster.duringRollouts(() -> {});
        run(5);
        assertThat(lanes.problems()).isEmpty();
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
    }

    /** Removed or renamed as code, or by the form, while builds wait for it and test in it. */
    @Test
    void I8_lanesOfAnEnvironmentThatIsNotConfiguredAnyMoreEndAndItComesBackClean() {
        Build build = board();
        build.tests = false;
        run(3);
        assertThat(shop.installed()).as("it is tested").containsEntry("s1", FakeShop.digest("s1", "2"));
        configured.there = false;
        driver.wake();
        run(1);
        assertThat(build.end).as("nobody is ended for a moment's mistake").isNull();
        run(5);

        assertThat(build.end.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(build.end.reason()).isEqualTo("environment 'cd' is not configured for lanes any more");
        configured.there = true;
        driver.watchOver();
        run(3);
        assertThat(lanes.underWay()).isEmpty();
        assertThat(shop.installed())
                .as("what it left is cleaned up once it is there again")
                .containsEntry("s1", FakeShop.digest("s1", "1"));
        Build next = board("3");
        run(20);
        assertThat(next.end.outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** The build of a lane did not survive a restart, after which its environment is called otherwise. */
    @Test
    void I8_lanesThatNobodyWaitsForEndThoughTheirEnvironmentIsNotConfiguredAnyMore() {
        Build build = board();
        build.tests = false;
        run(3);
        configured.there = false;
        LaneDriver restarted = new LaneDriver(
                new LaneDriver.Site(host, origin -> true, origin -> false, shop.clock), configured, (lane, why) -> {});
        work.clear();
        timers.clear();
        restarted.takeUp();
        run(6);

        assertThat(configured.removed().outcome(build.lane))
                .hasValueSatisfying(ended -> assertThat(ended.reason()).isEqualTo("its build s1#2 has ended"));
    }

    /** The link {@code kill} of a build ends it without a word to its steps. */
    @Test
    void I8_I12_laneOfABuildThatWasKilledTheHardWayLeavesItsPlace() {
        Build build = board();
        build.tests = false;
        run(3);
        alive = false;
        run(5);
        assertThat(lanes.underWay())
                .as("a job that is renamed is not found for a moment")
                .isNotEmpty();
        build.killed = true;
        run(5);
        assertThat(lanes.underWay()).isEmpty();
        assertThat(configured.removed().outcome(build.lane))
                .hasValueSatisfying(ended -> assertThat(ended.reason()).isEqualTo("its build s1#2 has ended"));
        assertThat(build.end).as("it has no step any more that takes it").isNull();
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));

        alive = true;
        Build next = board("3");
        run(20);
        assertThat(next.end.outcome()).isEqualTo(Outcome.RELEASED);
    }

    /** The link {@code term} of a build ends its step alone. */
    @Test
    void I8_I12_laneOfAStepThatWasEndedBehindItsBackLeavesItsPlace() {
        Build build = board();
        build.tests = false;
        run(3);
        assertThat(lanes.underWay()).isNotEmpty();
        build.terminated = true;
        run(5);
        assertThat(lanes.underWay()).isEmpty();
        assertThat(build.end.reason()).isEqualTo("its build was stopped");
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
    }

    private Build waitingForItsPromotion() {
        away = true;
        Build build = board();
        run(10);
        assertThat(shop.events).anyMatch(Event.PromotionPlanned.class::isInstance);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        return build;
    }

    @Test
    void I12_laneOfABuildThatIsStoppedWhileItsReleaseWaitsIsNotReleased() {
        Build build = waitingForItsPromotion();
        build.terminated = true;
        run(5);
        assertThat(build.end.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(build.end.reason()).isEqualTo("its build was stopped");
        away = false;
        run(10);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "1"));
        assertThat(shop.installed()).containsEntry("s1", FakeShop.digest("s1", "1"));
    }

    /** It died in a crash, which says nothing against what it made. */
    @Test
    void releaseOfABuildThatDiedIsPromotedToItsEnd() {
        Build build = waitingForItsPromotion();
        alive = false;
        build.killed = true;
        run(5);
        away = false;
        run(10);
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(configured.removed().outcome(build.lane))
                .hasValueSatisfying(ended -> assertThat(ended.outcome()).isEqualTo(Outcome.RELEASED));
    }
}
