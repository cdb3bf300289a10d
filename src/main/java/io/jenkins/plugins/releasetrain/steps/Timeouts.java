package io.jenkins.plugins.releasetrain.steps;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.Set;

/** What a timeout within a body says of the images, as scripts write it. */
final class Timeouts {
    private static final String NOTHING = "void";
    private static final String FAILS = "fails";

    private Timeouts() {}

    static boolean fails(String timeout) {
        return FAILS.equals(timeout);
    }

    /** @param timeout null: what it says by default */
    static void check(String step, String timeout) {
        if (timeout != null && !Set.of(NOTHING, FAILS).contains(timeout)) {
            throw EngineException.invalid(
                    step + ": timeout is '" + NOTHING + "' or '" + FAILS + "', not '" + timeout + "'");
        }
    }
}
