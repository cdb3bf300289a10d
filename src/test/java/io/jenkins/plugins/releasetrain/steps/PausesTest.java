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
        Pauses.show(context, false, "train shop", "");
        assertThat(node.writes).isZero();

        Pauses.show(context, true, "train shop", "Waiting at position 2");
        Pauses.show(context, true, "train shop", "Waiting at position 1");

        assertThat(node.isPaused()).isTrue();
        assertThat(node.pause().getCause()).isEqualTo("Waiting at position 1");
        assertThat(node.getAction(LabelAction.class).getDisplayName())
                .as("views show no block without a label")
                .isEqualTo("train shop");
        assertThat(node.writes).as("the label and the pause").isEqualTo(2);
    }

    @Test
    void aStepThatWaitsTwiceHasOnePauseAsLongAsBoth() {
        Pauses.show(context, true, "train shop", "first");
        node.pause().setStartTime(node.pause().getStartTime() - 60_000);
        Pauses.show(context, false, "train shop", "");
        long first = node.pause().getEndTime() - node.pause().getStartTime();
        assertThat(node.isPaused()).isFalse();

        Pauses.show(context, true, "train shop", "second");

        assertThat(node.isPaused())
                .as("views look at the node's first pause only")
                .isTrue();
        node.pause().setStartTime(node.pause().getStartTime() - 1_000);
        Pauses.show(context, false, "train shop", "");
        assertThat(node.pause().getEndTime() - node.pause().getStartTime()).isGreaterThanOrEqualTo(first + 1_000);
        assertThat(first).isGreaterThanOrEqualTo(60_000);
    }

    @Test
    void I11_aNodeThatCannotBeWrittenChangesNothing() {
        Pauses.show(context, true, "train shop", "waits");
        node.onSave = new IOException("No space left on device");

        Pauses.show(context, false, "train shop", "");
        context.onGet = new IOException("the build has ended");
        Pauses.show(context, true, "train shop", "");

        assertThat(context.failures).isEmpty();
    }
}
