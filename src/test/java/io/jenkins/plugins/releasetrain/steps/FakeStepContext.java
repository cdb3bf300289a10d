package io.jenkins.plugins.releasetrain.steps;

import com.google.common.util.concurrent.ListenableFuture;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.plugins.workflow.steps.BodyInvoker;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Keeps how a step ended. What the real one has besides is here without being named as such. */
final class FakeStepContext extends StepContext {
    private static final long serialVersionUID = 1;

    final transient List<Object> answers = new ArrayList<>();
    final transient List<Throwable> failures = new ArrayList<>();
    /** Thrown by whoever is told an answer. */
    transient RuntimeException onAnswer;

    /** Thrown by whoever asks for what the build is. */
    transient java.io.IOException onGet;

    /** Variables of what is around the step; null for none. */
    transient org.jenkinsci.plugins.workflow.steps.EnvironmentExpander around;

    /** The step's place in the graph; null for none. */
    transient FakeFlowNode node;

    /** Runs bodies; null where none is expected. */
    transient BodyInvoker bodies;

    private final transient java.io.ByteArrayOutputStream log = new java.io.ByteArrayOutputStream();

    String log() {
        return log.toString(java.nio.charset.StandardCharsets.UTF_8);
    }

    /** A log, and a node where there is one. */
    @Override
    public <T> T get(Class<T> key) throws java.io.IOException {
        if (onGet != null) {
            throw onGet;
        }
        if (key == org.jenkinsci.plugins.workflow.steps.EnvironmentExpander.class) {
            return key.cast(around);
        }
        if (key == org.jenkinsci.plugins.workflow.graph.FlowNode.class) {
            return key.cast(node);
        }
        return key == hudson.model.TaskListener.class
                ? key.cast((hudson.model.TaskListener) () -> new java.io.PrintStream(log, true))
                : null;
    }

    @Override
    public BodyInvoker newBodyInvoker() {
        if (bodies == null) {
            throw new UnsupportedOperationException("no body is expected");
        }
        return bodies;
    }

    @Override
    public void onSuccess(Object result) {
        if (onAnswer != null) {
            throw onAnswer;
        }
        answers.add(result);
    }

    @Override
    public void onFailure(Throwable t) {
        failures.add(t);
    }

    @Override
    public ListenableFuture<Void> saveState() {
        return null;
    }

    public boolean isReady() {
        return true;
    }

    public boolean hasBody() {
        return false;
    }

    public void setResult(hudson.model.Result result) {
        throw new UnsupportedOperationException("no result is expected");
    }

    @Override
    public boolean equals(Object o) {
        return this == o;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
