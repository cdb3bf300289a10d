package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRules;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.Access;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A Kubernetes namespace that trains or lanes install into. */
public final class EnvironmentConfiguration extends AbstractDescribableImpl<EnvironmentConfiguration> {
    static final int ROLLOUT_SECONDS = 600;
    static final int LEASE_SECONDS = 300;
    static final int LEAST_LEASE_SECONDS = 30;
    static final int ATTEMPTS = 5;

    private final String name;

    @Guarded
    private final String namespace;

    @Guarded
    private String serverUrl;

    @Guarded
    private String credentialsId;

    @Guarded
    private String caCertificates;

    private String baseUrl;
    private String catalog;
    private LaneSettings.OnDrift onDrift = LaneSettings.OnDrift.AUTO;
    private Isolation isolation = Isolation.REPLACE;
    private int attempts = ATTEMPTS;
    private int rolloutSeconds = ROLLOUT_SECONDS;
    private int leaseSeconds = LEASE_SECONDS;
    private String faultRules;

    private LanesConfiguration lanes;

    @Guarded
    private List<AccessConfiguration> access;

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
        return onDrift == null ? LaneSettings.OnDrift.RERUN : onDrift;
    }

    @DataBoundSetter
    public void setOnDrift(LaneSettings.OnDrift onDrift) {
        this.onDrift = onDrift;
    }

    /** Null: without limits and freezes. */
    @CheckForNull
    public LanesConfiguration getLanes() {
        return lanes;
    }

    @DataBoundSetter
    public void setLanes(LanesConfiguration lanes) {
        this.lanes = lanes;
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

    /** Jobs that may run lanes; nobody else may. */
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

    /** Whose trouble it is when a pod does not start; null: only the rules that come with the plugin. */
    @CheckForNull
    public String getFaultRules() {
        return faultRules;
    }

    @DataBoundSetter
    public void setFaultRules(String faultRules) {
        this.faultRules = Util.fixEmptyAndTrim(faultRules);
    }

    void check(Ranges ranges) {
        AccessConfiguration.check(getAccess(), ranges);
        if (lanes != null) {
            lanes.check(ranges);
        }
        ranges.rule("namespace", () -> {
                    if (!Forms.NAME.matcher(namespace).matches()) {
                        throw EngineException.invalid("'" + namespace + "' is no name of a namespace");
                    }
                })
                .rule("serverUrl", () -> checkServer(serverUrl))
                .whole("attempts", attempts, 1)
                .whole("rolloutSeconds", rolloutSeconds, 1)
                .whole("leaseSeconds", leaseSeconds, LEAST_LEASE_SECONDS)
                .rule("faultRules", () -> FaultRules.parse(Util.fixNull(faultRules)));
    }

    /** A token goes there with every request, so only what does not leave the machine may be plain HTTP. */
    private static void checkServer(String url) {
        if (url == null) {
            return;
        }
        try {
            URI server = new URI(url);
            boolean near = Util.fixNull(server.getHost()).matches("localhost|127\\.[0-9.]+|\\[::1]");
            if (server.getHost() == null
                    || server.getUserInfo() != null
                    || !("https".equals(server.getScheme()) || near && "http".equals(server.getScheme()))) {
                throw EngineException.invalid(
                        "an API server is called as in 'https://k8s.example:6443'; plain HTTP is for"
                                + " a proxy on this machine only");
            }
        } catch (URISyntaxException e) {
            throw EngineException.invalid("not a URL");
        }
    }

    /** What older versions saved has no such fields. */
    private Object readResolve() {
        onDrift = getOnDrift();
        isolation = getIsolation();
        attempts = attempts == 0 ? ATTEMPTS : attempts;
        rolloutSeconds = rolloutSeconds == 0 ? ROLLOUT_SECONDS : rolloutSeconds;
        leaseSeconds = leaseSeconds == 0 ? LEASE_SECONDS : leaseSeconds;
        return this;
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainEnvironment")
    public static final class DescriptorImpl extends Descriptor<EnvironmentConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("environment");
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(
                @QueryParameter String credentialsId, @QueryParameter String serverUrl) {
            return Forms.credentials(
                    credentialsId,
                    serverUrl,
                    StandardCredentials.class,
                    CredentialsMatchers.anyOf(
                            CredentialsMatchers.instanceOf(FileCredentials.class),
                            CredentialsMatchers.instanceOf(StringCredentials.class)));
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
            items.add(
                    "Test again what the catalog declares; accept where it declares nothing",
                    LaneSettings.OnDrift.AUTO.name());
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
        public FormValidation doCheckServerUrl(@QueryParameter String value) {
            return Forms.checkRule(() -> checkServer(Util.fixEmptyAndTrim(value)));
        }

        @POST
        public FormValidation doCheckFaultRules(@QueryParameter String value) {
            Forms.check();
            try {
                FaultRules.parse(Util.fixNull(value));
                return FormValidation.ok();
            } catch (EngineException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        @POST
        public FormValidation doCheckLeaseSeconds(@QueryParameter String value) {
            return Forms.checkAtLeast(value, LEAST_LEASE_SECONDS);
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
            Forms.checkAdminister();
            try {
                checkServer(Util.fixEmptyAndTrim(serverUrl));
            } catch (EngineException e) {
                return FormValidation.error(e.getMessage());
            }
            EnvironmentConfiguration environment = new EnvironmentConfiguration(name, namespace);
            environment.setServerUrl(serverUrl);
            environment.setCredentialsId(credentialsId);
            environment.setCaCertificates(caCertificates);
            environment.setIsolation(Forms.constant(Isolation.class, isolation, Isolation.REPLACE));
            return Forms.host().test(environment);
        }
    }
}
