package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.junit.jupiter.api.Test;

/** I6, I12: what nobody waits for any more is given up, whichever way its step ended. */
class PromoteImageExecutionTest {
    private static final EngineException BUSY = new EngineException(FailureKind.BUSY, "Another one wants these tags");
    private static final EngineException UNDONE =
            new EngineException(FailureKind.CONFLICT, "Nothing was promoted: its build was stopped");

    private final FakeBuildHost host = new FakeBuildHost();
    private final FakeStepContext context = new FakeStepContext();
    private final Promoting step = new Promoting();

    PromoteImageExecutionTest() {
        context.node = new FakeFlowNode();
        step.on(host);
    }

    /** Keeps what it does; asks nobody whether it may. */
    private final class Promoting extends PromoteImageExecution {
        private static final long serialVersionUID = 1;

        private final transient List<String> done = new ArrayList<>();
        /** What happens while it promotes; how that ends. */
        private transient Runnable course = () -> {};

        Promoting() {
            super(
                    context,
                    new PromoteImageStep.Order(
                            "dev", "production", new ArrayList<>(List.of("shop/cart:1")), false, false));
        }

        @Override
        public StepContext getContext() {
            return context;
        }

        @Override
        void checkMay(Run<?, ?> build) {}

        @Override
        Optional<String> progress(String id) {
            return Optional.of("1 of 2 images");
        }

        @Override
        Map<String, Object> run(Run<?, ?> build, String id, BooleanSupplier left) {
            done.add("promotes");
            course.run();
            return Map.of();
        }

        @Override
        void abandon(String id, String reason) {
            done.add("gives up: " + reason);
        }
    }

    private void start() {
        step.start();
        host.run();
    }

    private void end() {
        host.ended = Set.of(context.node);
    }

    @Test
    void I6_aStepThatWasEndedBehindItsBackIsNotTriedAgain() {
        step.course = () -> {
            throw BUSY;
        };
        start();
        host.runLater();
        assertThat(step.done).containsExactly("promotes", "promotes");

        end();
        host.runLater();
        host.runLater();

        assertThat(step.done).containsExactly("promotes", "promotes", "gives up: its build was stopped");
        assertThat(host.later).isEmpty();
        assertThat(context.failures).as("nobody waits for its answer").isEmpty();
    }

    @Test
    void I6_whatIsUnderWayIsUndoneWhenItsStepWasEndedBehindItsBack() {
        step.course = () -> {
            host.runLater();
            assertThat(step.done).containsExactly("promotes");
            end();
            host.runLater();
            assertThat(step.done).as("while it copies").containsExactly("promotes", "gives up: its build was stopped");
            throw UNDONE;
        };

        start();

        assertThat(context.log()).containsOnlyOnce("1 of 2 images");
        assertThat(host.later).as("it watches no more").isEmpty();
        assertThat(context.failures).isEmpty();
    }

    @Test
    void whatIsCompleteIsAnsweredAndWatchedNoMore() {
        start();
        host.runLater();

        assertThat(context.answers).containsExactly(Map.of());
        assertThat(step.done).containsExactly("promotes");
        assertThat(host.later).isEmpty();
    }
}
