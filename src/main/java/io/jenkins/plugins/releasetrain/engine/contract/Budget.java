package io.jenkins.plugins.releasetrain.engine.contract;

/**
 * Steps that one comparison may take. They are counted, not timed, so that the same documents get the same answer on every
 * machine.
 */
final class Budget {
    private String file = "";
    private long left;

    Budget(long steps) {
        this.left = steps;
    }

    /** @param file that is named where the budget does not last */
    void in(String file) {
        this.file = file;
    }

    void step() {
        step(1);
    }

    void step(long steps) {
        left -= steps;
        if (left < 0) {
            throw Texts.invalid(
                    file, 0, "is too intricate to be compared: its parts refer to, or combine, each other too often");
        }
    }
}
