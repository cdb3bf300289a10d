package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.engine.environment.HttpProbe;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** What is asked for, and looked for, before the tests of a lane that is routed by header begin. */
public final class ProbeConfiguration extends AbstractDescribableImpl<ProbeConfiguration> {
    private final String path;
    private final String expect;

    @DataBoundConstructor
    public ProbeConfiguration(String path, String expect) {
        this.path = Util.fixNull(path).trim();
        this.expect = Util.fixNull(expect).trim();
    }

    public String getPath() {
        return path;
    }

    public String getExpect() {
        return expect;
    }

    /** @throws EngineException INVALID_INPUT */
    HttpProbe.Settings below(String baseUrl) {
        if (baseUrl == null) {
            throw EngineException.invalid("a probe needs the base URL below which it asks");
        }
        return new HttpProbe.Settings(path, expect);
    }

    /** The form's helper. */
    @Extension
    @Symbol("probe")
    public static final class DescriptorImpl extends Descriptor<ProbeConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("probe");
        }

        @POST
        public FormValidation doCheckExpect(@QueryParameter String value, @QueryParameter String path) {
            return Forms.checkRule(() -> new ProbeConfiguration(path, value).below(""));
        }
    }
}
