package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Judging;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Limits;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.WhenBroken;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** How many lanes an environment takes, and when. */
public final class LanesConfiguration extends AbstractDescribableImpl<LanesConfiguration> {
    private static final int TEST_MINUTES = (int) Limits.NONE.tests().toMinutes();

    private int perEnvironment;
    private int perGroup;
    private Integer testMinutes = TEST_MINUTES;
    private Integer hops = LaneSettings.HOPS;
    private WhenBroken whenBroken = WhenBroken.RETRY;
    private List<FreezeConfiguration> freezes = new ArrayList<>();

    @DataBoundConstructor
    public LanesConfiguration() {
        // Everything has a default.
    }

    /** At once; 0: any number. */
    public int getPerEnvironment() {
        return perEnvironment;
    }

    @DataBoundSetter
    public void setPerEnvironment(int perEnvironment) {
        this.perEnvironment = perEnvironment;
    }

    /** Of each group at once; 0: any number. */
    public int getPerGroup() {
        return perGroup;
    }

    @DataBoundSetter
    public void setPerGroup(int perGroup) {
        this.perGroup = perGroup;
    }

    /** After which a lane without a verdict has to leave. */
    public int getTestMinutes() {
        return testMinutes;
    }

    @DataBoundSetter
    public void setTestMinutes(int testMinutes) {
        this.testMinutes = testMinutes;
    }

    /** How far services count for each other along {@code dependsOn}. */
    public int getHops() {
        return hops;
    }

    @DataBoundSetter
    public void setHops(int hops) {
        this.hops = hops;
    }

    public WhenBroken getWhenBroken() {
        return whenBroken;
    }

    @DataBoundSetter
    public void setWhenBroken(WhenBroken whenBroken) {
        this.whenBroken = whenBroken == null ? WhenBroken.RETRY : whenBroken;
    }

    public List<FreezeConfiguration> getFreezes() {
        return List.copyOf(freezes);
    }

    @DataBoundSetter
    public void setFreezes(List<FreezeConfiguration> freezes) {
        this.freezes = new ArrayList<>(freezes);
    }

    public LaneSettings in(LaneSettings settings) {
        return settings.with(new Limits(perEnvironment, perGroup, Duration.ofMinutes(testMinutes)))
                .within(hops)
                .with(new Judging(Judging.USUAL.prior(), Judging.USUAL.innocence(), whenBroken))
                .with(freezes.stream().map(FreezeConfiguration::freeze).toList());
    }

    void check(Ranges ranges) {
        ranges.whole("lanes.perEnvironment", perEnvironment, 0)
                .whole("lanes.perGroup", perGroup, 0)
                .whole("lanes.testMinutes", testMinutes, 1)
                .whole("lanes.hops", hops, 0)
                .rule(
                        "lanes",
                        () -> new Limits(Math.max(0, perEnvironment), Math.max(0, perGroup), Limits.NONE.tests()))
                .rule("lanes.freezes", () -> freezes.forEach(FreezeConfiguration::freeze));
    }

    private Object readResolve() {
        testMinutes = testMinutes == null ? Integer.valueOf(TEST_MINUTES) : testMinutes;
        hops = hops == null ? Integer.valueOf(LaneSettings.HOPS) : hops;
        whenBroken = whenBroken == null ? WhenBroken.RETRY : whenBroken;
        freezes = freezes == null ? new ArrayList<>() : freezes;
        return this;
    }

    /** The form's helper. */
    @Extension
    @Symbol("lanes")
    public static final class DescriptorImpl extends Descriptor<LanesConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("lanes");
        }

        @POST
        public ListBoxModel doFillWhenBrokenItems() {
            Forms.check();
            return Choices.of("whenBroken", WhenBroken.class);
        }

        @POST
        public FormValidation doCheckPerEnvironment(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }

        @POST
        public FormValidation doCheckPerGroup(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }

        @POST
        public FormValidation doCheckTestMinutes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckHops(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }
    }
}
