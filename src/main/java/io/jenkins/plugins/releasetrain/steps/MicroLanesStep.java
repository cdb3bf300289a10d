package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code microReleaseLanes}: tells {@code microRelease} which candidates share a lane. */
public final class MicroLanesStep extends Step {
    /** Whoever writes {@code microRelease} calls this one without knowing. */
    private static final String NAME = "microRelease";

    private final String environment;
    private final Map<String, String> candidates;

    @DataBoundConstructor
    public MicroLanesStep(String environment, Map<String, String> candidates) {
        this.environment = environment;
        this.candidates = candidates == null ? Map.of() : new LinkedHashMap<>(candidates);
    }

    public String getEnvironment() {
        return environment;
    }

    public Map<String, String> getCandidates() {
        return candidates;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(context, environment, new LinkedHashMap<>(candidates));
    }

    private static final class Execution extends HostedExecution {
        private static final long serialVersionUID = 1;

        private final String environment;
        private final LinkedHashMap<String, String> candidates;

        Execution(StepContext context, String environment, LinkedHashMap<String, String> candidates) {
            super(context);
            this.environment = environment;
            this.candidates = candidates;
        }

        @Override
        public boolean start() {
            host().execute(this::answer);
            return false;
        }

        @Override
        public void onResume() {
            host().execute(this::answer);
        }

        private void answer() {
            answer(NAME, () -> {
                host().riders().mayRunLanes(asking(), environment, candidates.keySet(), false);
                Map<String, Map<String, String>> lanes = new LinkedHashMap<>();
                host().lanesOf(environment)
                        .byGroup(candidates)
                        .forEach((group, images) -> lanes.put(group, new LinkedHashMap<>(images)));
                return lanes;
            });
        }
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        /** All of {@code microRelease}, so that what is wrong there is told before there are lanes. */
        private static final Arguments ARGUMENTS = new Arguments(
                NAME,
                Map.of(
                        "environment", Arguments.Kind.NEEDED,
                        "candidates", Arguments.Kind.MAP,
                        "timeout", Arguments.Kind.TEXT));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            Map<String, Object> checked = ARGUMENTS.check(arguments);
            checked.remove("timeout");
            return super.newInstance(checked);
        }

        @Override
        public String getFunctionName() {
            return "microReleaseLanes";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.microReleaseLanes");
        }

        @Override
        public boolean isAdvanced() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowExecution.class);
        }
    }
}
