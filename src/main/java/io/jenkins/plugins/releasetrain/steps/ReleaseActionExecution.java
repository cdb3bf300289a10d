package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.Operation;
import io.jenkins.plugins.releasetrain.engine.operation.Operations;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.host.Riders;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Does an operation once. Whoever the build runs as needs the operation's own right, and the job must be one that may release
 * by the train or environment: a job that runs as SYSTEM may nothing that nobody allowed it.
 */
final class ReleaseActionExecution extends HostedExecution {
    private static final long serialVersionUID = 1;

    /** Names for scripts. */
    static final Map<String, Operation> ACTIONS = actions();

    private final String action;
    private final String environment;
    private final String train;
    private final boolean plan;
    /** The form of the operation: what the API takes by its names. */
    private final HashMap<String, String> parameters;
    /** Done, perhaps: everything but a rollback is done once more after a restart, which changes nothing then. */
    private volatile boolean begun;

    ReleaseActionExecution(StepContext context, ReleaseActionStep step) {
        super(context);
        this.action = step.getAction();
        this.environment = step.getEnvironment();
        this.train = step.getTrain();
        this.plan = step.isPlan();
        this.parameters = new HashMap<>(Map.of(
                "subject", step.getSubject(),
                "reason", step.getReason(),
                "hold", String.valueOf(step.isHold()),
                "bad", String.join(",", step.getBad()),
                "good", String.valueOf(step.isGood())));
    }

    private static Map<String, Operation> actions() {
        Map<String, Operation> actions = new LinkedHashMap<>();
        actions.put("pause", Operation.PAUSE);
        actions.put("resume", Operation.RESUME);
        actions.put("hold", Operation.HOLD);
        actions.put("free", Operation.FREE);
        actions.put("depart", Operation.DEPART);
        actions.put("goFirst", Operation.PRIORITISE);
        actions.put("takeOff", Operation.CANCEL);
        actions.put("testAgain", Operation.FORCE);
        actions.put("rollBack", Operation.ROLL_BACK);
        actions.put("markBad", Operation.MARK_BAD);
        actions.put("unblock", Operation.UNBLOCK);
        actions.put("waive", Operation.WAIVE);
        actions.put("note", Operation.NOTE);
        return Collections.unmodifiableMap(actions);
    }

    @Override
    public boolean start() {
        inBackground(this::act);
        return false;
    }

    @Override
    public void onResume() {
        inBackground(this::act);
    }

    private void act() {
        answer("releaseAction", () -> {
            Operation operation = ACTIONS.get(action);
            if (begun && operation == Operation.ROLL_BACK) {
                throw EngineException.invalid(
                        "Jenkins was restarted, or the store went away, while it was done; look at"
                                + " the audit whether it was");
            }
            if (operation == null) {
                throw EngineException.invalid(
                        "there is no action '" + action + "', but " + String.join(", ", ACTIONS.keySet()));
            }
            if (train.isEmpty() == environment.isEmpty()) {
                throw EngineException.invalid("say the train, or the environment whose lanes it is about");
            }
            Riders.Asking asking = asking();
            mayRelease(asking);
            OperationsApi.Caller caller = new OperationsApi.Caller(
                    getContext().get(Run.class).getExternalizableId(), right -> may(asking, right));
            OperationsApi.Asked asked = new OperationsApi.Asked(
                    operation.name(),
                    parameters.get("subject"),
                    environment.isEmpty() ? train : Operations.LANES + environment,
                    parameters.get("reason"),
                    parameters.get("hold"),
                    parameters.get("bad"),
                    parameters.get("good"));
            return PlainAnswers.map(plan ? plan(asked, caller) : perform(asked, caller));
        });
    }

    private void mayRelease(Riders.Asking asking) {
        if (environment.isEmpty()) {
            host().riders().mayRide(asking, train, Set.of(), true);
        } else {
            host().riders().mayRunLanes(asking, environment, Set.of(), true);
        }
    }

    private Answer plan(OperationsApi.Asked asked, OperationsApi.Caller caller) {
        return host().operations().plan(() -> asked, caller);
    }

    private Answer perform(OperationsApi.Asked asked, OperationsApi.Caller caller) throws Exception {
        // What is not open yet is waited for before anything is begun.
        host().store();
        begun = true;
        getContext().saveState();
        return host().operations().perform(() -> asked, caller);
    }

    private boolean may(Riders.Asking asking, Operation.Right right) {
        try {
            host().riders()
                    .check(
                            asking.as(),
                            switch (right) {
                                case MANAGE -> ReleasePermissions.MANAGE;
                                case PROMOTE -> ReleasePermissions.PROMOTE;
                                case ROLLBACK -> ReleasePermissions.ROLLBACK;
                                case CONFIGURE -> ReleasePermissions.CONFIGURE;
                            });
            return true;
        } catch (EngineException e) {
            return false;
        }
    }
}
