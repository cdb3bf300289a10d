package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ContractGateExecutionTest {
    private final FakeBuildHost host = new FakeBuildHost();
    private final FakeStepContext context = new FakeStepContext();
    private final ContractGateExecution step = new ContractGateExecution(context, "cart", "1.1");

    ContractGateExecutionTest() {
        context.node = new FakeFlowNode();
        step.on(host);
    }

    /** As where the store is away for hours, and somebody ends the step by its build's link meanwhile. */
    @Test
    void I8_aStepThatWasEndedBehindItsBackAsksForNothingAndBeginsNoBody() {
        step.start();
        host.ended = Set.of(context.node);

        host.run();

        assertThat(context.failures).as("nothing is there to be asked for").isEmpty();
        assertThat(context.answers).isEmpty();
        assertThat(host.later).isEmpty();
    }
}
