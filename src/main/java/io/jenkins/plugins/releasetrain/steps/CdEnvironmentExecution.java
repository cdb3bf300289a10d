package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Occupation;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.host.RunningBodies;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.BodyExecution;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Waits for an environment, holds it while the body runs, and renews the lease. A build that is gone loses it with its lease;
 * one that goes on after a restart holds it still, if that was within the lease.
 */
class CdEnvironmentExecution extends HostedExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(CdEnvironmentExecution.class.getName());
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    /** A lease is renewed when so much of it is over. */
    private static final int THIRD = 3;
    /** Held by those that leave room for a step that is {@code shared}, as lanes do. */
    static final String TENANTS = "RELEASE_TENANT";

    private final String name;
    private final String mode;
    private final String id = "step-" + UUID.randomUUID();
    /** 0 while it waits. */
    private volatile long token;

    private volatile boolean allowed;
    /** False as a program of before leaves it. */
    private volatile boolean unasked = true;

    private volatile boolean over;
    private volatile BodyExecution body;
    /** Id of the body's first node; null before, and as a program of before leaves it. */
    private volatile String block;
    /** Null as a program of before leaves it. */
    private BodyOnce once = new BodyOnce(false);

    /** Why it is not held any more, though the body runs; null while it is. */
    private volatile String lost;

    private transient volatile String told;

    CdEnvironmentExecution(StepContext context, String name, String mode) {
        super(context);
        this.name = name;
        this.mode = mode;
    }

    @Override
    public final boolean start() {
        inBackground(this::goOn);
        return false;
    }

    @Override
    public final void onResume() {
        if (once == null) {
            once = new BodyOnce(body != null);
        }
        // It may have asked since it was saved.
        unasked = false;
        inBackground(() -> {
            follow();
            goOn();
        });
    }

    @Override
    public final String getStatus() {
        return token > 0 ? "holds environment '" + name + "'" : told == null ? "waits" : told;
    }

    Environment environment() {
        return host().environments().get(name);
    }

    /** All that trains and lanes install there. */
    List<Service> services() {
        return host().environments().services(name);
    }

    String build() throws IOException, InterruptedException {
        return origin().build();
    }

    /** As {@link RunningBodies} knows it. */
    String buildId() throws IOException, InterruptedException {
        return getContext().get(Run.class).getExternalizableId();
    }

    void checkMay() throws IOException, InterruptedException {
        host().riders().mayRunLanes(asking(), name, List.of(), false);
    }

    private Occupation occupation() throws IOException, InterruptedException {
        String build = build();
        return new Occupation(
                environment(),
                id,
                "cdEnvironment" + (build.isEmpty() ? "" : " by " + build),
                CdEnvironmentStep.mode(mode));
    }

    private void goOn() {
        if (over) {
            return;
        }
        if (isEndedUntold()) {
            over = true;
            showPause();
            leave();
            return;
        }
        try {
            if (token > 0) {
                occupation().renew(token);
                hold();
            } else {
                ask();
            }
        } catch (EngineException e) {
            // a right or a token that is away for a while ends nobody who holds it: its lease does
            if (e.kind().retryable() || token > 0 && e.kind().mayPass()) {
                say(e.getMessage());
                host().later(this::goOn, TRY_AGAIN);
            } else {
                fail(e);
            }
        } catch (Throwable t) {
            fail(t);
        }
    }

    private void ask() throws IOException, InterruptedException {
        if (!allowed) {
            checkPlace();
            checkMay();
            allowed = true;
        }
        Occupation occupation = occupation();
        unasked = false;
        Answer answer = occupation.ask(services());
        if (answer instanceof Answer.Granted granted) {
            token = granted.token();
            showPause();
            getContext().saveState();
            if (over) {
                occupation.release();
                return;
            }
            say("environment '" + name + "' is held");
            hold();
        } else {
            Answer.Waiting waiting = (Answer.Waiting) answer;
            say("environment '" + name + "' is held by " + waiting.owners() + "; position " + waiting.place());
            showPause();
            host().later(this::goOn, ASK_AGAIN);
        }
    }

    /** A place in the line that is asked for within its own body would never come. */
    private void checkPlace() throws IOException, InterruptedException {
        if (BodyRun.Variables.around(getContext()).stream()
                .anyMatch(around -> name.equals(around.get("RELEASE_ENVIRONMENT")))) {
            throw new Misplaced("cdEnvironment: environment '" + name
                    + "' cannot be waited for within a step that holds it; put this step behind or before the other");
        }
        for (RunningBodies.Body waiting :
                host().bodies().waitingFor(getContext().get(Run.class))) {
            Map<String, String> held = waiting.holds();
            if (name.equals(held.get("RELEASE_ENVIRONMENT")) && !(isShared() && held.containsKey(TENANTS))) {
                Misplaced misplaced = new Misplaced("cdEnvironment: environment '" + name + "' is held by "
                        + waiting.build() + ", which waits for this build; put this step behind or before the other");
                host().bodies().mistaken(waiting.trial(), misplaced.getMessage());
                throw misplaced;
            }
        }
    }

    private boolean isShared() {
        return CdEnvironmentStep.mode(mode) == Mode.SHARED;
    }

    /** Builds that its body waits for must not wait for the environment, unless there is room for some. */
    private void follow() {
        String first = block;
        if (first == null || over || isShared()) {
            return;
        }
        try {
            host().bodies().began(new RunningBodies.Body(id, buildId(), first, Map.of("RELEASE_ENVIRONMENT", name)));
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> "Whom the body of " + id + " waits for is not known");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begun(StepContext started) {
        once.begun();
        try {
            FlowNode first = started.get(FlowNode.class);
            block = first == null ? null : first.getId();
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> "Where the body of " + id + " is is not known");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        follow();
    }

    private void hold() throws IOException, InterruptedException {
        if (once.isDue()) {
            once.order();
            begin();
        }
        host().later(this::goOn, environment().lease().dividedBy(THIRD));
    }

    private void begin() throws IOException, InterruptedException {
        Environment environment = environment();
        Map<String, String> variables = Map.of(
                "RELEASE_ENVIRONMENT", name,
                "RELEASE_NAMESPACE", environment.namespace(),
                "RELEASE_BASE_URL", environment.baseUrl());
        body = getContext()
                .newBodyInvoker()
                .withContext(seen(variables))
                .withCallback(new Callback(this))
                .start();
    }

    /** What the body sees. */
    EnvironmentExpander seen(Map<String, String> variables) throws IOException, InterruptedException {
        return EnvironmentExpander.merge(getContext().get(EnvironmentExpander.class), new BodyRun.Variables(variables));
    }

    /** Where a body runs, it ends with the reason; otherwise the step does. */
    private void fail(Throwable why) {
        BodyExecution running = body;
        if (running == null || over) {
            over = true;
            showPause();
            leave();
            Answering.fail(getContext(), "cdEnvironment", why);
        } else {
            lost = "cdEnvironment: " + why.getMessage();
            running.cancel(new AbortException(lost));
        }
    }

    @Override
    public final void stop(Throwable cause) throws Exception {
        over = true;
        showPause();
        inBackground(this::leave);
        super.stop(cause);
    }

    /** What cannot be given back ends with its lease. */
    private void leave() {
        host().bodies().ended(id);
        if (unasked) {
            return;
        }
        try {
            occupation().release();
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "Environment '" + name + "' could not be given back by " + id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The step is answered first: what is not given back, as where Jenkins is stopped meanwhile, ends with its lease (I8). */
    private void ended(Runnable answer) {
        over = true;
        answer.run();
        inBackground(this::leave);
    }

    /** Graph views tell a step that waits from one whose body runs. */
    private synchronized void showPause() {
        Pauses.show(getContext(), token == 0 && !over, getStatus());
    }

    private void say(String text) {
        if (!text.equals(told)) {
            told = text;
            log(text);
        }
    }

    private static final class Callback extends BodyExecutionCallback {
        private static final long serialVersionUID = 1;

        private final CdEnvironmentExecution owner;

        Callback(CdEnvironmentExecution owner) {
            this.owner = owner;
        }

        @Override
        public void onStart(StepContext context) {
            owner.begun(context);
        }

        /** A body may have caught what ended it, and gone on in an environment that was somebody else's by then. */
        @Override
        public void onSuccess(StepContext context, Object result) {
            if (owner.lost == null) {
                owner.ended(() -> owner.getContext().onSuccess(result));
            } else {
                owner.ended(() -> owner.getContext().onFailure(new AbortException(owner.lost)));
            }
        }

        @Override
        public void onFailure(StepContext context, Throwable why) {
            owner.ended(() -> owner.getContext().onFailure(why));
        }
    }
}
