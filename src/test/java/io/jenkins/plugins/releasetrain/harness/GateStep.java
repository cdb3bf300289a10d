package io.jenkins.plugins.releasetrain.harness;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Run;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code gate 'name'}: waits until the test opens it; survives restarts of Jenkins in this process. */
public final class GateStep extends Step {
    private static final long DEADLINE_SECONDS = 180;
    private static final Map<String, StepContext> WAITING = new HashMap<>();
    private static final Set<String> OPEN = new HashSet<>();

    private final String name;

    @DataBoundConstructor
    public GateStep(String name) {
        this.name = name;
    }

    public String getName() {
        return name;
    }

    /** Lets whoever waits, or comes later, pass. */
    static void open(String name) {
        StepContext context;
        synchronized (WAITING) {
            OPEN.add(name);
            context = WAITING.remove(name);
        }
        if (context != null) {
            context.onSuccess(null);
        }
    }

    /** Lets whoever waits fail as whatever is not at hand would make it fail. */
    static void fail(String name, Throwable failure) {
        StepContext context;
        synchronized (WAITING) {
            context = WAITING.remove(name);
        }
        context.onFailure(failure);
    }

    static void forgetAll() {
        synchronized (WAITING) {
            OPEN.clear();
            WAITING.clear();
        }
    }

    /** Forgets who waited, so that it is seen when they come back. */
    static void forgetWaiting() {
        synchronized (WAITING) {
            WAITING.clear();
        }
    }

    /** Waits for somebody at any gate; returns its name. */
    static String awaitNext() throws InterruptedException {
        Shop.await("somebody to come to a gate", () -> {
            synchronized (WAITING) {
                return !WAITING.isEmpty();
            }
        });
        synchronized (WAITING) {
            return WAITING.keySet().iterator().next();
        }
    }

    static void awaitWaiting(String name) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        synchronized (WAITING) {
            while (!WAITING.containsKey(name)) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("Nobody came to gate " + name);
                }
                WAITING.wait(left);
            }
        }
    }

    @Override
    public StepExecution start(StepContext context) {
        return new Execution(context, name);
    }

    private static final class Execution extends StepExecution {
        private static final long serialVersionUID = 1;
        private final String name;

        Execution(StepContext context, String name) {
            super(context);
            this.name = name;
        }

        @Override
        public boolean start() {
            come();
            return false;
        }

        @Override
        public void onResume() {
            come();
        }

        private void come() {
            boolean open;
            synchronized (WAITING) {
                open = OPEN.contains(name);
                if (!open) {
                    WAITING.put(name, getContext());
                    WAITING.notifyAll();
                }
            }
            if (open) {
                getContext().onSuccess(null);
            }
        }
    }

    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        @Override
        public String getFunctionName() {
            return "gate";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Wait for a test";
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class);
        }
    }
}
