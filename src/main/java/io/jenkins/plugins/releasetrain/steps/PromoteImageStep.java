package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** {@code promoteImage}: copies images to a production registry, all or nothing. */
public final class PromoteImageStep extends Step {
    private final String from;
    private final String to;
    private final List<String> images;
    private boolean overwrite;
    private boolean plan;

    @DataBoundConstructor
    public PromoteImageStep(String from, String to, List<String> images) {
        this.from = from;
        this.to = to;
        this.images = images == null ? List.of() : List.copyOf(images);
    }

    public String getFrom() {
        return from;
    }

    public String getTo() {
        return to;
    }

    /** As {@code repository:tag} or {@code repository[:tag]@digest}, without host and configured prefix. */
    public List<String> getImages() {
        return images;
    }

    /** Whether a tag may move that points to another digest. */
    public boolean isOverwrite() {
        return overwrite;
    }

    @DataBoundSetter
    public void setOverwrite(boolean overwrite) {
        this.overwrite = overwrite;
    }

    /** Whether to tell what would be done, and to do nothing. */
    public boolean isPlan() {
        return plan;
    }

    @DataBoundSetter
    public void setPlan(boolean plan) {
        this.plan = plan;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new PromoteImageExecution(context, new Order(from, to, new ArrayList<>(images), overwrite, plan));
    }

    /** What an execution keeps of the step. No record: the baseline cannot save those in the program of a build. */
    static final class Order implements Serializable {
        private static final long serialVersionUID = 1;

        private final String from;
        private final String to;
        private final ArrayList<String> images;
        private final boolean overwrite;
        private final boolean plan;

        Order(String from, String to, ArrayList<String> images, boolean overwrite, boolean plan) {
            this.from = from;
            this.to = to;
            this.images = images;
            this.overwrite = overwrite;
            this.plan = plan;
        }

        String from() {
            return from;
        }

        String to() {
            return to;
        }

        ArrayList<String> images() {
            return images;
        }

        boolean overwrite() {
            return overwrite;
        }

        boolean plan() {
            return plan;
        }
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS = new Arguments(
                "promoteImage",
                Map.of(
                        "from", Arguments.Kind.NEEDED,
                        "to", Arguments.Kind.NEEDED,
                        "images", Arguments.Kind.LIST,
                        "overwrite", Arguments.Kind.FLAG,
                        "plan", Arguments.Kind.FLAG));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "promoteImage";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.promoteImage");
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowExecution.class);
        }
    }
}
