package io.jenkins.plugins.releasetrain.steps;

import java.io.IOException;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.actions.LabelAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.support.actions.PauseAction;

/**
 * What graph views show of a step that waits: it is paused, and its time is none that the build worked. Of blocks they show
 * stages and branches only, so the one that the step is in is paused with it: nothing else runs there. Decides nothing (I11).
 */
final class Pauses {
    private static final Logger LOGGER = Logger.getLogger(Pauses.class.getName());

    private Pauses() {}

    /**
     * Shows a step's node and its stage as paused, or not any more; does nothing where they are shown so already. The caller
     * sees to it that no two do so at once.
     *
     * @param why for as long as it waits
     */
    static void show(StepContext context, boolean paused, String why) {
        try {
            FlowNode node = context.get(FlowNode.class);
            if (node != null) {
                show(node, paused, why);
                Optional<? extends FlowNode> stage = stage(node);
                if (stage.isPresent()) {
                    show(stage.get(), paused, why);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Whether a step waits cannot be shown: " + context);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The nearest block around it with a label: blocks between them, as those of {@code timeout}, run nothing beside it. */
    private static Optional<? extends FlowNode> stage(FlowNode node) {
        return node.getEnclosingBlocks().stream()
                .filter(block -> block.getAction(LabelAction.class) != null)
                .findFirst();
    }

    private static void show(FlowNode node, boolean paused, String why) throws IOException {
        PauseAction pause = node.getAction(PauseAction.class);
        if (pause == null ? paused : pause.isPaused() != paused) {
            change(node, pause, why);
        } else if (paused) {
            // for whoever asks; not worth a write
            pause.setCause(why);
        }
    }

    /** One for all times that a step waits, as long as all of them: views look at a node's first only. */
    private static void change(FlowNode node, PauseAction pause, String why) throws IOException {
        long now = System.currentTimeMillis();
        if (pause == null) {
            node.addAction(new PauseAction(why));
            return;
        } else if (pause.isPaused()) {
            pause.setEndTime(now);
        } else {
            pause.setCause(why);
            pause.setStartTime(now - (pause.getEndTime() - pause.getStartTime()));
            pause.setEndTime(0);
        }
        node.save();
    }
}
