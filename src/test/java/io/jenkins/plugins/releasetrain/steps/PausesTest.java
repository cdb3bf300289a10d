package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.jenkinsci.plugins.workflow.actions.LabelAction;
import org.junit.jupiter.api.Test;

class PausesTest {
    private final FakeStepContext context = new FakeStepContext();
    private final FakeFlowNode node = new FakeFlowNode();

    PausesTest() {
        context.node = node;
    }

    @Test
    void whatIsShownAlreadyIsNotWrittenAgain() {
        Pauses.show(context, false, "");
        assertThat(node.writes).isZero();

        Pauses.show(context, true, "Waiting at position 2");
        Pauses.show(context, true, "Waiting at position 1");

        assertThat(node.isPaused()).isTrue();
        assertThat(node.pause().getCause()).isEqualTo("Waiting at position 1");
        assertThat(node.writes).isEqualTo(1);
    }

    @Test
    void aStepThatWaitsTwiceHasOnePauseAsLongAsBoth() {
        Pauses.show(context, true, "first");
        node.pause().setStartTime(node.pause().getStartTime() - 60_000);
        Pauses.show(context, false, "");
        long first = node.pause().getEndTime() - node.pause().getStartTime();
        assertThat(node.isPaused()).isFalse();

        Pauses.show(context, true, "second");

        assertThat(node.isPaused())
                .as("views look at the node's first pause only")
                .isTrue();
        node.pause().setStartTime(node.pause().getStartTime() - 1_000);
        Pauses.show(context, false, "");
        assertThat(node.pause().getEndTime() - node.pause().getStartTime()).isGreaterThanOrEqualTo(first + 1_000);
        assertThat(first).isGreaterThanOrEqualTo(60_000);
    }

    @Test
    void I11_aNodeThatCannotBeWrittenChangesNothing() {
        Pauses.show(context, true, "waits");
        node.onSave = new IOException("No space left on device");

        Pauses.show(context, false, "");
        context.onGet = new IOException("the build has ended");
        Pauses.show(context, true, "");

        assertThat(context.failures).isEmpty();
    }

    @Test
    void theStageIsPausedWithItAndNothingAroundThat() {
        FakeFlowNode timeout = new FakeFlowNode();
        FakeFlowNode branch = new FakeFlowNode();
        FakeFlowNode stage = new FakeFlowNode();
        branch.addAction(new LabelAction("Branch: cart"));
        stage.addAction(new LabelAction("release"));
        node.around.addAll(java.util.List.of(timeout, branch, stage));

        Pauses.show(context, true, "waits");
        assertThat(branch.isPaused()).isTrue();
        assertThat(timeout.pause()).as("views do not show it").isNull();
        assertThat(stage.pause()).as("other branches of it may run").isNull();

        Pauses.show(context, false, "");
        assertThat(branch.isPaused()).isFalse();
    }
}
