package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hudson.model.Descriptor;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people type into the snippet generator, and the bounds of numbers. */
class StepFormsTest {
    @Test
    void NEW_7_candidatesAreOneALine() throws Exception {
        assertThat(MicroReleaseStep.DescriptorImpl.candidates("cart: 1.4.2\n\n pay:dev.example/pay:2.0.0 \n"))
                .isEqualTo(Map.of("cart", "1.4.2", "pay", "dev.example/pay:2.0.0"));
        assertThat(MicroReleaseStep.DescriptorImpl.candidates("")).isEmpty();
    }

    @Test
    void NEW_7_aLineThatIsNoCandidateIsNamed() {
        for (String line : new String[] {"cart", ": 1.4.2", "cart:"}) {
            assertThatThrownBy(() -> MicroReleaseStep.DescriptorImpl.candidates(line))
                    .isInstanceOf(Descriptor.FormException.class);
        }
    }

    @Test
    void S2_prioritiesOfBuildsHaveBounds() {
        assertThatCode(() -> MonoReleaseExecution.checkPriority(100)).doesNotThrowAnyException();
        assertThatCode(() -> MonoReleaseExecution.checkPriority(-100)).doesNotThrowAnyException();
        for (int priority : new int[] {101, -101, 100_000, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> MonoReleaseExecution.checkPriority(priority))
                    .isInstanceOf(EngineException.class)
                    .hasMessage("monoRelease: priority is " + priority + ", but must be between -100 and 100");
        }
    }
}
