package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** One train: a catalog, one or several staging environments and the batch policy. */
public final class TrainConfiguration extends AbstractDescribableImpl<TrainConfiguration> {
    static final int LARGEST_BATCH = 32;
    static final int MEMO_HOURS = 168;
    static final int VOIDS_BEFORE_PAUSE = 3;
    static final int WASTE_PERCENT = 50;

    private static final int LONGEST_SUITE = 200;

    private final String name;
    private final String catalog;
    private final String environment;
    private String moreEnvironments;
    private String suite;
    private int smallestBatch = 1;
    private int largestBatch = LARGEST_BATCH;
    private Integer memoHours = MEMO_HOURS;
    private int voidsBeforePause = VOIDS_BEFORE_PAUSE;
    private String movingTags;
    private Integer wastePercent = WASTE_PERCENT;
    private Boolean publishReleases = true;
    private String releasesRepository;
    private Install install = Install.PATCH;
    private PolicyConfiguration policy;

    @Guarded
    private List<AccessConfiguration> access;

    /** Who brings a set into the environment. */
    public enum Install {
        /** The plugin patches the workloads' images. */
        PATCH,
        /** The body of the conductor's step does. */
        NONE
    }

    @DataBoundConstructor
    public TrainConfiguration(String name, String catalog, String environment) {
        this.name = Util.fixNull(name).trim();
        this.catalog = Util.fixNull(catalog).trim();
        this.environment = Util.fixNull(environment).trim();
    }

    public String getName() {
        return name;
    }

    public String getCatalog() {
        return catalog;
    }

    public String getEnvironment() {
        return environment;
    }

    /** Names of further environments in which trials run at the same time, separated by commas; null: none. */
    @CheckForNull
    public String getMoreEnvironments() {
        return moreEnvironments;
    }

    @DataBoundSetter
    public void setMoreEnvironments(String moreEnvironments) {
        this.moreEnvironments = Util.fixEmptyAndTrim(moreEnvironments);
    }

    /** All of its environments, one at least. */
    public List<String> environments() {
        return Stream.concat(
                        Stream.of(environment),
                        Stream.of(Util.fixNull(moreEnvironments).split(",")).map(String::trim))
                .filter(e -> !e.isEmpty())
                .toList();
    }

    public Install getInstall() {
        return install == null ? Install.PATCH : install;
    }

    @DataBoundSetter
    public void setInstall(Install install) {
        this.install = install;
    }

    /** Null: what is usual. */
    @CheckForNull
    public PolicyConfiguration getPolicy() {
        return policy;
    }

    @DataBoundSetter
    public void setPolicy(PolicyConfiguration policy) {
        this.policy = policy;
    }

    /** Names the tests; to be changed when they change, so that verdicts of the old ones do not count. */
    @CheckForNull
    public String getSuite() {
        return suite;
    }

    @DataBoundSetter
    public void setSuite(String suite) {
        this.suite = Util.fixEmptyAndTrim(suite);
    }

    public int getSmallestBatch() {
        return smallestBatch;
    }

    @DataBoundSetter
    public void setSmallestBatch(int smallestBatch) {
        this.smallestBatch = smallestBatch;
    }

    public int getLargestBatch() {
        return largestBatch;
    }

    @DataBoundSetter
    public void setLargestBatch(int largestBatch) {
        this.largestBatch = largestBatch;
    }

    /** How long a verdict is good for. */
    public int getMemoHours() {
        return memoHours;
    }

    @DataBoundSetter
    public void setMemoHours(int memoHours) {
        this.memoHours = memoHours;
    }

    /** So many void trials in a row pause the train. */
    public int getVoidsBeforePause() {
        return voidsBeforePause;
    }

    @DataBoundSetter
    public void setVoidsBeforePause(int voidsBeforePause) {
        this.voidsBeforePause = voidsBeforePause;
    }

    /** Regular expression of tags that are not carried to production; null: the usual ones. */
    @CheckForNull
    public String getMovingTags() {
        return movingTags;
    }

    @DataBoundSetter
    public void setMovingTags(String movingTags) {
        this.movingTags = Util.fixEmptyAndTrim(movingTags);
    }

    /** How many trials may be for nothing because they ran ahead of one that failed, of a hundred. */
    public int getWastePercent() {
        return wastePercent;
    }

    @DataBoundSetter
    public void setWastePercent(int wastePercent) {
        this.wastePercent = wastePercent;
    }

    /** Whether each release's manifest becomes an artifact of the production registry. */
    public boolean isPublishReleases() {
        return publishReleases;
    }

    @DataBoundSetter
    public void setPublishReleases(boolean publishReleases) {
        this.publishReleases = publishReleases;
    }

    /** Where in the production registry; null: {@code releases/} and the train's name, below the registry's prefix. */
    @CheckForNull
    public String getReleasesRepository() {
        return releasesRepository;
    }

    @DataBoundSetter
    public void setReleasesRepository(String releasesRepository) {
        this.releasesRepository = Util.fixEmptyAndTrim(releasesRepository);
    }

    /** Jobs that may ride; nobody else may. */
    public List<AccessConfiguration> getAccess() {
        return access == null ? List.of() : List.copyOf(access);
    }

    @DataBoundSetter
    public void setAccess(List<AccessConfiguration> access) {
        this.access = access == null || access.isEmpty() ? null : new ArrayList<>(access);
    }

    public List<Access.Rule> rules() {
        return AccessConfiguration.rules(getAccess());
    }

    void check(Ranges ranges) {
        AccessConfiguration.check(getAccess(), ranges);
        ranges.whole("smallestBatch", smallestBatch, 1)
                .whole("largestBatch", largestBatch, 1)
                .whole("memoHours", memoHours, 0)
                .whole("voidsBeforePause", voidsBeforePause, 1)
                .whole("wastePercent", wastePercent, 0)
                .rule("movingTags", () -> pattern(movingTags))
                .rule("suite", () -> bounded(suite));
        if (smallestBatch > largestBatch) {
            ranges.problems()
                    .add(ranges.place() + ": smallestBatch " + smallestBatch + " is more than largestBatch "
                            + largestBatch);
        }
        if (policy != null) {
            policy.check(ranges);
        }
    }

    /** It is a key of the store. */
    private static void bounded(String name) {
        if (Util.fixNull(name).length() > LONGEST_SUITE) {
            throw EngineException.invalid("It has " + name.length() + " characters; at most " + LONGEST_SUITE);
        }
    }

    private static void pattern(String text) {
        try {
            Pattern.compile(Util.fixNull(text));
        } catch (PatternSyntaxException e) {
            throw EngineException.invalid("Not a regular expression: " + e.getDescription());
        }
    }

    /** What older versions saved has no such fields. */
    private Object readResolve() {
        smallestBatch = smallestBatch == 0 ? 1 : smallestBatch;
        largestBatch = largestBatch == 0 ? LARGEST_BATCH : largestBatch;
        memoHours = memoHours == null ? Integer.valueOf(MEMO_HOURS) : memoHours;
        voidsBeforePause = voidsBeforePause == 0 ? VOIDS_BEFORE_PAUSE : voidsBeforePause;
        wastePercent = wastePercent == null ? Integer.valueOf(WASTE_PERCENT) : wastePercent;
        publishReleases = publishReleases == null || publishReleases;
        install = getInstall();
        return this;
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainTrain")
    public static final class DescriptorImpl extends Descriptor<TrainConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("train");
        }

        @POST
        public ListBoxModel doFillCatalogItems(@QueryParameter String catalog) {
            return Forms.names(ReleaseTrainConfiguration::getCatalogs, CatalogConfiguration::getName, catalog);
        }

        @POST
        public ListBoxModel doFillInstallItems() {
            Forms.check();
            return Choices.of("install", Install.class);
        }

        @POST
        public ListBoxModel doFillEnvironmentItems(@QueryParameter String environment) {
            return Forms.names(
                    ReleaseTrainConfiguration::getEnvironments, EnvironmentConfiguration::getName, environment);
        }

        @POST
        public FormValidation doCheckName(@QueryParameter String value) {
            return Forms.checkName(value);
        }

        @POST
        public FormValidation doCheckSmallestBatch(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckLargestBatch(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckMemoHours(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }

        @POST
        public FormValidation doCheckVoidsBeforePause(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckWastePercent(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }

        @POST
        public FormValidation doCheckMovingTags(@QueryParameter String value) {
            return Forms.checkRule(() -> pattern(value));
        }
    }
}
