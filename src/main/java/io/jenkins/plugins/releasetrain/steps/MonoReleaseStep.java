package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.labels.Labels;
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
    private String timeout;

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

    /** What a {@code timeout} within the body says: {@code void}, nothing, or {@code fails}; null: void. */
    @CheckForNull
    public String getTimeout() {
        return timeout;
    }

    @DataBoundSetter
    public void setTimeout(String timeout) {
        this.timeout = Util.fixEmptyAndTrim(timeout);
    }

    @Override
    public StepExecution start(StepContext context) {
        LinkedHashMap<String, String> all = new LinkedHashMap<>(images == null ? Map.of() : images);
        if (service != null) {
            all.put(service, Util.fixNull(image));
        }
        return new MonoReleaseExecution(
                context, new Order(train, all, Util.fixNull(snapshot), snapshotTag, promote, priority, timeout));
    }

    /** What an execution keeps of the step. No record: the baseline cannot save those in the program of a build. */
    static final class Order implements Serializable {
        private static final long serialVersionUID = 1;

        private final String train;
        private final LinkedHashMap<String, String> images;
        private final String snapshot;

        @CheckForNull
        private final String snapshotTag;

        private final boolean promote;
        private final int priority;

        @CheckForNull
        private final String timeout;

        Order(
                String train,
                LinkedHashMap<String, String> images,
                String snapshot,
                @CheckForNull String snapshotTag,
                boolean promote,
                int priority,
                @CheckForNull String timeout) {
            this.train = train;
            this.images = images;
            this.snapshot = snapshot;
            this.snapshotTag = snapshotTag;
            this.promote = promote;
            this.priority = priority;
            this.timeout = timeout;
        }

        String train() {
            return train;
        }

        LinkedHashMap<String, String> images() {
            return images;
        }

        String snapshot() {
            return snapshot;
        }

        @CheckForNull
        String snapshotTag() {
            return snapshotTag;
        }

        boolean promote() {
            return promote;
        }

        int priority() {
            return priority;
        }

        @CheckForNull
        String timeout() {
            return timeout;
        }
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS = new Arguments(
                "monoRelease",
                Map.of(
                        "train", Arguments.Kind.NEEDED,
                        "service", Arguments.Kind.TEXT,
                        "image", Arguments.Kind.TEXT,
                        "images", Arguments.Kind.MAP,
                        "snapshot", Arguments.Kind.TEXT,
                        "snapshotTag", Arguments.Kind.TEXT,
                        "promote", Arguments.Kind.FLAG,
                        "priority", Arguments.Kind.NUMBER,
                        "timeout", Arguments.Kind.TEXT));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "monoRelease";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.monoRelease");
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
