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
import io.jenkins.plugins.releasetrain.host.ConnectionTests;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** A database of its own for the store; without one, it is a file in JENKINS_HOME. */
public final class StoreConfiguration extends AbstractDescribableImpl<StoreConfiguration> {
    private final String jdbcUrl;
    private String credentialsId;

    @DataBoundConstructor
    public StoreConfiguration(String jdbcUrl) {
        this.jdbcUrl = Util.fixNull(jdbcUrl).trim();
    }

    /** Without a password. */
    public String getJdbcUrl() {
        return jdbcUrl;
    }

    @CheckForNull
    public String getCredentialsId() {
        return credentialsId;
    }

    @DataBoundSetter
    public void setCredentialsId(String credentialsId) {
        this.credentialsId = Util.fixEmptyAndTrim(credentialsId);
    }

    /** The form's helper. */
    @Extension
    @Symbol("store")
    public static final class DescriptorImpl extends Descriptor<StoreConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Database";
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return Forms.credentials(credentialsId, StandardUsernamePasswordCredentials.class);
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StandardUsernamePasswordCredentials.class);
        }

        @POST
        public FormValidation doCheckJdbcUrl(@QueryParameter String value) {
            return Forms.mayConfigure() ? ConnectionTests.jdbcUrl(value) : FormValidation.ok();
        }

        @POST
        public FormValidation doTestConnection(@QueryParameter String jdbcUrl, @QueryParameter String credentialsId) {
            Forms.check();
            StoreConfiguration store = new StoreConfiguration(jdbcUrl);
            store.setCredentialsId(credentialsId);
            return ConnectionTests.store(store);
        }
    }
}
