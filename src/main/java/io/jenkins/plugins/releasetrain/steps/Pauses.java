package io.jenkins.plugins.releasetrain.steps;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.actions.LabelAction;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.support.actions.PauseAction;

/**
 * What graph views show of a step that waits: a stage of its own, which is paused, and whose time is none that the build
 * worked. They show no blocks without a label, whatever else is known of them. Decides nothing (I11).
 */
final class Pauses {
    private static final Logger LOGGER = Logger.getLogger(Pauses.class.getName());

    private Pauses() {}

    /**
     * Shows a step's node as paused, or not any more; does nothing where it is shown so already. The caller sees to it that
     * no two do so at once.
     *
     * @param label what it waits for, the same for all times: views put builds beside each other by it
     * @param why for as long as it waits
     */
    static void show(StepContext context, boolean paused, String label, String why) {
        try {
            FlowNode node = context.get(FlowNode.class);
            if (node == null) {
                return;
            }
            PauseAction pause = node.getAction(PauseAction.class);
            if (pause == null && paused && node.getAction(LabelAction.class) == null) {
                node.addAction(new LabelAction(label));
            }
            if (pause == null ? paused : pause.isPaused() != paused) {
                change(node, pause, why);
            } else if (paused) {
                // for whoever asks; not worth a write
                pause.setCause(why);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Whether a step waits cannot be shown: " + context);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
