package io.jenkins.plugins.releasetrain.steps;

import hudson.EnvVars;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.BodyExecution;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Runs a step's body for one trial at a time and keeps its verdict until it is reported, also over a restart: what is
 * kept in the program is only set on its own thread, together with the body's beginning and end.
 */
final class BodyRun implements Serializable {
    private static final long serialVersionUID = 1;

    private final StepContext context;
    private final Reporter reporter;
    private String running;
    private String judged;
    private Verdict verdict;
    private String reason;
    private BodyExecution body;
    /** Id of the running body's first node. */
    private String block;

    private transient String ordered;
    private transient Runnable afterwards;

    /** Takes a verdict to where it belongs, in a background thread. */
    interface Reporter extends Serializable {
        void report(String trial, Verdict verdict, String reason);

        /** The step itself is to end, not only its tests. */
        void interrupted(Throwable cause);
    }

    BodyRun(StepContext context, Reporter reporter) {
        this.context = context;
        this.reporter = reporter;
    }

    /** Starts the body unless this trial's runs or has run; the body of another trial is ended first. */
    synchronized void start(Passenger.TestRun run, Map<String, String> environment)
            throws IOException, InterruptedException {
        if (run.trial().equals(running)) {
            // After a restart nobody does yet.
            ReleaseService.get().tests().follow(running, context, block);
            return;
        } else if (run.trial().equals(ordered)) {
            return;
        }
        if (run.trial().equals(judged)) {
            report();
            return;
        }
        if (running != null) {
            body.cancel(new InterruptedException("another trial is due"));
            return;
        }
        ordered = run.trial();
        EnvironmentExpander outer = context.get(EnvironmentExpander.class);
        body = context.newBodyInvoker()
                .withContext(EnvironmentExpander.merge(outer, new Variables(environment)))
                .withDisplayName(run.purpose())
                .withCallback(new Callback(this, run.trial()))
                .start();
    }

    /** After a restart: a verdict that may not have been reported is reported again. */
    synchronized void report() {
        if (judged != null) {
            String trial = judged;
            Verdict of = verdict;
            String why = reason;
            reporter.report(trial, of, why);
        }
    }

    /** Does something when no body runs; one that still does, for a trial that does not matter any more, is ended. */
    synchronized void end(Runnable then) {
        if (body == null) {
            then.run();
            return;
        }
        afterwards = then;
        body.cancel(new InterruptedException("what it tests is decided"));
    }

    private synchronized void began(String trial, StepContext bodyContext) {
        running = trial;
        try {
            block = bodyContext.get(FlowNode.class).getId();
            ReleaseService.get().tests().follow(trial, context, block);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void judge(String trial, Verdict newVerdict, String why) {
        ReleaseService.get().tests().forget(trial);
        running = null;
        body = null;
        judged = trial;
        verdict = newVerdict;
        reason = why;
        if (afterwards == null) {
            report();
        } else {
            afterwards.run();
        }
    }

    private static final class Callback extends BodyExecutionCallback {
        private static final long serialVersionUID = 1;

        private final BodyRun owner;
        private final String trial;

        Callback(BodyRun owner, String trial) {
            this.owner = owner;
            this.trial = trial;
        }

        @Override
        public void onStart(StepContext bodyContext) {
            owner.began(trial, bodyContext);
        }

        @Override
        public void onSuccess(StepContext bodyContext, Object result) {
            judge(bodyContext, Verdicts.ofEnd(bodyContext, owner.block));
        }

        @Override
        public void onFailure(StepContext bodyContext, Throwable t) {
            if (Verdicts.endsTheStep(bodyContext, t)) {
                ReleaseService.get().tests().forget(trial);
                owner.reporter.interrupted(t);
                return;
            }
            judge(bodyContext, Verdicts.of(t));
        }

        private void judge(StepContext bodyContext, Verdicts.Judgement judgement) {
            if (!judgement.reason().isEmpty()) {
                Logs.say(bodyContext, judgement.reason());
            }
            owner.judge(trial, judgement.verdict(), judgement.reason());
        }
    }

    /** The environment of design §4. */
    private static final class Variables extends EnvironmentExpander {
        private static final long serialVersionUID = 1;

        private final java.util.TreeMap<String, String> variables;

        Variables(Map<String, String> variables) {
            this.variables = new java.util.TreeMap<>(variables);
        }

        @Override
        public void expand(EnvVars env) {
            env.putAll(variables);
        }
    }
}
