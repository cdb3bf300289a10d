package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** What a train expects before it has measured, how sure it is before it blames, and when it departs. */
public final class PolicyConfiguration extends AbstractDescribableImpl<PolicyConfiguration> {
    private double failurePercent = 5;
    private double flakePercent = 1;
    private double innocencePercent = 0.02;
    private int longestWaitMinutes;
    private int testMinutes = 1440;
    private List<FreezeConfiguration> freezes = new ArrayList<>();

    @DataBoundConstructor
    public PolicyConfiguration() {
        // Everything has a default.
    }

    /** Of changes that are expected to be bad; what is measured takes its place. */
    public double getFailurePercent() {
        return failurePercent;
    }

    @DataBoundSetter
    public void setFailurePercent(double failurePercent) {
        this.failurePercent = failurePercent;
    }

    /** Of runs of good sets that are expected to fail; what is measured takes its place. */
    public double getFlakePercent() {
        return flakePercent;
    }

    @DataBoundSetter
    public void setFlakePercent(double flakePercent) {
        this.flakePercent = flakePercent;
    }

    /** The largest accepted chance that an ejected change is innocent. */
    public double getInnocencePercent() {
        return innocencePercent;
    }

    @DataBoundSetter
    public void setInnocencePercent(double innocencePercent) {
        this.innocencePercent = innocencePercent;
    }

    /** How long a small batch waits for more changes; 0: it departs at once. */
    public int getLongestWaitMinutes() {
        return longestWaitMinutes;
    }

    @DataBoundSetter
    public void setLongestWaitMinutes(int longestWaitMinutes) {
        this.longestWaitMinutes = longestWaitMinutes;
    }

    /** Tests that take longer are void. */
    public int getTestMinutes() {
        return testMinutes;
    }

    @DataBoundSetter
    public void setTestMinutes(int testMinutes) {
        this.testMinutes = testMinutes;
    }

    public List<FreezeConfiguration> getFreezes() {
        return List.copyOf(freezes);
    }

    @DataBoundSetter
    public void setFreezes(List<FreezeConfiguration> freezes) {
        this.freezes = new ArrayList<>(freezes);
    }

    /** The form's helper. */
    @Extension
    @Symbol("policy")
    public static final class DescriptorImpl extends Descriptor<PolicyConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Policy";
        }

        @POST
        public FormValidation doCheckFailurePercent(@QueryParameter String value) {
            return Forms.checkPercent(value, false);
        }

        @POST
        public FormValidation doCheckFlakePercent(@QueryParameter String value) {
            return Forms.checkPercent(value, true);
        }

        @POST
        public FormValidation doCheckInnocencePercent(@QueryParameter String value) {
            return Forms.checkPercent(value, false);
        }

        @POST
        public FormValidation doCheckLongestWaitMinutes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }

        @POST
        public FormValidation doCheckTestMinutes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }
    }
}
