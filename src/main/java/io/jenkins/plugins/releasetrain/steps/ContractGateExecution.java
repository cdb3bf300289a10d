package io.jenkins.plugins.releasetrain.steps;

import hudson.FilePath;
import hudson.model.Run;
import hudson.slaves.WorkspaceList;
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
    private volatile boolean begun;

    ContractGateExecution(StepContext context, String service, String image) {
        super(context);
        this.service = service;
        this.image = image;
    }

    @Override
    public boolean start() {
        host().execute(this::begin);
        return false;
    }

    /** A body that runs goes on by itself. */
    @Override
    public void onResume() {
        if (!begun) {
            host().execute(this::begin);
        }
    }

    private void begin() {
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
            begun = true;
            getContext()
                    .newBodyInvoker()
                    .withContext(EnvironmentExpander.merge(
                            getContext().get(EnvironmentExpander.class),
                            new BodyRun.Variables(Map.of(
                                    "CONTRACT_BEFORE", folder.getRemote() + "/before",
                                    "CONTRACT_AFTER", folder.getRemote() + "/after"))))
                    .withCallback(new Callback(
                            this,
                            pair.before().orElseThrow().value(),
                            pair.after().value()))
                    .start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Answering.fail(getContext(), STEP, e);
        } catch (IOException | RuntimeException | Error e) {
            Answering.fail(getContext(), STEP, e);
        }
    }

    /** Beside the workspace, so that nothing in it is mistaken for the build's own. */
    private static FilePath folder(StepContext context) throws IOException, InterruptedException {
        FilePath beside = WorkspaceList.tempDir(context.get(FilePath.class));
        if (beside == null) {
            throw new IOException("There is no folder beside the workspace for the contracts; let the agent have its"
                    + " workspaces below a folder of their own");
        }
        return beside.child("contracts-" + context.get(FlowNode.class).getId());
    }

    private static final class Callback extends BodyExecutionCallback {
        private static final long serialVersionUID = 1;

        private final ContractGateExecution owner;
        private final String before;
        private final String after;

        Callback(ContractGateExecution owner, String before, String after) {
            this.owner = owner;
            this.before = before;
            this.after = after;
        }

        @Override
        public void onSuccess(StepContext context, Object result) {
            owner.host()
                    .execute(() -> Answering.by(context, STEP, () -> {
                        judged(context, Optional.empty());
                        return result;
                    }));
        }

        @Override
        public void onFailure(StepContext context, Throwable failure) {
            BodyEnd.Judgement judgement = Verdicts.of(failure).judge(BodyEnd.Marks.NONE, false);
            owner.host().execute(() -> {
                try {
                    // Who aborts it, or loses the agent, says nothing about the contract (I12).
                    if (judgement.verdict() == Verdict.FAILED) {
                        judged(
                                context,
                                Optional.of("the checks of "
                                        + context.get(Run.class).getExternalizableId() + " failed"));
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (IOException | RuntimeException e) {
                    LOGGER.log(
                            Level.WARNING, e, () -> "The verdict on the contract of " + owner.service + " is not kept");
                } finally {
                    Answering.fail(context, STEP, failure);
                }
            });
        }

        private void judged(StepContext context, Optional<String> problem) throws IOException, InterruptedException {
            owner.host()
                    .contracts()
                    .judged(
                            owner.service,
                            before,
                            after,
                            problem,
                            context.get(Run.class).getParent().getFullName());
            try {
                folder(context).deleteRecursive();
            } catch (IOException e) {
                LOGGER.log(Level.FINE, e, () -> "The folders of a contract are left on an agent");
            }
        }
    }
}
