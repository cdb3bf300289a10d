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
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRules;
import io.jenkins.plugins.releasetrain.engine.environment.HttpProbe;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jenkinsci.Symbol;
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

    @Guarded
    private boolean programsAllowed;

    private String baseUrl;
    private String catalog;
    private LaneSettings.OnDrift onDrift = LaneSettings.OnDrift.AUTO;
    private Isolation isolation = Isolation.REPLACE;
    private int attempts = ATTEMPTS;
    private int rolloutSeconds = ROLLOUT_SECONDS;
    private int leaseSeconds = LEASE_SECONDS;
    private String faultRules;
    private ProbeConfiguration probe;

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

    /** Whether a kubeconfig may have programs run, and files read, on the controller. */
    public boolean isProgramsAllowed() {
        return programsAllowed;
    }

    @DataBoundSetter
    public void setProgramsAllowed(boolean programsAllowed) {
        this.programsAllowed = programsAllowed;
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

    /** How it is proven that requests with a lane's baggage reach its candidate; null: not at all. */
    @CheckForNull
    public ProbeConfiguration getProbe() {
        return probe;
    }

    @DataBoundSetter
    public void setProbe(ProbeConfiguration probe) {
        this.probe = probe;
    }

    /**
     * Empty where nothing is to be proven.
     *
     * @throws EngineException INVALID_INPUT
     */
    public Optional<HttpProbe.Settings> probe() {
        return Optional.ofNullable(probe).map(p -> p.below(baseUrl));
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
                .rule("serverUrl", () -> ClusterForms.checkServer(serverUrl))
                .whole("attempts", attempts, 1)
                .whole("rolloutSeconds", rolloutSeconds, 1)
                .whole("leaseSeconds", leaseSeconds, LEAST_LEASE_SECONDS)
                .rule("faultRules", () -> FaultRules.parse(Util.fixNull(faultRules)))
                .rule("probe", this::probe);
    }

    private FormValidation with(
            String server,
            String credentials,
            String certificates,
            boolean programs,
            Function<EnvironmentConfiguration, FormValidation> use) {
        setServerUrl(server);
        setCredentialsId(credentials);
        setCaCertificates(certificates);
        setProgramsAllowed(programs);
        try {
            ClusterForms.checkServer(serverUrl);
            return use.apply(this);
        } catch (EngineException e) {
            return Forms.error(e.getMessage());
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
            return Forms.credentials(credentialsId, serverUrl, StandardCredentials.class, ClusterForms.accepted());
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StandardCredentials.class);
        }

        @POST
        public ListBoxModel doFillCatalogItems(@QueryParameter String catalog) {
            ListBoxModel items =
                    Forms.names(ReleaseTrainConfiguration::getCatalogs, CatalogConfiguration::getName, catalog);
            items.add(0, new ListBoxModel.Option(Labels.of("choice.noLanes"), ""));
            return items;
        }

        @POST
        public ListBoxModel doFillOnDriftItems() {
            Forms.check();
            return Choices.of("onDrift", LaneSettings.OnDrift.class);
        }

        @POST
        public ListBoxModel doFillIsolationItems() {
            Forms.check();
            return Choices.of("isolation", Isolation.class);
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
            return Forms.checkRule(() -> ClusterForms.checkServer(Util.fixEmptyAndTrim(value)));
        }

        @POST
        public FormValidation doCheckFaultRules(@QueryParameter String value) {
            return Forms.checkRule(() -> FaultRules.parse(Util.fixNull(value)));
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
                @QueryParameter boolean programsAllowed,
                @QueryParameter String isolation) {
            Forms.checkAdminister();
            EnvironmentConfiguration asked = new EnvironmentConfiguration(name, namespace);
            asked.setIsolation(Forms.constant(Isolation.class, isolation, Isolation.REPLACE));
            return asked.with(serverUrl, credentialsId, caCertificates, programsAllowed, Forms.host()::test);
        }

        @POST
        public FormValidation doDraftCatalog(
                @QueryParameter String namespace,
                @QueryParameter String serverUrl,
                @QueryParameter String credentialsId,
                @QueryParameter String caCertificates,
                @QueryParameter boolean programsAllowed) {
            Forms.checkAdminister();
            return new EnvironmentConfiguration("draft", namespace)
                    .with(serverUrl, credentialsId, caCertificates, programsAllowed, Forms.host()::draftCatalog);
        }
    }
}
