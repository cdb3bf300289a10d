package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.RunningBodies;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Whether a release step may wait where it is: for nothing that waits for it. */
final class StepPlace {
    private StepPlace() {}

    /**
     * Neither what is around it in its own pipeline may wait for it, nor builds that started this one for their tests, nor
     * others in a circle.
     *
     * @param over whether the step waits no more
     */
    static void check(ReleaseExecution step, StepContext context, BuildHost host, BooleanSupplier over)
            throws IOException, InterruptedException {
        Set<String> within = new TreeSet<>();
        for (Map<String, String> around : BodyRun.Variables.around(context)) {
            step.checkPlace(around);
            Optional.ofNullable(around.get("RELEASE_TRIAL")).ifPresent(within::add);
        }
        for (RunningBodies.Body waiting : host.bodies().waitingFor(context.get(Run.class))) {
            try {
                step.checkPlace(waiting.holds());
            } catch (Misplaced e) {
                host.bodies().mistaken(waiting.trial(), e.getMessage());
                throw e;
            }
            within.add(waiting.trial());
        }
        Optional<String> train = within.isEmpty() ? Optional.empty() : step.awaitedTrain();
        Optional<String> circle = train.flatMap(t -> host.bodies().enter(new RunningBodies.Wait(within, t, over)));
        if (circle.isPresent()) {
            Misplaced misplaced = new Misplaced(step.step() + ": " + circle.get()
                    + ", which the tests around this step hold; put the step behind or before the other");
            within.forEach(trial -> host.bodies().mistaken(trial, misplaced.getMessage()));
            throw misplaced;
        }
    }
}
