package io.jenkins.plugins.releasetrain.config;

import com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.security.Access;
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
    private final String name;
    private final String host;
    private RegistryRole role = RegistryRole.DEV;
    private String repositoryPrefix;
    private String credentialsId;
    private String caCertificates;
    private boolean plainHttp;
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

    /** @throws EngineException where a field does not fit */
    void check() {
        checkHost(host);
    }

    private static void checkHost(String value) {
        if (value.isBlank() || !value.matches("[A-Za-z0-9._\\[\\]:-]+")) {
            throw EngineException.invalid("Host, or host:port, without scheme and path");
        }
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainRegistry")
    public static final class DescriptorImpl extends Descriptor<RegistryConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Registry";
        }

        @POST
        public ListBoxModel doFillRoleItems() {
            Forms.check();
            ListBoxModel items = new ListBoxModel();
            for (RegistryRole role : RegistryRole.values()) {
                items.add(role.getDisplayName(), role.name());
            }
            return items;
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
            return Forms.checkRule(() -> checkHost(Util.fixNull(value).trim()));
        }

        @POST
        public FormValidation doTestConnection(
                @QueryParameter String name,
                @QueryParameter String host,
                @QueryParameter String credentialsId,
                @QueryParameter String caCertificates,
                @QueryParameter boolean plainHttp) {
            Forms.checkAdminister();
            RegistryConfiguration registry = new RegistryConfiguration(name, host);
            registry.setCredentialsId(credentialsId);
            registry.setCaCertificates(caCertificates);
            registry.setPlainHttp(plainHttp);
            return Forms.host().test(registry);
        }
    }
}
