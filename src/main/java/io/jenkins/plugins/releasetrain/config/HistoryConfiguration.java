package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.labels.Labels;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** How long lists and searches remember what was not released; without one, for ever. */
@Guarded
public final class HistoryConfiguration extends AbstractDescribableImpl<HistoryConfiguration> {
    private static final int LEAST = 1;
    private static final int MOST = 1_200;

    private final int months;

    @DataBoundConstructor
    public HistoryConfiguration(int months) {
        this.months = months;
    }

    /** Of 30 days. */
    public int getMonths() {
        return months;
    }

    void check(Ranges ranges) {
        ranges.whole("months", months, LEAST, MOST);
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainHistory")
    public static final class DescriptorImpl extends Descriptor<HistoryConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("history");
        }

        @POST
        public FormValidation doCheckMonths(@QueryParameter String value) {
            return Forms.checkAtLeast(value, LEAST);
        }
    }
}
