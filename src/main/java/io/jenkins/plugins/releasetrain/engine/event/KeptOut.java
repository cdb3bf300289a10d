package io.jenkins.plugins.releasetrain.engine.event;

import io.jenkins.plugins.releasetrain.engine.model.Fault;
import java.util.List;

/**
 * Why a trial could not begin: images of these changes could not be brought in.
 *
 * @param changes their ids; others of the trial could be
 * @param fault the environment's, or not known
 * @param everybody whether nothing of the trial could be brought in
 */
public record KeptOut(List<String> changes, Fault fault, boolean everybody) {
    public KeptOut {
        changes = List.copyOf(changes);
    }

    /** Whether it says something about the environment as a whole: nothing gets in, and nobody knows why. */
    public boolean isOfTheEnvironment() {
        return everybody && fault != Fault.ENVIRONMENT;
    }
}
