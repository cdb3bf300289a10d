package io.jenkins.plugins.releasetrain.steps;

import hudson.FilePath;
import hudson.model.Run;
import hudson.slaves.WorkspaceList;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.BuildContracts;
import io.jenkins.plugins.releasetrain.host.Riders;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback;
import org.jenkinsci.plugins.workflow.steps.EnvironmentExpander;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Puts both contracts into folders on the agent, runs the body, and keeps its end as the verdict on this pair of images. */
final class ContractGateExecution extends HostedExecution {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(ContractGateExecution.class.getName());
    private static final String STEP = "contractGate";

    private final String service;
    private final String image;
    /** Of a program of before. */
    private volatile boolean begun;
    /** Null as such a program leaves it. */
    private BodyOnce once = new BodyOnce(false);
    /** Digests of the two images, once the body runs. */
    private volatile String before;

    private volatile String after;
    /** The body's end is not told yet. */
    private volatile boolean over;
    /** Whether its end is a verdict at all, and which. */
    private boolean judged;

    private boolean problem;
    private Object result;
    private Throwable failure;

    ContractGateExecution(StepContext context, String service, String image) {
        super(context);
        this.service = service;
        this.image = image;
    }

    @Override
    public boolean start() {
        inBackground(this::begin);
        return false;
    }

    /** A body that runs goes on by itself. */
    @Override
    public void onResume() {
        if (once == null) {
            once = new BodyOnce(begun);
        }
        if (over) {
            inBackground(this::finish);
        } else if (once.isDue()) {
            inBackground(this::begin);
        }
    }

    private void begin() {
        if (isEndedUntold()) {
            return;
        }
        try {
            Riders.Asking asking = asking();
            host().riders().check(asking.as(), ReleasePermissions.RUN);
            host().riders().mayJudge(asking, service);
            BuildContracts.Pair pair = host().contracts().pair(service, image);
            if (!pair.differs()) {
                log(STEP + ": production runs " + (pair.before().isEmpty() ? "no" : "this very image of") + " '"
                        + service + "'" + (pair.before().isEmpty() ? " yet" : "")
                        + ", so there is nothing to compare");
                getContext().onSuccess(null);
                return;
            }
            FilePath folder = folder(getContext());
            ContractFiles.write(folder.child("before"), pair.old());
            ContractFiles.write(folder.child("after"), pair.now());
            before = pair.before().orElseThrow().value();
            after = pair.after().value();
            once.order();
            getContext()
                    .newBodyInvoker()
                    .withContext(EnvironmentExpander.merge(
                            getContext().get(EnvironmentExpander.class),
                            new BodyRun.Variables(Map.of(
                                    "CONTRACT_BEFORE", folder.child("before").getRemote(),
                                    "CONTRACT_AFTER", folder.child("after").getRemote()))))
                    .withCallback(new Callback(this))
                    .start();
        } catch (EngineException e) {
            if (!isLater(e, this::begin)) {
                Answering.fail(getContext(), STEP, e);
            }
        } catch (InterruptedException | IOException | RuntimeException | Error e) {
            Answering.fail(getContext(), STEP, e);
        }
    }

    /** Beside the workspace, so that nothing in it is mistaken for the build's own. */
    private static FilePath folder(StepContext context) throws IOException, InterruptedException {
        FilePath workspace = context.get(FilePath.class);
        if (workspace == null) {
            throw new IOException("The workspace is not there any more");
        }
        FilePath beside = WorkspaceList.tempDir(workspace);
        if (beside == null) {
            throw new IOException("There is no folder beside the workspace for the contracts; let the agent have its"
                    + " workspaces below a folder of their own");
        }
        return beside.child("contracts-" + context.get(FlowNode.class).getId());
    }

    /** What the body said is kept until it is told, also over a restart and while the store is away (I8). */
    private void ended(boolean passed, Object answer, Throwable why) {
        judged =
                why == null || Verdicts.of(why).judge(BodyEnd.Marks.NONE, false).verdict() == Verdict.FAILED;
        problem = !passed;
        result = answer;
        failure = why;
        over = true;
        inBackground(this::finish);
    }

    private void finish() {
        answer(STEP, () -> {
            try {
                // Who aborts it, or loses the agent, says nothing about the contract (I12).
                if (judged) {
                    judge();
                }
            } catch (EngineException e) {
                if (failure == null || e.kind().retryable()) {
                    throw e;
                }
                LOGGER.log(Level.WARNING, e, () -> "The verdict on the contract of " + service + " is not kept");
            }
            if (failure != null) {
                throw failure;
            }
            return result;
        });
    }

    private void judge() throws IOException, InterruptedException {
        Run<?, ?> build = getContext().get(Run.class);
        host().contracts()
                .judged(
                        service,
                        before,
                        after,
                        problem
                                ? Optional.of("the checks of " + build.getExternalizableId() + " failed")
                                : Optional.empty(),
                        build.getParent().getFullName());
        try {
            folder(getContext()).deleteRecursive();
        } catch (IOException | RuntimeException e) {
            // As where the agent is gone since the body ended: what it said is kept already.
            LOGGER.log(Level.FINE, e, () -> "The folders of a contract are left on an agent");
        }
    }

    private static final class Callback extends BodyExecutionCallback {
        private static final long serialVersionUID = 1;

        private final ContractGateExecution owner;

        Callback(ContractGateExecution owner) {
            this.owner = owner;
        }

        @Override
        public void onStart(StepContext context) {
            owner.once.begun();
        }

        @Override
        public void onSuccess(StepContext context, Object result) {
            owner.ended(true, result, null);
        }

        @Override
        public void onFailure(StepContext context, Throwable failure) {
            owner.ended(false, null, failure);
        }
    }
}
