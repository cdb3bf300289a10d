package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code contractGate}: lets tools on an agent compare a contract with that of what production runs. */
public final class ContractGateStep extends Step {
    private final String service;
    private final String image;

    @DataBoundConstructor
    public ContractGateStep(String service, String image) {
        this.service = Util.fixNull(service).trim();
        this.image = Util.fixNull(image).trim();
    }

    public String getService() {
        return service;
    }

    /** A tag or digest in the service's dev repository, or a full reference. */
    public String getImage() {
        return image;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new ContractGateExecution(context, service, image);
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS =
                new Arguments("contractGate", Map.of("service", Arguments.Kind.NEEDED, "image", Arguments.Kind.NEEDED));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "contractGate";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.contractGate");
        }

        @Override
        public boolean takesImplicitBlockArgument() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowExecution.class, FilePath.class);
        }
    }
}
