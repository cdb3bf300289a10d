package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** {@code releaseInfo}: what is known of a train, a release, a service or a change. */
public final class ReleaseInfoStep extends Step {
    private String train = "";
    private String release = "";
    private String service = "";
    private String change = "";
    private int minutes;

    @DataBoundConstructor
    public ReleaseInfoStep() {}

    public String getTrain() {
        return train;
    }

    @DataBoundSetter
    public void setTrain(String train) {
        this.train = Util.fixNull(train).trim();
    }

    public String getRelease() {
        return release;
    }

    @DataBoundSetter
    public void setRelease(String release) {
        this.release = Util.fixNull(release).trim();
    }

    public String getService() {
        return service;
    }

    @DataBoundSetter
    public void setService(String service) {
        this.service = Util.fixNull(service).trim();
    }

    /** Id of a change or lane. */
    public String getChange() {
        return change;
    }

    @DataBoundSetter
    public void setChange(String change) {
        this.change = Util.fixNull(change).trim();
    }

    /** How long to wait until a release is in production or refused, or a change has its outcome; 0: not at all. */
    public int getMinutes() {
        return minutes;
    }

    @DataBoundSetter
    public void setMinutes(int minutes) {
        this.minutes = minutes;
    }

    /** What is asked for; no record, since builds keep it. */
    static final class Question implements Serializable {
        private static final long serialVersionUID = 1;

        private final String kind;
        private final String name;
        private final int minutes;

        Question(String kind, String name, int minutes) {
            this.kind = kind;
            this.name = name;
            this.minutes = minutes;
        }

        String kind() {
            return kind;
        }

        String name() {
            return name;
        }

        int minutes() {
            return minutes;
        }
    }

    private Question question() {
        List<Question> asked = Stream.of(
                        new Question("train", train, minutes),
                        new Question("release", release, minutes),
                        new Question("service", service, minutes),
                        new Question("change", change, minutes))
                .filter(q -> !q.name().isEmpty())
                .toList();
        if (asked.size() != 1) {
            throw EngineException.invalid("releaseInfo: say one of train, release, service and change");
        }
        if (minutes < 0
                || minutes > 0
                        && !Set.of("release", "change").contains(asked.get(0).kind())) {
            throw EngineException.invalid("releaseInfo: minutes is " + minutes
                    + "; releases and changes can be waited for, so many minutes at most");
        }
        return asked.get(0);
    }

    @Override
    public StepExecution start(StepContext context) throws Exception {
        try {
            return new ReleaseInfoExecution(context, question());
        } catch (EngineException e) {
            throw new AbortException(e.getMessage());
        }
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS = new Arguments(
                "releaseInfo",
                Map.of(
                        "train",
                        Arguments.Kind.TEXT,
                        "release",
                        Arguments.Kind.TEXT,
                        "service",
                        Arguments.Kind.TEXT,
                        "change",
                        Arguments.Kind.TEXT,
                        "minutes",
                        Arguments.Kind.NUMBER));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "releaseInfo";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.releaseInfo");
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowExecution.class, FlowNode.class);
        }
    }
}
