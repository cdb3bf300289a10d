package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
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
import org.kohsuke.stapler.DataBoundSetter;

/** {@code monoRelease}: the build's images join a train; the body tests whole sets (design §4). */
public final class MonoReleaseStep extends Step {
    private final String train;
    private String service;
    private String image;
    private Map<String, String> images;
    private String snapshot;
    private String snapshotTag;
    private boolean promote = true;
    private int priority;

    @DataBoundConstructor
    public MonoReleaseStep(String train) {
        this.train = train;
    }

    public String getTrain() {
        return train;
    }

    @CheckForNull
    public String getService() {
        return service;
    }

    @DataBoundSetter
    public void setService(String service) {
        this.service = Util.fixEmptyAndTrim(service);
    }

    /** Tag, digest or full reference in the dev registry. */
    @CheckForNull
    public String getImage() {
        return image;
    }

    @DataBoundSetter
    public void setImage(String image) {
        this.image = Util.fixEmptyAndTrim(image);
    }

    /** Several services that only go together, instead of service and image. */
    @CheckForNull
    public Map<String, String> getImages() {
        return images;
    }

    @DataBoundSetter
    public void setImages(Map<String, String> images) {
        this.images = images == null || images.isEmpty() ? null : new LinkedHashMap<>(images);
    }

    /** {@code registry}: whatever the dev registry holds; {@code production}: what production runs. */
    @CheckForNull
    public String getSnapshot() {
        return snapshot;
    }

    @DataBoundSetter
    public void setSnapshot(String snapshot) {
        this.snapshot = Util.fixEmptyAndTrim(snapshot);
    }

    /** The tag that a snapshot of the dev registry takes; null: latest. */
    @CheckForNull
    public String getSnapshotTag() {
        return snapshotTag;
    }

    @DataBoundSetter
    public void setSnapshotTag(String snapshotTag) {
        this.snapshotTag = Util.fixEmptyAndTrim(snapshotTag);
    }

    /** False: a test release, tried alone and never promoted. */
    public boolean isPromote() {
        return promote;
    }

    @DataBoundSetter
    public void setPromote(boolean promote) {
        this.promote = promote;
    }

    /** Higher departs first. */
    public int getPriority() {
        return priority;
    }

    @DataBoundSetter
    public void setPriority(int priority) {
        this.priority = priority;
    }

    @Override
    public StepExecution start(StepContext context) {
        LinkedHashMap<String, String> all = new LinkedHashMap<>(images == null ? Map.of() : images);
        if (service != null) {
            all.put(service, Util.fixNull(image));
        }
        return new MonoReleaseExecution(
                context, new Order(train, all, Util.fixNull(snapshot), snapshotTag, promote, priority));
    }

    /** What an execution keeps of the step. */
    record Order(
            String train,
            LinkedHashMap<String, String> images,
            String snapshot,
            String snapshotTag,
            boolean promote,
            int priority)
            implements Serializable {}

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        @Override
        public String getFunctionName() {
            return "monoRelease";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Release all services of a train together";
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
