package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.FilePath;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.util.LinkedHashMap;
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

/** {@code trackImage}: remembers that this build made an image, and keeps what it promises beside it. */
public final class TrackImageStep extends Step {
    private final String service;
    private final String image;
    private Map<String, String> contracts = Map.of();

    @DataBoundConstructor
    public TrackImageStep(String service, String image) {
        this.service = Util.fixNull(service).trim();
        this.image = Util.fixNull(image).trim();
    }

    public String getService() {
        return service;
    }

    /** Full reference, with a tag, a digest or both. */
    public String getImage() {
        return image;
    }

    /** Files and folders of the workspace by the kind of contract, as in {@code [openapi: 'api.yaml']}. */
    public Map<String, String> getContracts() {
        return contracts;
    }

    @DataBoundSetter
    public void setContracts(Map<String, String> contracts) {
        this.contracts = contracts == null ? Map.of() : new LinkedHashMap<>(contracts);
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(context, service, image, new LinkedHashMap<>(contracts));
    }

    private static final class Execution extends HostedExecution {
        private static final long serialVersionUID = 1;

        private final String service;
        private final String image;
        private final LinkedHashMap<String, String> contracts;

        Execution(StepContext context, String service, String image, LinkedHashMap<String, String> contracts) {
            super(context);
            this.service = service;
            this.image = image;
            this.contracts = contracts;
        }

        @Override
        public boolean start() {
            inBackground(this::track);
            return false;
        }

        @Override
        public void onResume() {
            inBackground(this::track);
        }

        private Digest publish(ImageReference reference) throws IOException, InterruptedException {
            FilePath workspace = getContext().get(FilePath.class);
            if (workspace == null) {
                throw EngineException.invalid("contracts are read in a workspace; put trackImage into node { … }");
            }
            host().riders().mayJudge(asking(), service);
            return host().contracts()
                    .publish(
                            service,
                            reference,
                            ContractFiles.read(workspace, contracts),
                            getContext().get(Run.class));
        }

        private void track() {
            answer("trackImage", () -> {
                if (service.isEmpty()) {
                    throw EngineException.invalid("service is empty");
                }
                host().riders().check(asking().as(), ReleasePermissions.RUN);
                ImageReference reference = ImageReference.parse(image);
                String digest = contracts == null || contracts.isEmpty()
                        ? reference.digest().map(Digest::value).orElse("")
                        : publish(reference).value();
                ImagesAction.add(
                        host(),
                        getContext().get(Run.class),
                        List.of(new ImagesAction.Image(service, image, digest, "", "tracked", "made by this build")));
                host().built().made(getContext().get(Run.class), service, reference, digest);
                return null;
            });
        }
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS = new Arguments(
                "trackImage",
                Map.of(
                        "service",
                        Arguments.Kind.NEEDED,
                        "image",
                        Arguments.Kind.NEEDED,
                        "contracts",
                        Arguments.Kind.MAP));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "trackImage";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.trackImage");
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowExecution.class);
        }
    }
}
