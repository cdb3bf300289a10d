package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.RunningBodies;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Where a release step is that waits for a train, kept over a restart: nothing that it waits for may wait for it. */
final class StepPlace implements Serializable {
    private static final long serialVersionUID = 1;

    /** Trials whose tests wait for it. */
    private final TreeSet<String> within;

    private final String train;

    private StepPlace(TreeSet<String> within, String train) {
        this.within = within;
        this.train = train;
    }

    /**
     * Neither what is around it in its own pipeline may wait for it, nor builds that started this one for their tests, nor
     * others in a circle.
     *
     * @param over whether the step waits no more
     * @return null where no circle can go through it
     */
    @CheckForNull
    static StepPlace check(ReleaseExecution step, StepContext context, BuildHost host, BooleanSupplier over)
            throws IOException, InterruptedException {
        TreeSet<String> within = new TreeSet<>();
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
        Optional<StepPlace> place =
                within.isEmpty() ? Optional.empty() : step.awaitedTrain().map(train -> new StepPlace(within, train));
        Optional<String> circle = place.flatMap(p -> host.bodies().enter(p.wait(step, over)));
        if (circle.isPresent()) {
            Misplaced misplaced = new Misplaced(step.step() + ": " + circle.get()
                    + ", which the tests around this step hold; put the step behind or before the other");
            within.forEach(trial -> host.bodies().mistaken(trial, misplaced.getMessage()));
            throw misplaced;
        }
        return place.orElse(null);
    }

    /** It waits there already. */
    void again(ReleaseExecution step, BuildHost host, BooleanSupplier over) {
        host.bodies().waits(wait(step, over));
    }

    private RunningBodies.Wait wait(ReleaseExecution step, BooleanSupplier over) {
        return new RunningBodies.Wait(step, within, train, over);
    }
}
