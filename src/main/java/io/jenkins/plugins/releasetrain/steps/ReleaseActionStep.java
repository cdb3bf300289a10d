package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** {@code releaseAction}: does what people do on the pages, with the same rights. */
public final class ReleaseActionStep extends Step {
    private final String action;
    private String train = "";
    private String environment = "";
    private String subject = "";
    private String reason = "";
    private boolean plan;
    private boolean hold;
    private List<String> bad = List.of();
    private boolean good;

    @DataBoundConstructor
    public ReleaseActionStep(String action) {
        this.action = Util.fixNull(action).trim();
    }

    /** One of {@link ReleaseActionExecution#ACTIONS}. */
    public String getAction() {
        return action;
    }

    public String getTrain() {
        return train;
    }

    @DataBoundSetter
    public void setTrain(String train) {
        this.train = Util.fixNull(train).trim();
    }

    /** Whose lanes it is about, instead of a train. */
    public String getEnvironment() {
        return environment;
    }

    @DataBoundSetter
    public void setEnvironment(String environment) {
        this.environment = Util.fixNull(environment).trim();
    }

    /** A release, a change or a lane. */
    public String getSubject() {
        return subject;
    }

    @DataBoundSetter
    public void setSubject(String subject) {
        this.subject = Util.fixNull(subject).trim();
    }

    public String getReason() {
        return reason;
    }

    @DataBoundSetter
    public void setReason(String reason) {
        this.reason = Util.fixNull(reason).trim();
    }

    /** Only tells what it would do. */
    public boolean isPlan() {
        return plan;
    }

    @DataBoundSetter
    public void setPlan(boolean plan) {
        this.plan = plan;
    }

    /** Of a rollback: nothing else is released until it is freed. */
    public boolean isHold() {
        return hold;
    }

    @DataBoundSetter
    public void setHold(boolean hold) {
        this.hold = hold;
    }

    /** Of a rollback: releases that it goes back over, and that are marked bad with it. */
    public List<String> getBad() {
        return bad;
    }

    @DataBoundSetter
    public void setBad(List<String> bad) {
        this.bad = bad == null ? List.of() : new ArrayList<>(bad);
    }

    /** Of a note: the release is known to be good. */
    public boolean isGood() {
        return good;
    }

    @DataBoundSetter
    public void setGood(boolean good) {
        this.good = good;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new ReleaseActionExecution(context, this);
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS = new Arguments(
                "releaseAction",
                Map.of(
                        "action", Arguments.Kind.NEEDED,
                        "train", Arguments.Kind.TEXT,
                        "environment", Arguments.Kind.TEXT,
                        "subject", Arguments.Kind.TEXT,
                        "reason", Arguments.Kind.TEXT,
                        "plan", Arguments.Kind.FLAG,
                        "hold", Arguments.Kind.FLAG,
                        "bad", Arguments.Kind.LIST,
                        "good", Arguments.Kind.FLAG));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        @Override
        public String getFunctionName() {
            return "releaseAction";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.releaseAction");
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FlowExecution.class, FlowNode.class);
        }
    }
}
