package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.host.ConnectionTests;
import java.util.Arrays;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A Kubernetes namespace that trains or lanes install into. */
public final class EnvironmentConfiguration extends AbstractDescribableImpl<EnvironmentConfiguration> {
    static final int ROLLOUT_SECONDS = 600;
    static final int LEASE_SECONDS = 300;
    static final int ATTEMPTS = 5;

    private final String name;
    private final String namespace;
    private String serverUrl;
    private String credentialsId;
    private String caCertificates;
    private String baseUrl;
    private String catalog;
    private LaneSettings.OnDrift onDrift = LaneSettings.OnDrift.RERUN;
    private Isolation isolation = Isolation.REPLACE;
    private int attempts = ATTEMPTS;
    private int rolloutSeconds = ROLLOUT_SECONDS;
    private int leaseSeconds = LEASE_SECONDS;

    @DataBoundConstructor
    public EnvironmentConfiguration(String name, String namespace) {
        this.name = Util.fixNull(name).trim();
        this.namespace = Util.fixNull(namespace).trim();
    }

    public String getName() {
        return name;
    }

    public String getNamespace() {
        return namespace;
    }

    /** Of the API server; null: of the kubeconfig, or the cluster that Jenkins itself runs in. */
    @CheckForNull
    public String getServerUrl() {
        return serverUrl;
    }

    @DataBoundSetter
    public void setServerUrl(String serverUrl) {
        this.serverUrl = Util.fixEmptyAndTrim(serverUrl);
    }

    /** A kubeconfig file, or a bearer token as secret text. */
    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    @CheckForNull
    public String getCaCertificates() {
        return caCertificates;
    }

    @DataBoundSetter
    public void setCaCertificates(String caCertificates) {
        this.caCertificates = Util.fixEmptyAndTrim(caCertificates);
    }

    /** Where tests reach the services. */
    @CheckForNull
    public String getBaseUrl() {
        return baseUrl;
    }

    @DataBoundSetter
    public void setBaseUrl(String baseUrl) {
        this.baseUrl = Util.fixEmptyAndTrim(baseUrl);
    }

    /** For {@code microRelease}: the services of the lanes; null where only trains use the environment. */
    @CheckForNull
    public String getCatalog() {
        return catalog;
    }

    @DataBoundSetter
    public void setCatalog(String catalog) {
        this.catalog = Util.fixEmptyAndTrim(catalog);
    }

    public LaneSettings.OnDrift getOnDrift() {
        return onDrift;
    }

    @DataBoundSetter
    public void setOnDrift(LaneSettings.OnDrift onDrift) {
        this.onDrift = onDrift;
    }

    /** How lanes' candidates are kept apart; what older versions saved has none. */
    public Isolation getIsolation() {
        return isolation == null ? Isolation.REPLACE : isolation;
    }

    @DataBoundSetter
    public void setIsolation(Isolation isolation) {
        this.isolation = isolation;
    }

    /** How often a lane is tried at most. */
    public int getAttempts() {
        return attempts;
    }

    @DataBoundSetter
    public void setAttempts(int attempts) {
        this.attempts = attempts;
    }

    /** For all rollouts of one installation. */
    public int getRolloutSeconds() {
        return rolloutSeconds;
    }

    @DataBoundSetter
    public void setRolloutSeconds(int rolloutSeconds) {
        this.rolloutSeconds = rolloutSeconds;
    }

    /** How long the holder of the environment's lock may be silent. */
    public int getLeaseSeconds() {
        return leaseSeconds;
    }

    @DataBoundSetter
    public void setLeaseSeconds(int leaseSeconds) {
        this.leaseSeconds = leaseSeconds;
    }

    /** The form's helper. */
    @Extension
    @Symbol("environment")
    public static final class DescriptorImpl extends Descriptor<EnvironmentConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Environment";
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return Forms.credentials(credentialsId, StandardCredentials.class);
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StandardCredentials.class);
        }

        @POST
        public ListBoxModel doFillCatalogItems(@QueryParameter String catalog) {
            ListBoxModel items =
                    Forms.names(ReleaseTrainConfiguration::getCatalogs, CatalogConfiguration::getName, catalog);
            items.add(0, new ListBoxModel.Option("- no lanes -", ""));
            return items;
        }

        @POST
        public ListBoxModel doFillOnDriftItems() {
            Forms.check();
            ListBoxModel items = new ListBoxModel();
            items.add("Test again", LaneSettings.OnDrift.RERUN.name());
            items.add("Accept the verdict", LaneSettings.OnDrift.ACCEPT.name());
            items.add("Fail the lane", LaneSettings.OnDrift.FAIL.name());
            return items;
        }

        @POST
        public ListBoxModel doFillIsolationItems() {
            Forms.check();
            ListBoxModel items = new ListBoxModel();
            items.add("In the place of the baseline", Isolation.REPLACE.name());
            items.add("Side by side", Isolation.SIDE_BY_SIDE.name());
            items.add("Side by side, routed by header", Isolation.HEADER.name());
            return items;
        }

        @POST
        public FormValidation doCheckName(@QueryParameter String value) {
            return Forms.checkName(value);
        }

        @POST
        public FormValidation doCheckNamespace(@QueryParameter String value) {
            return Forms.checkName(value);
        }

        @POST
        public FormValidation doCheckLeaseSeconds(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 30);
        }

        @POST
        public FormValidation doCheckRolloutSeconds(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckAttempts(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doTestConnection(
                @QueryParameter String name,
                @QueryParameter String namespace,
                @QueryParameter String serverUrl,
                @QueryParameter String credentialsId,
                @QueryParameter String caCertificates,
                @QueryParameter String isolation) {
            Forms.check();
            EnvironmentConfiguration environment = new EnvironmentConfiguration(name, namespace);
            environment.setServerUrl(serverUrl);
            environment.setCredentialsId(credentialsId);
            environment.setCaCertificates(caCertificates);
            environment.setIsolation(Arrays.stream(Isolation.values())
                    .filter(i -> i.name().equals(isolation))
                    .findFirst()
                    .orElse(Isolation.REPLACE));
            return ConnectionTests.environment(environment);
        }
    }
}
