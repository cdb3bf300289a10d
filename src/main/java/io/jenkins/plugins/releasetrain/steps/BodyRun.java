package io.jenkins.plugins.releasetrain.steps;

import hudson.EnvVars;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.host.RunningBodies;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Judgement;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.BodyExecution;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Runs a step's body for one trial at a time and keeps its verdict until it is reported, also over a restart. The body's
 * beginning and end are noted on the program's own thread, which does nothing else: what a body did is looked at in the
 * background.
 */
final class BodyRun implements Serializable {
    private static final long serialVersionUID = 2;
    private static final Logger LOGGER = Logger.getLogger(BodyRun.class.getName());

    private final StepContext context;
    private final Reporter reporter;
    private BodyState state = new BodyState.Idle();
    /** A result that a body may have made, in a build whose branches run beside each other; empty for none. */
    private String doubt = "";

    /** Trial and body that have been ordered and have not begun; a restart forgets them. */
    private transient String ordered;

    private transient String place;
    private transient BodyExecution starting;
    private transient Runnable afterwards;

    /** Takes a verdict to where it belongs. All calls return at once. */
    interface Reporter extends Serializable {
        /** The body runs; told again now and then while it does. */
        void began(String trial);

        void report(BodyState.Judged judged);

        /** The step itself is to end, not only its tests. */
        void interrupted(Throwable cause);

        /** Whether a timeout within the body is a failed test. */
        boolean timeoutFails();

        /** What the step has while its body runs, called as the body's variables. */
        Map<String, String> holds();

        void background(Runnable work);

        BuildHost host();
    }

    BodyRun(StepContext context, Reporter reporter) {
        this.context = context;
        this.reporter = reporter;
    }

    /** Whether this trial's tests still have to be begun, or those of another one to be ended for them. */
    synchronized boolean isDue(String trial) {
        return !trial.equals(state.trial()) && !trial.equals(ordered);
    }

    /** Starts the body unless this trial's runs or has run; the body of another trial is ended first. */
    synchronized void start(Passenger.TestRun run, Map<String, String> environment)
            throws IOException, InterruptedException {
        if (!isDue(run.trial())) {
            again();
            return;
        } else if (state instanceof BodyState.Running running) {
            running.body.cancel(new InterruptedException("another trial is due"));
            return;
        } else if (state instanceof BodyState.Done) {
            return;
        }
        ordered = run.trial();
        place = run.environment();
        EnvironmentExpander outer = context.get(EnvironmentExpander.class);
        starting = context.newBodyInvoker()
                .withContext(EnvironmentExpander.merge(outer, new Variables(environment)))
                .withDisplayName(run.purpose())
                .withCallback(new Callback(this, run.trial()))
                .start();
    }

    /** After a restart, or where a report was lost: goes on from what is kept. */
    synchronized void again() {
        if (state instanceof BodyState.Running running) {
            follow(running);
            reporter.began(running.trial);
        } else if (state instanceof BodyState.Done done) {
            reporter.background(() -> conclude(done));
        } else if (state instanceof BodyState.Judged judged && afterwards == null) {
            reporter.report(judged);
        }
    }

    /**
     * Does something in the background when no body runs; one that still does, for a trial that does not matter any more, is
     * ended.
     */
    synchronized void end(Runnable then) {
        BodyExecution running = state instanceof BodyState.Running r ? r.body : starting;
        if (running == null) {
            reporter.background(then);
            return;
        }
        afterwards = then;
        running.cancel(new InterruptedException("what it tests is decided"));
    }

    /**
     * Shows in graph views whether the step waits, which it does while no body runs.
     *
     * @param over whether it waits for nothing any more
     * @param why in words, for now
     */
    synchronized void showPause(BooleanSupplier over, String why) {
        boolean runs = starting != null || state instanceof BodyState.Running;
        Pauses.show(context, !runs && !over.getAsBoolean(), why);
    }

    private synchronized void began(String trial, StepContext body) {
        try {
            String block = body.get(FlowNode.class).getId();
            BodyState.Running running = new BodyState.Running(trial, block, starting, BuildResult.at(body), place);
            state = running;
            follow(running);
            reporter.began(trial);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ordered = null;
            starting = null;
        }
    }

    private void follow(BodyState.Running running) {
        reporter.host().tests().follow(running.trial, context, running.block);
        Map<String, String> holds = new TreeMap<>(reporter.holds());
        running.environment().ifPresent(environment -> holds.put("RELEASE_ENVIRONMENT", environment));
        try {
            String build = context.get(Run.class).getExternalizableId();
            reporter.host().bodies().began(new RunningBodies.Body(running.trial, build, running.block, holds));
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> "Whom trial " + running.trial + " waits for is not known");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget(String trial) {
        reporter.host().tests().forget(trial);
        reporter.host().bodies().ended(trial);
    }

    /** A build that it waited for was refused since it waited for this body. */
    private synchronized Throwable explained(Throwable failure) {
        return state instanceof BodyState.Running running
                ? reporter.host()
                        .bodies()
                        .mistake(running.trial)
                        .<Throwable>map(Misplaced::new)
                        .orElse(failure)
                : failure;
    }

    /** Id of the running body's first node; empty for none. */
    private synchronized String block() {
        return state instanceof BodyState.Running running ? running.block : "";
    }

    private synchronized void ended(StepContext body, BodyEnd end, Throwable failure) {
        if (!(state instanceof BodyState.Running running)) {
            return;
        }
        forget(running.trial);
        try {
            state = new BodyState.Done(
                    running, body.get(FlowNode.class).getId(), end, running.result.end(body.get(Run.class)), failure);
        } catch (IOException e) {
            state = new BodyState.Done(running, "", end, Optional.empty(), failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            state = new BodyState.Done(running, "", end, Optional.empty(), failure);
        }
        again();
    }

    /** The build is going to end: its result is its own again. */
    private synchronized void interrupted(StepContext body, Throwable cause) {
        if (state instanceof BodyState.Running running) {
            forget(running.trial);
            try {
                running.result.end(body.get(Run.class));
            } catch (IOException e) {
                Logs.say(
                        context,
                        reporter.host(),
                        "The result of before the tests could not be put back: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        reporter.interrupted(cause);
    }

    private void conclude(BodyState.Done done) {
        Judgement judgement;
        try {
            judgement = done.end.judge(marks(done), reporter.timeoutFails());
        } catch (IOException | RuntimeException e) {
            judgement = new BodyEnd(BodyEnd.How.UNREADABLE, "", "").judge(BodyEnd.Marks.NONE, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        Optional<TestReport> tests = reporter.host().tests().report(context, done.ran.block);
        synchronized (this) {
            if (state != done) {
                return;
            }
            state = new BodyState.Judged(done.ran.trial, judgement, tests);
        }
        if (!judgement.reason().isEmpty()) {
            String words = done.end.words();
            Logs.say(context, reporter.host(), judgement.reason() + (words.isEmpty() ? "" : " – " + words));
        }
        then();
    }

    private void then() {
        Runnable next;
        synchronized (this) {
            next = afterwards;
        }
        if (next == null) {
            again();
        } else {
            next.run();
        }
    }

    private BodyEnd.Marks marks(BodyState.Done done) throws IOException, InterruptedException {
        BodyEnd.Marks marks = Verdicts.marks(
                        context.get(FlowExecution.class),
                        done.ran.block,
                        done.last,
                        Optional.ofNullable(done.failure),
                        done.worse(),
                        done.ran.result.isAlone())
                .orElseThrow(() -> new IOException("the steps of the tests cannot be read"));
        synchronized (this) {
            BodyEnd.Marks all = marks.orDoubt(doubt);
            doubt = all.doubt();
            return all;
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
            owner.ended(bodyContext, BodyEnd.done(), null);
        }

        @Override
        public void onFailure(StepContext bodyContext, Throwable failure) {
            Throwable t = owner.explained(failure);
            if (Verdicts.endsTheStep(bodyContext, owner.block(), t)) {
                owner.interrupted(bodyContext, t);
            } else {
                owner.ended(bodyContext, Verdicts.of(t), t);
            }
        }
    }

    /** The environment of design §4. */
    static final class Variables extends EnvironmentExpander {
        private static final long serialVersionUID = 1;

        private final TreeMap<String, String> variables;

        Variables(Map<String, String> variables) {
            this.variables = new TreeMap<>(variables);
        }

        /** What each release step around this one gave to its body, outermost first; a script may call its own variables as it likes. */
        static List<Map<String, String>> around(StepContext context) throws IOException, InterruptedException {
            Given given = new Given();
            EnvironmentExpander outer = context.get(EnvironmentExpander.class);
            if (outer != null) {
                outer.expand(given);
            }
            return given.byUs;
        }

        @Override
        public void expand(EnvVars env) {
            env.putAll(variables);
            if (env instanceof Given given) {
                given.byUs.add(variables);
            }
        }

        private static final class Given extends EnvVars {
            private static final long serialVersionUID = 1;

            private final ArrayList<Map<String, String>> byUs = new ArrayList<>();
        }
    }
}
