package io.jenkins.plugins.releasetrain.harness;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** kill -9 of a controller that is a process of its own. */
class KillTest {
    /** The time limit of the first life ends all later ones too, so it is one for the whole test. */
    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension().withTimeout(1800);

    @Test
    void I6_I8_killedInEveryStateEachChangeEndsOnceAndNothingIsHalfPromoted() throws Throwable {
        try (Shop shop = new Shop()) {
            new EveryState(
                            shop,
                            life -> {
                                jenkins.startJenkins();
                                life.run(step -> jenkins.runRemotely(step));
                                jenkins.stopJenkinsForcibly();
                            },
                            true)
                    .run();
        }
    }
}
