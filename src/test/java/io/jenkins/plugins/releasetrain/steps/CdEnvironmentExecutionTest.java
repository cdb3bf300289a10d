package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.AbortException;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.host.RunningBodies;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.steps.BodyExecution;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.BodyInvoker;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** I8: who holds an environment runs its body once, and nobody goes on as its holder who is it no more (I3). */
class CdEnvironmentExecutionTest {
    private final FakeShop shop = new FakeShop(1, Map.of());
    private final FakeBuildHost host = new FakeBuildHost();
    private final FakeStepContext context = new FakeStepContext();
    private final Bodies bodies = new Bodies();
    private Holding step = new Holding(context);

    CdEnvironmentExecutionTest() {
        context.bodies = bodies;
        step.here(this);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    /** In an environment of its own; asks nobody whether it may. */
    private static final class Holding extends CdEnvironmentExecution {
        private static final long serialVersionUID = 1;

        private transient CdEnvironmentExecutionTest test;
        private transient FailureKind trouble;
        private transient int asked;

        Holding(StepContext context) {
            this(context, "exclusive");
        }

        Holding(StepContext context, String mode) {
            super(context, "staging", mode);
        }

        private void here(CdEnvironmentExecutionTest now) {
            test = now;
            on(now.host);
        }

        @Override
        public StepContext getContext() {
            return test.context;
        }

        @Override
        Environment environment() {
            asked++;
            if (trouble != null) {
                throw new EngineException(trouble, "may not look at leases");
            }
            return test.shop.environment();
        }

        @Override
        List<Service> services() {
            return List.of();
        }

        @Override
        String build() {
            return "load#1";
        }

        @Override
        String buildId() {
            return "load#1";
        }

        @Override
        void checkMay() {}

        @Override
        EnvironmentExpander seen(Map<String, String> variables) {
            return new BodyRun.Variables(variables);
        }
    }

    /** Of a program that begins what was ordered when it gets to it. */
    private static final class Bodies extends BodyInvoker {
        private final List<BodyExecutionCallback> ordered = new ArrayList<>();
        private final List<Throwable> cancelled = new ArrayList<>();

        @Override
        public BodyInvoker withContext(Object override) {
            return this;
        }

        @Override
        public BodyInvoker withDisplayName(String name) {
            return this;
        }

        @Override
        public BodyInvoker withCallback(BodyExecutionCallback callback) {
            ordered.add(callback);
            return this;
        }

        @Override
        public BodyExecution start() {
            return new Body(this);
        }
    }

    private static final class Body extends BodyExecution {
        private static final long serialVersionUID = 1;

        private final transient Bodies bodies;

        Body(Bodies bodies) {
            this.bodies = bodies;
        }

        // Of the real one, which is a future; what the build without Jenkins compiles against has no such methods.
        public Collection<StepExecution> getCurrentExecutions() {
            return List.of();
        }

        public boolean cancel(boolean mayInterrupt) {
            return false;
        }

        public boolean isCancelled() {
            return false;
        }

        public boolean isDone() {
            return false;
        }

        public Object get() {
            return null;
        }

        public Object get(long timeout, TimeUnit unit) {
            return null;
        }

        @Override
        public boolean cancel(Throwable cause) {
            bodies.cancelled.add(cause);
            return true;
        }
    }

    /** As the program of the build has it on disk, when Jenkins dies and comes back. */
    private void restart() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(saved)) {
            out.writeObject(step);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(saved.toByteArray()))) {
            step = (Holding) in.readObject();
        }
        host.work.clear();
        host.later.clear();
        step.here(this);
        step.onResume();
        host.run();
    }

    private void start() {
        step.start();
        host.run();
    }

    @Test
    void I8_aBodyThatWasOrderedAndHadNotBegunWhenJenkinsDiedIsOrderedAgain() throws Exception {
        start();
        assertThat(bodies.ordered).hasSize(1);

        restart();
        assertThat(bodies.ordered).as("else the step would hold it for ever").hasSize(2);
        host.runLater();
        assertThat(bodies.ordered).as("a renewal orders nothing").hasSize(2);

        bodies.ordered.get(1).onStart(context);
        bodies.ordered.get(1).onSuccess(context, "loaded");
        assertThat(context.answers).containsExactly("loaded");
    }

    @Test
    void aBodyThatHadBegunGoesOnByItselfAfterARestart() throws Exception {
        start();
        bodies.ordered.get(0).onStart(context);

        restart();
        host.runLater();

        assertThat(bodies.ordered).hasSize(1);
    }

    /** {@code cdEnvironment('cd') { catchError { sh 'load' } }}. */
    @Test
    void I3_aBodyThatCatchesThatItHoldsTheEnvironmentNoMoreDoesNotSucceed() {
        start();
        bodies.ordered.get(0).onStart(context);
        shop.clock.advance(Duration.ofHours(1));
        Holding other = new Holding(context);
        other.here(this);
        other.start();
        host.run();
        assertThat(bodies.ordered).as("the next one has it").hasSize(2);

        host.runLater();
        assertThat(bodies.cancelled).hasSize(1);
        bodies.ordered.get(0).onSuccess(context, "went on");

        assertThat(context.answers).isEmpty();
        assertThat(context.failures)
                .singleElement()
                .satisfies(f ->
                        assertThat(f).isInstanceOf(AbortException.class).hasMessageStartingWith("cdEnvironment: "));
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAUTHENTICATED", "FORBIDDEN", "TLS"})
    void K8_9_aRightThatIsAwayForAWhileEndsNoBody(FailureKind kind) {
        start();
        bodies.ordered.get(0).onStart(context);
        step.trouble = kind;
        host.runLater();
        assertThat(bodies.cancelled).isEmpty();
        assertThat(context.log()).contains("may not look at leases");
        step.trouble = null;
        host.runLater();

        bodies.ordered.get(0).onSuccess(context, "loaded");
        assertThat(context.answers).containsExactly("loaded");
    }

    @Test
    void I3_aCopyOfAStepThatHoldsAnEnvironmentRenewsNothingUntilItsControllerIsAlone() throws Exception {
        start();
        bodies.ordered.get(0).onStart(context);
        host.quiet = true;
        restart();
        host.runLater();
        assertThat(step.asked).as("it asks nobody").isZero();
        host.quiet = false;
        host.runLater();

        assertThat(step.asked).isPositive();
    }

    /** The links {@code term} and {@code kill} of a build end a step without a word to it. */
    @Test
    void I8_aStepThatWasEndedBehindItsBackHoldsAndTakesNothing() {
        context.node = new FakeFlowNode();
        start();
        bodies.ordered.get(0).onStart(context);
        Holding other = new Holding(context);
        other.here(this);
        other.start();
        host.run();
        assertThat(bodies.ordered).as("the other one waits for it").hasSize(1);

        host.ended = Set.of(context.node);
        host.runLater();
        host.runLater();
        assertThat(host.later).as("neither asks again").isEmpty();
        assertThat(bodies.ordered).hasSize(1);

        host.ended = Set.of();
        Holding next = new Holding(context);
        next.here(this);
        next.start();
        host.run();
        assertThat(bodies.ordered).as("it is free at once").hasSize(2);
    }

    /** {@code monoRelease(…) { build 'load' }}, where that job takes the environment in which these tests are. */
    @ParameterizedTest
    @CsvSource({
        "exclusive, RELEASE_TRAIN, false",
        "shared, RELEASE_TRAIN, false",
        "exclusive, RELEASE_TENANT, false",
        "shared, RELEASE_TENANT, true"
    })
    void NEW_8_whatTestsThatWaitForTheBuildHoldIsWaitedForByNobody(String mode, String whose, boolean room) {
        host.bodies.began(
                new RunningBodies.Body("t1", "cart#7", "12", Map.of("RELEASE_ENVIRONMENT", "staging", whose, "shop")));
        host.callers = List.of(new RunningBodies.Caller("cart#7", List.of("14", "12"), List::of));
        step = new Holding(context, mode);
        step.here(this);

        start();

        assertThat(bodies.ordered).hasSize(room ? 1 : 0);
        assertThat(host.bodies.mistake("t1").isPresent()).isEqualTo(!room);
        assertThat(context.failures).allSatisfy(failure -> assertThat(failure).isInstanceOf(Misplaced.class));
    }

    /** {@code cdEnvironment(…) { build 'deploy' }}. */
    @Test
    void NEW_8_buildsThatTheBodyWaitsForAreToldWhatItHoldsUntilItEnds() throws Exception {
        context.node = new FakeFlowNode();
        start();
        bodies.ordered.get(0).onStart(context);
        host.callers = List.of(new RunningBodies.Caller("load#1", List.of(context.node.getId()), List::of));
        assertThat(host.bodies.waitingFor(null))
                .extracting(RunningBodies.Body::holds)
                .containsExactly(Map.of("RELEASE_ENVIRONMENT", "staging"));

        host.bodies = new RunningBodies(build -> host.callers);
        restart();
        assertThat(host.bodies.waitingFor(null)).hasSize(1);
        host.ended = Set.of(context.node);
        host.runLater();

        assertThat(host.bodies.waitingFor(null)).isEmpty();
    }

    /** As with a mode or an environment that is none: the controller's log had a warning beside what the build was told. */
    @Test
    void whatWasNeverAskedForIsNotGivenBack() {
        step.trouble = FailureKind.INVALID_INPUT;
        start();

        assertThat(context.failures).hasSize(1);
        assertThat(step.asked).isEqualTo(1);
    }
}
