package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.host.TrainDriver;
import io.jenkins.plugins.releasetrain.host.Words;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Judgement;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** A build aboard a train: passenger, and conductor when its turn comes. */
final class MonoReleaseExecution extends ReleaseExecution {
    private static final long serialVersionUID = 1;
    private static final int MOST = 100;

    private final MonoReleaseStep.Order order;
    private volatile String change;

    MonoReleaseExecution(StepContext context, MonoReleaseStep.Order order) {
        super(context);
        this.order = order;
    }

    private TrainDriver driver() {
        return host().train(order.train());
    }

    @Override
    String step() {
        return "monoRelease";
    }

    @Override
    public boolean timeoutFails() {
        return Timeouts.fails(order.timeout());
    }

    @Override
    void checkPlace(Map<String, String> around) throws Misplaced {
        if (order.train().equals(around.get("RELEASE_TRAIN"))) {
            throw new Misplaced("monoRelease: train '" + order.train()
                    + "' cannot be waited for within the tests of that very train; put the step behind or"
                    + " before the other");
        }
        checkHeld(
                order.train(),
                around.get("RELEASE_ENVIRONMENT"),
                () -> host().riders().environmentsOf(order.train()));
    }

    @Override
    public Map<String, String> holds() {
        return Map.of("RELEASE_TRAIN", order.train());
    }

    @Override
    Optional<String> awaitedTrain() {
        return Optional.of(order.train())
                .filter(train -> host().riders().environmentsOf(train).size() == 1);
    }

    /** A train that has no other environment than the one that a step around this holds would never depart. */
    static void checkHeld(String train, @CheckForNull String held, Supplier<Set<String>> environments)
            throws Misplaced {
        if (held != null && environments.get().equals(Set.of(held))) {
            throw new Misplaced("monoRelease: train '" + train + "' needs environment '" + held
                    + "', which a step around this one holds; put the step behind or before the other");
        }
    }

    @Override
    boolean registered() {
        return change != null;
    }

    @Override
    void register() throws IOException, InterruptedException {
        Timeouts.check(step(), order.timeout());
        checkPriority(order.priority());
        Map<String, String> images = Snapshots.images(order, host());
        host().riders().mayRide(asking(), order.train(), images.keySet(), order.promote());
        images = host().pushedForTrain(order.train(), images);
        change = driver().queue(new Train.Request(images, origin(), order.priority(), order.promote()));
        say("Queued for train '" + order.train() + "': " + Words.asked(images));
    }

    /** What builds may ask for by themselves; people let others go first beyond that. */
    static void checkPriority(int priority) {
        if (Math.abs((long) priority) > MOST) {
            throw EngineException.invalid(
                    "monoRelease: priority is " + priority + ", but must be between -" + MOST + " and " + MOST);
        }
    }

    @Override
    void takePart() {
        driver().board(change, this);
    }

    @Override
    void withdraw(String reason) {
        driver().leave(change, reason);
    }

    @Override
    void noteBegun(String trial) {
        driver().began(trial);
    }

    @Override
    void deliver(BodyState.Judged judged) {
        Judgement judgement = judged.judgement;
        if (judgement.declined()) {
            driver().decline(judged.trial, judgement.reason());
        } else {
            driver().report(judged.trial, judgement.verdict(), judgement.reason(), judged.tests());
        }
    }

    @Override
    Outcomes.Subject subject() {
        return new Outcomes.Subject(order.train(), change, order.images());
    }

    @Override
    Map<String, String> ownVariables(TestRun run) {
        return Map.of("RELEASE_TRAIN", order.train(), "RELEASE_ID", run.set());
    }
}
