package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * {@code microRelease}: candidates are tried in a shared environment, the body once per lane (design §6). This step runs
 * one lane; {@link MicroReleaseVariable} makes parallel branches of it where the candidates belong to several lanes.
 */
public final class MicroReleaseStep extends Step {
    private final String environment;
    private final Map<String, String> candidates;
    private String timeout;

    @DataBoundConstructor
    public MicroReleaseStep(String environment, Map<String, String> candidates) {
        this.environment = environment;
        this.candidates = candidates == null ? Map.of() : new LinkedHashMap<>(candidates);
    }

    public String getEnvironment() {
        return environment;
    }

    /** Tag, digest or full reference in the dev registry, by service. */
    public Map<String, String> getCandidates() {
        return candidates;
    }

    /** What a {@code timeout} within the body says: {@code void}, nothing, or {@code fails}; null: void. */
    @CheckForNull
    public String getTimeout() {
        return timeout;
    }

    @DataBoundSetter
    public void setTimeout(String timeout) {
        this.timeout = Util.fixEmptyAndTrim(timeout);
    }

    @Override
    public StepExecution start(StepContext context) {
        return new MicroReleaseExecution(context, new Order(environment, new LinkedHashMap<>(candidates), timeout));
    }

    /** What an execution keeps of the step. No record: the baseline cannot save those in the program of a build. */
    static final class Order implements Serializable {
        private static final long serialVersionUID = 1;

        private final String environment;
        private final LinkedHashMap<String, String> candidates;

        @CheckForNull
        private final String timeout;

        Order(String environment, LinkedHashMap<String, String> candidates, @CheckForNull String timeout) {
            this.environment = environment;
            this.candidates = candidates;
            this.timeout = timeout;
        }

        String environment() {
            return environment;
        }

        LinkedHashMap<String, String> candidates() {
            return candidates;
        }

        @CheckForNull
        String timeout() {
            return timeout;
        }
    }

    /** Words for people. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        private static final Arguments ARGUMENTS = new Arguments(
                "microRelease",
                Map.of(
                        "environment", Arguments.Kind.NEEDED,
                        "candidates", Arguments.Kind.MAP,
                        "timeout", Arguments.Kind.TEXT));

        @Override
        public Step newInstance(Map<String, Object> arguments) throws Exception {
            return super.newInstance(ARGUMENTS.check(arguments));
        }

        /** Of the snippet generator, whose form has one candidate a line. */
        @Override
        public Step newInstance(StaplerRequest2 req, JSONObject formData) throws FormException {
            MicroReleaseStep step = new MicroReleaseStep(
                    formData.optString("environment"), candidates(formData.optString("candidates")));
            step.setTimeout(formData.optString("timeout"));
            return step;
        }

        static Map<String, String> candidates(String lines) throws FormException {
            Map<String, String> candidates = new LinkedHashMap<>();
            for (String line : lines.lines().filter(l -> !l.isBlank()).toList()) {
                int colon = line.indexOf(':');
                if (colon < 1 || line.substring(colon + 1).isBlank()) {
                    throw new FormException(
                            "Candidates: '" + line + "' is not a service, a colon and an image, as in cart: 1.4.2",
                            "candidates");
                }
                candidates.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            }
            return candidates;
        }

        @Override
        public String getFunctionName() {
            return "microRelease";
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("step.microRelease");
        }

        @Override
        public boolean takesImplicitBlockArgument() {
            return true;
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, TaskListener.class, FlowExecution.class);
        }
    }
}
