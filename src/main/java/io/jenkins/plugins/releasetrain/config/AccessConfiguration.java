package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.RelativePath;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.Access;
import java.util.List;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Jobs that may bring some services to where this is configured. */
@Guarded
public final class AccessConfiguration extends AbstractDescribableImpl<AccessConfiguration> {
    private final String jobs;
    private String services = "*";
    private boolean promote = true;

    @DataBoundConstructor
    public AccessConfiguration(String jobs) {
        this.jobs = Util.fixNull(jobs).trim();
    }

    /** Patterns of full names of jobs and folders, separated by commas or line ends. */
    public String getJobs() {
        return jobs;
    }

    /** Patterns of services, or of repositories where it is a registry's. */
    public String getServices() {
        return services;
    }

    @DataBoundSetter
    public void setServices(String services) {
        String given = Util.fixEmptyAndTrim(services);
        this.services = given == null ? "*" : given;
    }

    public boolean isPromote() {
        return promote;
    }

    @DataBoundSetter
    public void setPromote(boolean promote) {
        this.promote = promote;
    }

    Access.Rule rule() {
        return Access.Rule.of(jobs, services, promote);
    }

    static List<Access.Rule> rules(List<AccessConfiguration> access) {
        return access.stream().map(AccessConfiguration::rule).toList();
    }

    static void check(List<AccessConfiguration> access, Ranges ranges) {
        access.forEach(a -> ranges.rule("access", () -> checkJobs(a.jobs)));
    }

    private static void checkJobs(String jobs) {
        if (Access.Rule.of(jobs, "", false).jobs().isEmpty()) {
            throw EngineException.invalid(
                    "Name at least one job or folder by its full name, as in 'shop/cart' or 'shop/*'");
        }
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainAccess")
    public static final class DescriptorImpl extends Descriptor<AccessConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("access");
        }

        @POST
        public FormValidation doCheckJobs(@QueryParameter String value) {
            return Forms.checkRule(() -> checkJobs(Util.fixNull(value)));
        }

        /** @param catalog of the train or environment that it is part of, as it is saved; a registry has none */
        @POST
        public FormValidation doCheckServices(
                @QueryParameter String value, @RelativePath("..") @QueryParameter String catalog) {
            if (!Forms.mayConfigure() || Util.fixNull(catalog).isBlank()) {
                return FormValidation.ok();
            }
            List<String> idle = ConfigurationDoubts.idle(
                    ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class)
                            .settings(),
                    catalog,
                    Access.Rule.of("", Util.fixNull(value), false));
            return idle.isEmpty()
                    ? FormValidation.ok()
                    : FormValidation.warning(Labels.said(
                            "No service of catalog '" + catalog + "' is called " + String.join(", ", idle)));
        }
    }
}
