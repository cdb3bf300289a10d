package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.labels.Labels;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** That what the contract gate says of images is kept beside them in the development registry, and by whom it is signed. */
public final class EvidenceConfiguration extends AbstractDescribableImpl<EvidenceConfiguration> {
    private String credentialsId;

    @DataBoundConstructor
    public EvidenceConfiguration() {
        // everything is optional
    }

    /** Of a secret text with an ECDSA P-256 key in PEM; null: nothing is signed. */
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
    @Symbol("releaseTrainEvidence")
    public static final class DescriptorImpl extends Descriptor<EvidenceConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("catalog.evidence");
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return Forms.credentials(credentialsId, "", StringCredentials.class);
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StringCredentials.class);
        }
    }
}
