package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Duration;
import java.util.List;

/** What a conductor has to do next. */
public sealed interface Task {
    /** Nothing is queued and nothing is under way. */
    record Idle() implements Task {}

    /**
     * Ask again later.
     *
     * @param why whom or what it waits for
     */
    record Wait(String why, Duration again) implements Task {}

    /**
     * Run the test suite and report; everything is installed.
     *
     * @param conductor whose body is to run it
     * @param changed services whose image is not the baseline's
     * @param changes ids of the changes that the set holds; none in a control run
     */
    record Test(
            String trial,
            String conductor,
            String environment,
            String namespace,
            String baseUrl,
            Digest set,
            List<String> changed,
            List<String> changes,
            String purpose)
            implements Task {}
}
