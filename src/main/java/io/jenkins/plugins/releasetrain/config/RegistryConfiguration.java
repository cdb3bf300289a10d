package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** One image registry. Optional texts are null where they are empty, so that an export leaves them out. */
@Guarded
public final class RegistryConfiguration extends AbstractDescribableImpl<RegistryConfiguration> {
    private static final int MOST_AT_ONCE = 256;
    private static final long MEGABYTE = 1 << 20;

    private final String name;
    private final String host;
    private RegistryRole role = RegistryRole.DEV;
    private String repositoryPrefix;
    private String credentialsId;
    private String caCertificates;
    private boolean plainHttp;
    private String clusterHost;
    private String clientCertificateId;
    private int requestsAtOnce = Limits.DEFAULT.concurrentRequests();
    private int transfersAtOnce = Limits.DEFAULT.transfers();
    private int standstillSeconds = (int) Limits.DEFAULT.requestTimeout().toSeconds();
    private int longestWaitSeconds = (int) Limits.DEFAULT.longestWait().toSeconds();
    private int largestImageMegabytes;
    private List<AccessConfiguration> access;

    @DataBoundConstructor
    public RegistryConfiguration(String name, String host) {
        this.name = Util.fixNull(name).trim();
        this.host = Util.fixNull(host).trim();
    }

    public String getName() {
        return name;
    }

    /** Host, with port where it is not 443, as in image references. */
    public String getHost() {
        return host;
    }

    public RegistryRole getRole() {
        return role == null ? RegistryRole.DEV : role;
    }

    @DataBoundSetter
    public void setRole(RegistryRole role) {
        this.role = role;
    }

    /** Put before the repositories of {@code promoteImage}. */
    @CheckForNull
    public String getRepositoryPrefix() {
        return repositoryPrefix;
    }

    /** Before names of repositories, with a slash at its end; empty for none. */
    public String prefix() {
        String prefix = getRepositoryPrefix();
        return prefix == null || prefix.endsWith("/") ? Util.fixNull(prefix) : prefix + "/";
    }

    @DataBoundSetter
    public void setRepositoryPrefix(String repositoryPrefix) {
        this.repositoryPrefix = Util.fixEmptyAndTrim(repositoryPrefix);
    }

    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** PEM of authorities that are trusted besides the platform's. */
    @CheckForNull
    public String getCaCertificates() {
        return caCertificates;
    }

    @DataBoundSetter
    public void setCaCertificates(String caCertificates) {
        this.caCertificates = Util.fixEmptyAndTrim(caCertificates);
    }

    public boolean isPlainHttp() {
        return plainHttp;
    }

    @DataBoundSetter
    public void setPlainHttp(boolean plainHttp) {
        this.plainHttp = plainHttp;
    }

    /** The name of this registry in images that a cluster pulls; null where it is the host. */
    @CheckForNull
    public String getClusterHost() {
        return clusterHost;
    }

    @DataBoundSetter
    public void setClusterHost(String clusterHost) {
        this.clusterHost = Util.fixEmptyAndTrim(clusterHost);
    }

    /** Of credentials with a certificate and its key, for a registry that asks for one. */
    @CheckForNull
    public String getClientCertificateId() {
        return clientCertificateId;
    }

    @DataBoundSetter
    public void setClientCertificateId(String clientCertificateId) {
        this.clientCertificateId = Util.fixEmptyAndTrim(clientCertificateId);
    }

    /** Requests under way at once at most; fewer while the registry throttles. */
    public int getRequestsAtOnce() {
        return requestsAtOnce;
    }

    @DataBoundSetter
    public void setRequestsAtOnce(int requestsAtOnce) {
        this.requestsAtOnce = requestsAtOnce;
    }

    /** Blobs streamed at once. */
    public int getTransfersAtOnce() {
        return transfersAtOnce;
    }

    @DataBoundSetter
    public void setTransfersAtOnce(int transfersAtOnce) {
        this.transfersAtOnce = transfersAtOnce;
    }

    /** After so long without an answer or a byte, a request is given up. */
    public int getStandstillSeconds() {
        return standstillSeconds;
    }

    @DataBoundSetter
    public void setStandstillSeconds(int standstillSeconds) {
        this.standstillSeconds = standstillSeconds;
    }

    /** A pause that the registry asks for is kept up to this; a longer one is a failure. */
    public int getLongestWaitSeconds() {
        return longestWaitSeconds;
    }

    @DataBoundSetter
    public void setLongestWaitSeconds(int longestWaitSeconds) {
        this.longestWaitSeconds = longestWaitSeconds;
    }

    /** 0 for any size. */
    public int getLargestImageMegabytes() {
        return largestImageMegabytes;
    }

    @DataBoundSetter
    public void setLargestImageMegabytes(int largestImageMegabytes) {
        this.largestImageMegabytes = largestImageMegabytes;
    }

    /** What was configured of it. */
    public Limits limits() {
        return new Limits(
                requestsAtOnce,
                Limits.DEFAULT.documentBytes(),
                Limits.DEFAULT.connectTimeout(),
                Duration.ofSeconds(standstillSeconds),
                Limits.DEFAULT.attempts(),
                Limits.DEFAULT.firstBackoff(),
                Duration.ofSeconds(longestWaitSeconds),
                transfersAtOnce,
                largestImageMegabytes == 0 ? Long.MAX_VALUE : largestImageMegabytes * MEGABYTE);
    }

    /** What older versions saved has no such fields. */
    private Object readResolve() {
        requestsAtOnce = requestsAtOnce == 0 ? Limits.DEFAULT.concurrentRequests() : requestsAtOnce;
        transfersAtOnce = transfersAtOnce == 0 ? Limits.DEFAULT.transfers() : transfersAtOnce;
        standstillSeconds =
                standstillSeconds == 0 ? (int) Limits.DEFAULT.requestTimeout().toSeconds() : standstillSeconds;
        longestWaitSeconds =
                longestWaitSeconds == 0 ? (int) Limits.DEFAULT.longestWait().toSeconds() : longestWaitSeconds;
        return this;
    }

    /** Jobs that may promote images to here by themselves; nobody else may. */
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
        ranges.rule("host", () -> RegistrySettings.checkHost(host))
                .rule("clusterHost", () -> {
                    if (clusterHost != null) {
                        RegistrySettings.checkHost(clusterHost);
                    }
                })
                .whole("requestsAtOnce", requestsAtOnce, 1, MOST_AT_ONCE)
                .whole("transfersAtOnce", transfersAtOnce, 1, MOST_AT_ONCE)
                .whole("standstillSeconds", standstillSeconds, 1)
                .whole("longestWaitSeconds", longestWaitSeconds, 1)
                .whole("largestImageMegabytes", largestImageMegabytes, 0);
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainRegistry")
    public static final class DescriptorImpl extends Descriptor<RegistryConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("registry");
        }

        @POST
        public ListBoxModel doFillRoleItems() {
            Forms.check();
            return Choices.of("role", RegistryRole.class);
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(
                @QueryParameter String credentialsId, @QueryParameter String host) {
            return Forms.credentials(credentialsId, "https://" + host, StandardUsernamePasswordCredentials.class);
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StandardUsernamePasswordCredentials.class);
        }

        @POST
        public FormValidation doCheckName(@QueryParameter String value) {
            return Forms.checkName(value);
        }

        @POST
        public FormValidation doCheckHost(@QueryParameter String value) {
            return Forms.checkRule(
                    () -> RegistrySettings.checkHost(Util.fixNull(value).trim()));
        }

        @POST
        public FormValidation doCheckClusterHost(@QueryParameter String value) {
            String name = Util.fixEmptyAndTrim(value);
            return name == null ? FormValidation.ok() : Forms.checkRule(() -> RegistrySettings.checkHost(name));
        }

        @POST
        public ListBoxModel doFillClientCertificateIdItems(
                @QueryParameter String clientCertificateId, @QueryParameter String host) {
            return Forms.credentials(clientCertificateId, "https://" + host, StandardCertificateCredentials.class);
        }

        @POST
        public FormValidation doCheckClientCertificateId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StandardCertificateCredentials.class);
        }

        @POST
        public FormValidation doCheckRequestsAtOnce(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckTransfersAtOnce(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckStandstillSeconds(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckLongestWaitSeconds(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 1);
        }

        @POST
        public FormValidation doCheckLargestImageMegabytes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }

        @POST
        public FormValidation doTestConnection(
                @QueryParameter String name,
                @QueryParameter String host,
                @QueryParameter String credentialsId,
                @QueryParameter String caCertificates,
                @QueryParameter boolean plainHttp,
                @QueryParameter String clientCertificateId,
                @QueryParameter String testRepository) {
            Forms.checkAdminister();
            RegistryConfiguration registry = new RegistryConfiguration(name, host);
            registry.setCredentialsId(credentialsId);
            registry.setCaCertificates(caCertificates);
            registry.setPlainHttp(plainHttp);
            registry.setClientCertificateId(clientCertificateId);
            return Forms.host().test(registry, Util.fixNull(testRepository).trim());
        }
    }
}
