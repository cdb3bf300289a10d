package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.train.Departures;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** What a train expects before it has measured, how sure it is before it blames, and when it departs. */
public final class PolicyConfiguration extends AbstractDescribableImpl<PolicyConfiguration> {
    static final double FAILURE_PERCENT = 5;
    static final double FLAKE_PERCENT = 0.2;
    static final double INNOCENCE_PERCENT = 0.02;
    static final int TEST_MINUTES = 1440;
    static final int BEGIN_MINUTES = 15;
    private static final int HIGHEST_PRIORITY = 100;
    static final int GRACE_MINUTES = (int) Departures.USUAL_GRACE.toMinutes();

    private double failurePercent = FAILURE_PERCENT;
    private Double flakePercent = FLAKE_PERCENT;
    private Double outagesPerMonth = 1.0;
    private TrainSettings.WhenBroken whenBroken = TrainSettings.WhenBroken.RETRY;
    private double innocencePercent = INNOCENCE_PERCENT;
    private int longestWaitMinutes;
    private int testMinutes = TEST_MINUTES;
    private int beginMinutes = BEGIN_MINUTES;
    private List<FreezeConfiguration> freezes = new ArrayList<>();
    private List<DepartureConfiguration> departures = new ArrayList<>();
    private Integer graceMinutes = GRACE_MINUTES;
    private Integer hotfix = Departures.USUAL_HOTFIX;

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

    /** How often an environment is expected to break, for an hour each; what is measured takes its place. */
    public double getOutagesPerMonth() {
        return outagesPerMonth;
    }

    @DataBoundSetter
    public void setOutagesPerMonth(double outagesPerMonth) {
        this.outagesPerMonth = outagesPerMonth;
    }

    /** What a train does when its environment, or the baseline, is broken. */
    public TrainSettings.WhenBroken getWhenBroken() {
        return whenBroken == null ? TrainSettings.WhenBroken.RETRY : whenBroken;
    }

    @DataBoundSetter
    public void setWhenBroken(TrainSettings.WhenBroken whenBroken) {
        this.whenBroken = whenBroken;
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

    /** A build whose tests have not begun so long after everything is installed is replaced by the next one. */
    public int getBeginMinutes() {
        return beginMinutes;
    }

    @DataBoundSetter
    public void setBeginMinutes(int beginMinutes) {
        this.beginMinutes = beginMinutes;
    }

    public List<FreezeConfiguration> getFreezes() {
        return List.copyOf(freezes);
    }

    @DataBoundSetter
    public void setFreezes(List<FreezeConfiguration> freezes) {
        this.freezes = new ArrayList<>(freezes);
    }

    /** When the train departs; none: whenever somebody waits. */
    public List<DepartureConfiguration> getDepartures() {
        return List.copyOf(departures);
    }

    @DataBoundSetter
    public void setDepartures(List<DepartureConfiguration> departures) {
        this.departures = new ArrayList<>(departures);
    }

    /** A departure that was missed while Jenkins was down counts for so long. */
    public int getGraceMinutes() {
        return graceMinutes;
    }

    @DataBoundSetter
    public void setGraceMinutes(int graceMinutes) {
        this.graceMinutes = graceMinutes;
    }

    /** Changes of this priority or more wait for no departure. */
    public int getHotfix() {
        return hotfix;
    }

    @DataBoundSetter
    public void setHotfix(int hotfix) {
        this.hotfix = hotfix;
    }

    /** When its builds depart. */
    public Departures scheduled() {
        return new Departures(
                departures.stream().map(DepartureConfiguration::departure).toList(),
                Duration.ofMinutes(graceMinutes),
                hotfix);
    }

    void check(Ranges ranges) {
        ranges.percent("failurePercent", failurePercent, false)
                .percent("flakePercent", flakePercent, true)
                .percent("innocencePercent", innocencePercent, false)
                .rule("outagesPerMonth", () -> {
                    if (!(outagesPerMonth >= 0)) {
                        throw EngineException.invalid("it is " + outagesPerMonth + ", but must be 0 or more");
                    }
                })
                .whole("longestWaitMinutes", longestWaitMinutes, 0)
                .whole("testMinutes", testMinutes, 1)
                .whole("beginMinutes", beginMinutes, 1)
                .whole("graceMinutes", graceMinutes, 0)
                .whole("hotfix", hotfix, 1, HIGHEST_PRIORITY);
    }

    /** What older versions saved has no such fields. */
    private Object readResolve() {
        failurePercent = failurePercent == 0 ? FAILURE_PERCENT : failurePercent;
        flakePercent = flakePercent == null ? Double.valueOf(FLAKE_PERCENT) : flakePercent;
        outagesPerMonth = outagesPerMonth == null ? Double.valueOf(1) : outagesPerMonth;
        innocencePercent = innocencePercent == 0 ? INNOCENCE_PERCENT : innocencePercent;
        testMinutes = testMinutes == 0 ? TEST_MINUTES : testMinutes;
        beginMinutes = beginMinutes == 0 ? BEGIN_MINUTES : beginMinutes;
        freezes = freezes == null ? new ArrayList<>() : freezes;
        departures = departures == null ? new ArrayList<>() : departures;
        graceMinutes = graceMinutes == null ? Integer.valueOf(GRACE_MINUTES) : graceMinutes;
        hotfix = hotfix == null ? Integer.valueOf(Departures.USUAL_HOTFIX) : hotfix;
        return this;
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainPolicy")
    public static final class DescriptorImpl extends Descriptor<PolicyConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("policy");
        }

        @POST
        public ListBoxModel doFillWhenBrokenItems() {
            Forms.check();
            return Choices.of("whenBroken", TrainSettings.WhenBroken.class);
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
        public FormValidation doCheckBeginMinutes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckGraceMinutes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }

        @POST
        public FormValidation doCheckHotfix(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckTestMinutes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }
    }
}
