package io.jenkins.plugins.releasetrain.config;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.List;

/** Collects what of one part is outside of what it may be. */
record Ranges(String place, List<String> problems) {
    /** Ten years, in whatever unit: what is more is a mistake, and sums of it would run over. */
    static final int MOST = 315_360_000;

    private static final double ALL = 100;

    Ranges whole(String field, int value, int least) {
        return whole(field, value, least, MOST);
    }

    Ranges whole(String field, int value, int least, int most) {
        if (value < least || value > most) {
            problems.add(place + ": " + field + " is " + value + ", but must be " + least + " to " + most);
        }
        return this;
    }

    /** @param zero whether none at all is a possible value */
    Ranges percent(String field, double value, boolean zero) {
        if (!(zero ? value >= 0 : value > 0) || !(value < ALL)) {
            problems.add(place + ": " + field + " is " + value + ", but must be " + (zero ? "0 or more" : "more than 0")
                    + " and less than 100");
        }
        return this;
    }

    /** @param rule throws what does not fit */
    Ranges rule(String field, Runnable rule) {
        try {
            rule.run();
        } catch (EngineException e) {
            problems.add(place + ": " + field + ": " + e.getMessage());
        }
        return this;
    }
}
