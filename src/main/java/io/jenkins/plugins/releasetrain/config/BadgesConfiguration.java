package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.Access;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/** Of which services everybody may read what production runs, signed in or not; without one, of none. */
@Guarded
public final class BadgesConfiguration extends AbstractDescribableImpl<BadgesConfiguration> {
    private final String services;

    /** @param services patterns, separated by commas or line ends */
    @DataBoundConstructor
    public BadgesConfiguration(String services) {
        this.services = Util.fixEmptyAndTrim(services);
    }

    public String getServices() {
        return services;
    }

    public boolean allows(String service) {
        return services != null && Access.isNamed(services, service);
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainBadges")
    public static final class DescriptorImpl extends Descriptor<BadgesConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("badges");
        }
    }
}
