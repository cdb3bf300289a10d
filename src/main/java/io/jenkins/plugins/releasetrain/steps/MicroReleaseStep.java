package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/**
 * {@code microRelease}: candidates are tried in a shared environment, the body once per lane (design §6). This step runs
 * one lane; {@link MicroReleaseVariable} makes parallel branches of it where the candidates belong to several lanes.
 */
public final class MicroReleaseStep extends Step {
    private final String environment;
    private final Map<String, String> candidates;

    @DataBoundConstructor
    public MicroReleaseStep(String environment, Map<String, String> candidates) {
        this.environment = environment;
        this.candidates = candidates == null ? Map.of() : new LinkedHashMap<>(candidates);
    }

    public String getEnvironment() {
        return environment;
    }

    /** Tag, digest or full reference in the dev registry, by service. */
    public Map<String, String> getCandidates() {
        return candidates;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new MicroReleaseExecution(context, new Order(environment, new LinkedHashMap<>(candidates)));
    }

    /** What an execution keeps of the step. */
    record Order(String environment, LinkedHashMap<String, String> candidates) implements Serializable {}

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        @Override
        public String getFunctionName() {
            return "microRelease";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Release services one by one, tested in a shared environment";
        }

        @Override
        public boolean takesImplicitBlockArgument() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowExecution.class);
        }
    }
}
