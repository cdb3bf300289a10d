package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.time.Duration;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A window that comes again and again, in which a train does not depart. */
public final class FreezeConfiguration extends AbstractDescribableImpl<FreezeConfiguration> {
    private final String start;
    private final int hours;
    private final String reason;
    private String zone;

    @DataBoundConstructor
    public FreezeConfiguration(String start, int hours, String reason) {
        this.start = Util.fixNull(start).trim();
        this.hours = hours;
        this.reason = Util.fixNull(reason).trim();
    }

    /** In cron notation. */
    public String getStart() {
        return start;
    }

    public int getHours() {
        return hours;
    }

    /** For people. */
    public String getReason() {
        return reason;
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

    /** @throws EngineException where it is no such window */
    public Timetable.Freeze freeze() {
        return new Timetable.Freeze(start, Duration.ofHours(hours), Forms.zone(zone), reason);
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainFreeze")
    public static final class DescriptorImpl extends Descriptor<FreezeConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("freeze");
        }

        @POST
        public FormValidation doCheckStart(@QueryParameter String value) {
            return Forms.checkRule(new FreezeConfiguration(value, 1, "")::freeze);
        }

        @POST
        public FormValidation doCheckZone(@QueryParameter String value) {
            FreezeConfiguration freeze = new FreezeConfiguration("0 0 * * *", 1, "");
            freeze.setZone(value);
            return Forms.checkRule(freeze::freeze);
        }

        @POST
        public FormValidation doCheckHours(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }
    }
}
