package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Result;
import hudson.model.Run;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * What a body makes of the result of the build that runs it. A body judges a set, in which the build's own image may be the
 * best: so the result is set aside while the body runs, read at its end, and put back. Where other branches of the build run
 * beside the body, it is only compared.
 *
 * <p>Jenkins itself only lets a result become worse, by {@link Run#setResult}; its field is set here because a build must
 * not pay for having conducted, and because the second body of a build could not be seen to fail otherwise.
 */
final class BuildResult implements Serializable {
    private static final long serialVersionUID = 1;
    private static final Logger LOGGER = Logger.getLogger(BuildResult.class.getName());

    @CheckForNull
    private final Result before;

    private final boolean alone;
    private final boolean setAside;

    private BuildResult(@CheckForNull Result before, boolean alone, boolean setAside) {
        this.before = before;
        this.alone = alone;
        this.setAside = setAside;
    }

    /** As the body begins. */
    static BuildResult at(StepContext body) throws IOException, InterruptedException {
        Run<?, ?> build = body.get(Run.class);
        boolean alone = body.get(FlowExecution.class).getCurrentHeads().size() == 1;
        Result before = build.getResult();
        return new BuildResult(before, alone, alone && set(build, null));
    }

    /**
     * As the body ends; the build has the result of before then, where it was set aside.
     *
     * @return the result that the body, or another branch meanwhile, made worse; empty where it did not become worse
     */
    Optional<Result> end(Run<?, ?> build) {
        Result after = build.getResult();
        if (setAside) {
            set(build, before);
            return Optional.ofNullable(after).filter(r -> !r.toString().equals("SUCCESS"));
        }
        return Optional.ofNullable(after)
                .filter(r -> before == null ? !r.toString().equals("SUCCESS") : r.isWorseThan(before));
    }

    /** Whether nobody else can have made it worse. */
    boolean isAlone() {
        return alone;
    }

    private static boolean set(Run<?, ?> build, @CheckForNull Result result) {
        try {
            Field field = Run.class.getDeclaredField("result");
            field.setAccessible(true);
            field.set(build, result);
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOGGER.log(Level.WARNING, "The result of a build cannot be set aside while it runs tests", e);
            return false;
        }
    }
}
