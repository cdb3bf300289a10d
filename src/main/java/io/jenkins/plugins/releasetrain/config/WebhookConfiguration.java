package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.webhook.Endpoint;
import io.jenkins.plugins.releasetrain.engine.webhook.Kind;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Another system that is told what happens, by HTTP. */
@Guarded
public final class WebhookConfiguration extends AbstractDescribableImpl<WebhookConfiguration> {
    private final String name;
    /** Slack, Teams and Discord let in whoever knows it. */
    private final Secret url;

    private final String credentialsId;
    private String events;
    private boolean privateJobs;

    @DataBoundConstructor
    public WebhookConfiguration(String name, Secret url, String credentialsId) {
        this.name = Util.fixNull(name).trim();
        this.url = url;
        this.credentialsId = Util.fixNull(credentialsId).trim();
    }

    public String getName() {
        return name;
    }

    public Secret getUrl() {
        return url;
    }

    /** Of the secret text that deliveries are signed with. */
    public String getCredentialsId() {
        return credentialsId;
    }

    /** Names separated by commas; null: all. */
    @CheckForNull
    public String getEvents() {
        return events;
    }

    @DataBoundSetter
    public void setEvents(String events) {
        this.events = Util.fixEmptyAndTrim(events);
    }

    /** Whether it is told of jobs, too, that not everybody who is signed in may read. */
    public boolean isPrivateJobs() {
        return privateJobs;
    }

    @DataBoundSetter
    public void setPrivateJobs(boolean privateJobs) {
        this.privateJobs = privateJobs;
    }

    /** @throws EngineException where a name, the URL or an event does not fit */
    public Endpoint endpoint(Supplier<String> secret) {
        if (credentialsId.isEmpty()) {
            throw EngineException.invalid("Webhook '" + name + "' needs credentials to sign with: a secret text");
        }
        try {
            return new Endpoint(
                    name, URI.create(url == null ? "" : url.getPlainText().trim()), secret, kinds(events));
        } catch (IllegalArgumentException e) {
            throw EngineException.invalid("The URL of webhook '" + name + "' is not a URL");
        }
    }

    private static Set<Kind> kinds(String names) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String one : Util.fixNull(names).split(",")) {
            String wanted = one.strip().toUpperCase(Locale.ROOT).replace(' ', '_');
            if (!wanted.isEmpty()) {
                kinds.add(Arrays.stream(Kind.values())
                        .filter(k -> k.name().equals(wanted))
                        .findFirst()
                        .orElseThrow(() -> EngineException.invalid("Unknown event '" + one.strip() + "'; known are "
                                + Arrays.toString(Kind.values()).toLowerCase(Locale.ROOT))));
            }
        }
        return kinds.isEmpty() ? EnumSet.allOf(Kind.class) : kinds;
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainWebhook")
    public static final class DescriptorImpl extends Descriptor<WebhookConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("webhook");
        }

        @POST
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return Forms.credentials(credentialsId, "", StringCredentials.class);
        }

        @POST
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            return Forms.checkCredentials(value, StringCredentials.class);
        }

        @POST
        public FormValidation doCheckName(@QueryParameter String value) {
            return Forms.checkName(value);
        }

        @POST
        public FormValidation doCheckUrl(@QueryParameter String value) {
            return Forms.checkRule(
                    () -> new WebhookConfiguration("this one", Secret.fromString(value), "any").endpoint(() -> ""));
        }

        @POST
        public FormValidation doCheckEvents(@QueryParameter String value) {
            return Forms.checkRule(() -> kinds(value));
        }
    }
}
