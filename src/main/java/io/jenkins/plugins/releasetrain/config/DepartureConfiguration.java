package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.train.Departure;
import io.jenkins.plugins.releasetrain.labels.Labels;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A time that comes again and again, at which a train departs. */
public final class DepartureConfiguration extends AbstractDescribableImpl<DepartureConfiguration> {
    private final String at;
    private String zone;
    private String label;

    @DataBoundConstructor
    public DepartureConfiguration(String at) {
        this.at = Util.fixNull(at).trim();
    }

    /** In cron notation. */
    public String getAt() {
        return at;
    }

    /** As in {@code Europe/Berlin}; null: the controller's. */
    @CheckForNull
    public String getZone() {
        return zone;
    }

    @DataBoundSetter
    public void setZone(String zone) {
        this.zone = Util.fixEmptyAndTrim(zone);
    }

    /** For people; null for none. */
    @CheckForNull
    public String getLabel() {
        return label;
    }

    @DataBoundSetter
    public void setLabel(String label) {
        this.label = Util.fixEmptyAndTrim(label);
    }

    /** @throws EngineException where there is no such time */
    public Departure departure() {
        return new Departure(at, Forms.zone(zone), Util.fixNull(label));
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainDeparture")
    public static final class DescriptorImpl extends Descriptor<DepartureConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("departure");
        }

        @POST
        public FormValidation doCheckAt(@QueryParameter String value) {
            return Forms.checkRule(new DepartureConfiguration(value)::departure);
        }

        @POST
        public FormValidation doCheckZone(@QueryParameter String value) {
            DepartureConfiguration departure = new DepartureConfiguration("0 0 * * *");
            departure.setZone(value);
            return Forms.checkRule(departure::departure);
        }
    }
}
