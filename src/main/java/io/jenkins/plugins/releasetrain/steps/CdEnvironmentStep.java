package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** {@code cdEnvironment}: runs its body while it holds an environment, in one line with trains and lanes (design §6). */
public final class CdEnvironmentStep extends Step {
    private final String name;
    private String mode = "exclusive";

    @DataBoundConstructor
    public CdEnvironmentStep(String name) {
        this.name = Util.fixNull(name).trim();
    }

    public String getName() {
        return name;
    }

    /** {@code exclusive}: alone; {@code shared}: together with lanes. */
    public String getMode() {
        return mode;
    }

    @DataBoundSetter
    public void setMode(String mode) {
        this.mode = Util.fixEmptyAndTrim(mode) == null ? "exclusive" : mode.trim();
    }

    @Override
    public StepExecution start(StepContext context) {
        return new CdEnvironmentExecution(context, name, mode);
    }

    /** @throws EngineException INVALID_INPUT where it is no mode */
    static Mode mode(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "exclusive" -> Mode.EXCLUSIVE;
            case "shared" -> Mode.SHARED;
            default ->
                throw EngineException.invalid("mode is '" + text + "', but must be 'exclusive' (alone) or 'shared'"
                        + " (together with lanes)");
        };
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS =
                new Arguments("cdEnvironment", Map.of("name", Arguments.Kind.NEEDED, "mode", Arguments.Kind.TEXT));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "cdEnvironment";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.cdEnvironment");
        }

        @Override
        public boolean takesImplicitBlockArgument() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowExecution.class);
        }

        @Override
        public Set<? extends Class<?>> getProvidedContext() {
            return Set.of(org.jenkinsci.plugins.workflow.steps.EnvironmentExpander.class);
        }
    }
}
