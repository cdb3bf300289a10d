package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import groovy.lang.Binding;
import groovy.lang.MissingPropertyException;
import hudson.AbortException;
import hudson.EnvVars;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.Passenger.End;
import io.jenkins.plugins.releasetrain.host.Passenger.TestRun;
import io.jenkins.plugins.releasetrain.host.RunningBodies;
import io.jenkins.plugins.releasetrain.host.RunningBodies.Body;
import io.jenkins.plugins.releasetrain.host.RunningBodies.Caller;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Judgement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.junit.jupiter.api.Test;

/** I8: a build that waits for a train or a lane gets its answer, whatever is away or full meanwhile. */
class ReleaseExecutionTest {
    private static final EngineException AWAY =
            new EngineException(FailureKind.UNAVAILABLE, "the database is not available");
    private static final Judgement PASSED = new Judgement(Verdict.PASSED, false, "");
    private static final End RELEASED = new End(Outcome.RELEASED, "its tests passed", "shop-1");

    private final FakeStepContext context = new FakeStepContext();
    private final FakeBuildHost host = new FakeBuildHost();
    private final Riding step = new Riding(context, host);

    /** Rides nothing; keeps what it is told to do. */
    private static final class Riding extends ReleaseExecution {
        private static final long serialVersionUID = 1;

        private final transient List<String> done = new ArrayList<>();
        /** Thrown one by one by whatever asks the train. */
        private final transient Deque<Throwable> troubles = new ArrayDeque<>();

        private transient boolean registered;
        private transient Runnable meanwhile = () -> {};

        @Override
        Optional<String> awaitedTrain() {
            return Optional.of("shop");
        }

        Riding(FakeStepContext context, FakeBuildHost host) {
            super(context);
            on(host);
        }

        private void trouble() {
            if (!troubles.isEmpty()) {
                ReleaseExecutionTest.<RuntimeException>sneak(troubles.remove());
            }
        }

        @Override
        String step() {
            return "monoRelease";
        }

        @Override
        boolean registered() {
            return registered;
        }

        @Override
        void register() {
            trouble();
            meanwhile.run();
            registered = true;
            done.add("registered");
        }

        @Override
        void takePart() {
            trouble();
            done.add("takes part");
        }

        @Override
        void withdraw(String reason) {
            done.add("withdrawn: " + reason);
        }

        @Override
        void deliver(BodyState.Judged judged) {
            trouble();
            done.add("delivered " + judged.judgement.verdict());
        }

        @Override
        void noteBegun(String trial) {
            trouble();
        }

        @Override
        Outcomes.Subject subject() {
            return new Outcomes.Subject("shop", "c1", Map.of("cart", "1.1"));
        }

        @Override
        Map<String, String> ownVariables(TestRun run) {
            return Map.of();
        }

        @Override
        void checkPlace(Map<String, String> around) throws Misplaced {
            if ("shop".equals(around.get("RELEASE_TRAIN"))) {
                throw new Misplaced("monoRelease: within its own tests");
            }
        }

        @Override
        public Map<String, String> holds() {
            return Map.of("RELEASE_TRAIN", "shop");
        }

        @Override
        public boolean timeoutFails() {
            return false;
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }

    private void start() {
        assertThat(step.start()).as("nothing is done on the program's thread").isFalse();
        assertThat(step.done).isEmpty();
        host.run();
    }

    @Test
    void B6_aStoreThatIsAwayWhenABuildBoardsIsAskedAgainUntilItIsThere() {
        step.troubles.addAll(List.of(AWAY, AWAY));

        start();
        assertThat(step.done).isEmpty();
        host.runLater();
        host.runLater();

        assertThat(step.done).containsExactly("registered", "takes part");
        assertThat(context.failures).isEmpty();
        assertThat(context.log())
                .as("it may be away for hours, which is one line")
                .containsOnlyOnce("trying again");
    }

    @Test
    void I8_aBuildIsRegisteredOnceThoughItsTrainIsAwayRightAfterwards() {
        step.meanwhile = () -> step.troubles.add(AWAY);
        start();
        host.runLater();

        assertThat(step.done).containsExactly("registered", "takes part");
    }

    /** It is resumed as its twin is: what it says would be taken for what the original's build says. */
    @Test
    void I3_aCopyOfABuildQueuesReportsAndWithdrawsNothingUntilItsControllerIsAlone() throws Exception {
        host.quiet = true;
        start();
        step.report(new BodyState.Judged("t1", PASSED, Optional.empty()));
        host.run();
        host.runLater();
        assertThat(step.done).isEmpty();
        assertThat(context.log()).containsOnlyOnce("Another Jenkins with the identity of this one");
        host.quiet = false;
        host.runLater();
        assertThat(step.done).containsExactly("registered", "takes part", "delivered PASSED");

        host.quiet = true;
        step.stop(new InterruptedException());
        host.run();
        assertThat(context.failures).as("people can stop it all the same").hasSize(1);
        assertThat(step.done).noneMatch(done -> done.startsWith("withdrawn"));
    }

    @Test
    void whatCannotBecomeRightEndsTheBuildWithOneSentence() {
        step.troubles.add(EngineException.invalid("Unknown train 'shop'"));

        start();

        assertThat(context.failures)
                .singleElement()
                .satisfies(f -> assertThat(f)
                        .isInstanceOf(AbortException.class)
                        .hasMessage("monoRelease: Unknown train 'shop'"));
        assertThat(host.later).isEmpty();
    }

    @Test
    void I8_whoFailsAfterItWasRegisteredIsTakenOff() {
        step.meanwhile = () -> step.troubles.add(new IllegalStateException("a bug"));

        start();

        assertThat(context.failures).hasSize(1);
        assertThat(step.done).containsExactly("registered", "withdrawn: its step failed before it could wait");
    }

    @Test
    void B4_I8_errorsOfAnyKindEndTheBuild() {
        for (Throwable wrong : List.of(
                new ClassCastException("BigDecimal"),
                new StackOverflowError(),
                new java.io.IOException("No space left on device"),
                new InterruptedException())) {
            FakeStepContext one = new FakeStepContext();
            Riding other = new Riding(one, host);
            other.troubles.add(wrong);
            other.start();
            host.run();

            assertThat(one.failures).containsExactly(wrong);
        }
        assertThat(Thread.interrupted()).as("kept for whoever runs the work").isTrue();
    }

    @Test
    void I8_aBuildThatIsStoppedWhileItBoardsIsTakenOff() throws Exception {
        step.meanwhile = () -> {
            try {
                step.stop(new InterruptedException());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };

        start();
        host.run();

        assertThat(step.done).contains("registered", "withdrawn: its build was stopped");
    }

    @Test
    void NEW_8_aStepWithinItsOwnTestsEndsBeforeAnythingIsQueued() {
        context.around = new BodyRun.Variables(Map.of("RELEASE_TRAIN", "shop"));

        start();

        assertThat(step.done).isEmpty();
        assertThat(context.failures).singleElement().isInstanceOf(Misplaced.class);
    }

    /** {@code monoRelease(train: 'shop', …) { build 'deploy' }}, where that job rides the train as well. */
    @Test
    void NEW_8_aStepOfABuildThatItsOwnTrainsTestsWaitForEndsBeforeAnythingIsQueued() {
        host.bodies.began(new Body("t1", "pay#7", "12", Map.of("RELEASE_TRAIN", "shop")));
        host.bodies.began(new Body("t2", "pay#7", "30", Map.of("RELEASE_TRAIN", "other")));
        Caller tests = new Caller("pay#7", List.of("14", "12", "2"), List::of);
        host.callers = List.of(new Caller("nightly#3", List.of("5"), () -> List.of(tests)));

        start();

        assertThat(step.done).isEmpty();
        assertThat(context.failures).singleElement().isInstanceOf(Misplaced.class);
        assertThat(host.bodies.mistake("t1")).contains("monoRelease: within its own tests");
        assertThat(host.bodies.mistake("t2")).isEmpty();
    }

    private void crosswise(boolean over) {
        context.around = new BodyRun.Variables(Map.of("RELEASE_TRAIN", "other", "RELEASE_TRIAL", "t1"));
        host.bodies.began(new Body("t1", "cart#7", "12", Map.of("RELEASE_TRAIN", "other")));
        host.bodies.began(new Body("t2", "pay#3", "12", Map.of("RELEASE_TRAIN", "third")));
        host.bodies.began(new Body("t3", "mail#5", "12", Map.of("RELEASE_TRAIN", "shop")));
        assertThat(host.bodies.enter(new RunningBodies.Wait("mail", Set.of("t3"), "third", () -> false)))
                .isEmpty();
        assertThat(host.bodies.enter(new RunningBodies.Wait("pay", Set.of("t2"), "other", () -> over)))
                .isEmpty();
    }

    /** Each waits within the tests of one train for another one, and the last of them for the first. */
    @Test
    void NEW_8_I8_buildsThatWouldWaitForEachOtherCrosswiseAreToldAtOnce() {
        crosswise(false);

        start();

        assertThat(step.done).isEmpty();
        assertThat(context.failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        Misplaced.class,
                        e -> assertThat(e.getMessage())
                                .contains("train 'third' is tried by pay#3, whose tests wait for train 'other'"));
        assertThat(host.bodies.mistake("t1")).isPresent();
    }

    /** The one that waited before Jenkins was restarted is waited for by the one that begins to afterwards. */
    @Test
    void NEW_8_I8_buildsThatWouldWaitForEachOtherAreToldAfterARestartToo() {
        context.around = new BodyRun.Variables(Map.of("RELEASE_TRAIN", "other", "RELEASE_TRIAL", "t1"));
        start();
        host.bodies = new RunningBodies(build -> List.of());
        host.bodies.began(new Body("t1", "cart#7", "12", Map.of("RELEASE_TRAIN", "other")));
        host.bodies.began(new Body("t2", "pay#3", "12", Map.of("RELEASE_TRAIN", "shop")));
        step.onResume();
        host.run();

        assertThat(host.bodies.enter(new RunningBodies.Wait("pay", Set.of("t2"), "other", () -> false)))
                .contains("train 'other' is tried by cart#7, whose tests wait for train 'shop'");
    }

    @Test
    void NEW_8_whoeverWaitsNoMoreIsNoneToWaitFor() {
        crosswise(true);

        start();

        assertThat(step.done).containsExactly("registered", "takes part");
    }

    /** It is started by them and waits for nothing of theirs, or they do not wait for it any more. */
    @Test
    void NEW_8_aBuildThatNoTestsWaitForRides() {
        host.bodies.began(new Body("t1", "pay#7", "12", Map.of("RELEASE_TRAIN", "shop")));
        host.bodies.began(new Body("t2", "cart#7", "2", Map.of("RELEASE_TRAIN", "shop")));
        host.bodies.ended("t1");
        host.callers = List.of(new Caller("pay#7", List.of("14", "12", "2"), List::of));

        start();

        assertThat(step.done).containsExactly("registered", "takes part");
    }

    /** {@code environment { RELEASE_TRAIN = 'shop' }} in a Jenkinsfile is nobody's body. */
    @Test
    void NEW_8_onlyWhatReleaseStepsGaveCountsAsAround() throws Exception {
        context.around = new EnvironmentExpander() {
            private static final long serialVersionUID = 1;

            @Override
            public void expand(EnvVars env) {
                env.put("RELEASE_TRAIN", "shop");
                env.put("RELEASE_ENVIRONMENT", "staging");
            }
        };
        assertThat(BodyRun.Variables.around(context)).isEmpty();

        context.around = new EnvironmentExpander() {
            private static final long serialVersionUID = 1;

            @Override
            public void expand(EnvVars env) {
                new BodyRun.Variables(Map.of("RELEASE_TRAIN", "shop")).expand(env);
                new BodyRun.Variables(Map.of("RELEASE_TRAIN", "other")).expand(env);
            }
        };
        assertThat(BodyRun.Variables.around(context))
                .containsExactly(Map.of("RELEASE_TRAIN", "shop"), Map.of("RELEASE_TRAIN", "other"));
    }

    /** {@code cdEnvironment('staging') { monoRelease(train: 'shop') … }}. */
    @Test
    void I8_aTrainWhoseOnlyEnvironmentIsHeldAroundTheStepIsRefused() throws Exception {
        assertThatThrownBy(() -> MonoReleaseExecution.checkHeld("shop", "staging", () -> Set.of("staging")))
                .isInstanceOf(Misplaced.class)
                .hasMessageContaining("'staging', which a step around this one holds");
        MonoReleaseExecution.checkHeld("shop", "staging", () -> Set.of("staging", "staging-2"));
        MonoReleaseExecution.checkHeld("shop", "cd", () -> Set.of("staging"));
        MonoReleaseExecution.checkHeld("shop", null, () -> {
            throw new AssertionError("not asked");
        });
    }

    @Test
    void J_ending_hangs_anOutcomeThatCannotBeTakenIsTakenLater() {
        start();
        context.onAnswer = new java.io.UncheckedIOException(new java.io.IOException("No space left on device"));

        assertThat(step.ended(RELEASED)).isFalse();
        host.run();
        assertThat(context.answers).isEmpty();
        assertThat(step.ended(RELEASED)).as("asked again, it still waits").isFalse();
        context.onAnswer = null;
        host.runLater();

        assertThat(context.answers).as("once, though it was told twice").hasSize(1);
        assertThat(step.ended(RELEASED)).isTrue();
    }

    @Test
    void I8_aVerdictIsKeptUntilTheTrainHasIt() {
        start();
        step.troubles.addAll(List.of(AWAY, new IllegalStateException("closed"), new StackOverflowError()));

        step.report(new BodyState.Judged("t1", PASSED, Optional.empty()));
        host.run();
        for (int i = 0; i < 3; i++) {
            host.runLater();
        }

        assertThat(step.done).containsOnlyOnce("delivered PASSED");
        assertThat(host.later).isEmpty();
    }

    @Test
    void aVerdictThatNobodyWantsAnyMoreIsNotToldForEver() {
        start();
        step.troubles.add(EngineException.invalid("Unknown trial 't1'"));

        step.report(new BodyState.Judged("t1", PASSED, Optional.empty()));
        host.run();

        assertThat(host.later).isEmpty();
    }

    @Test
    void DOC_1_testsThatCannotRunAsTheyAreWrittenEndTheirBuildAndTakeItsChangeOff() {
        start();
        MissingPropertyException mistake = new MissingPropertyException("scm", Binding.class);

        step.interrupted(mistake);
        host.run();

        assertThat(context.failures).containsExactly(mistake);
        assertThat(step.done).contains("withdrawn: its tests cannot run as its pipeline is written");
    }

    /** The link {@code term} of a build ends a step without a word to it, and a script may catch that and go on. */
    @Test
    void I8_I12_aStepThatWasEndedBehindItsBackLeavesAndTestsNothing() {
        context.node = new FakeFlowNode();
        start();
        step.leaveIfEnded();
        host.run();
        assertThat(step.done).containsExactly("registered", "takes part");
        host.ended = Set.of(context.node);

        step.test(new TestRun(
                "t1", "staging", "staging", "", "s", List.of(), new TreeMap<>(), new TreeMap<>(), "shop-1"));
        host.run();
        step.leaveIfEnded();
        host.run();

        assertThat(step.done)
                .as("its tests are no fault of the environment, and it leaves once")
                .containsExactly("registered", "takes part", "withdrawn: its build was stopped");
        assertThat(context.node.isPaused()).isFalse();
        assertThat(step.ended(RELEASED)).as("nobody waits for its answer").isTrue();
        assertThat(context.answers).isEmpty();
    }

    @Test
    void graphViewsShowAStepThatWaitsAsPausedUntilItEnds() {
        context.node = new FakeFlowNode();
        step.troubles.add(AWAY);
        start();
        assertThat(context.node.isPaused()).as("it waits for the store, too").isTrue();
        host.runLater();
        assertThat(context.node.isPaused()).isTrue();
        context.onAnswer = new IllegalStateException("not now");

        step.ended(RELEASED);
        host.run();
        assertThat(context.node.isPaused())
                .as("when it answers, it is paused no more")
                .isFalse();
        context.onAnswer = null;
        host.runLater();

        assertThat(context.answers).hasSize(1);
        step.report(new BodyState.Judged("t1", PASSED, Optional.empty()));
        host.run();
        assertThat(context.node.isPaused())
                .as("nothing that comes later pauses it again")
                .isFalse();
    }

    @Test
    void aStepThatIsRefusedStoppedOrInterruptedIsPausedNoMore() throws Exception {
        for (int how = 0; how < 4; how++) {
            FakeStepContext one = new FakeStepContext();
            one.node = new FakeFlowNode();
            Riding other = new Riding(one, host);
            if (how == 0) {
                other.troubles.add(EngineException.invalid("Unknown train 'shop'"));
            }
            other.start();
            host.run();
            switch (how) {
                case 1 -> other.stop(new InterruptedException());
                case 2 -> other.interrupted(new InterruptedException());
                case 3 -> other.failed("it was removed");
                default -> assertThat(one.failures).hasSize(1);
            }
            host.run();

            assertThat(one.node.pause()).as("it waited").isNotNull();
            assertThat(one.node.isPaused()).isFalse();
        }
    }
}
