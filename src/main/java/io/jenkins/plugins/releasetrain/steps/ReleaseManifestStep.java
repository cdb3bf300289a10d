package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** {@code releaseManifest}: hands a release's images to any other installer, as text. */
public final class ReleaseManifestStep extends Step {
    private final String release;
    private String format = "json";

    @DataBoundConstructor
    public ReleaseManifestStep(String release) {
        this.release = Util.fixNull(release).trim();
    }

    public String getRelease() {
        return release;
    }

    /** {@code json}, {@code kustomize}, {@code helm} or {@code compose}. */
    public String getFormat() {
        return format;
    }

    @DataBoundSetter
    public void setFormat(String format) {
        this.format = Util.fixNull(format).trim();
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(context, release, format);
    }

    private static final class Execution extends HostedExecution {
        private static final long serialVersionUID = 1;

        private final String release;
        private final String format;

        Execution(StepContext context, String release, String format) {
            super(context);
            this.release = release;
            this.format = format;
        }

        @Override
        public boolean start() {
            host().execute(this::write);
            return false;
        }

        @Override
        public void onResume() {
            host().execute(this::write);
        }

        private void write() {
            answer("releaseManifest", () -> {
                FlowExecution flow = getContext().get(FlowExecution.class);
                host().riders().check(flow.getAuthentication2(), ReleasePermissions.VIEW);
                return host().manifests().of(release, format);
            });
        }
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS = new Arguments(
                "releaseManifest", Map.of("release", Arguments.Kind.NEEDED, "format", Arguments.Kind.TEXT));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "releaseManifest";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.releaseManifest");
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowExecution.class);
        }
    }
}
