package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.BulkChange;
import hudson.Extension;
import hudson.ExtensionList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.GlobalConfiguration;
import jenkins.model.GlobalConfigurationCategory;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.StaplerProxy;

/** Reads configuration as code from when it was below {@code releases:}, and says that it is {@code releaseTrain:} now. */
@Extension
@Symbol("releaseTrain")
public final class OldReleases extends GlobalConfiguration implements StaplerProxy {
    private static final Logger LOGGER = Logger.getLogger(OldReleases.class.getName());

    private transient Draft draft;

    @NonNull
    @Override
    public GlobalConfigurationCategory getCategory() {
        return GlobalConfigurationCategory.get(ReleaseTrainCategory.class);
    }

    /** None, but what has no page is not read from code. */
    @Override
    public String getGlobalConfigPage() {
        return "none.jelly";
    }

    /** Nothing of it is for the web; who may configure is led on to the category that it is in, as by any configuration. */
    @Override
    public Object getTarget() {
        Forms.check();
        return this;
    }

    private static ReleaseTrainConfiguration configuration() {
        return ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
    }

    private synchronized Draft draft() {
        if (draft == null) {
            draft = configuration().saved();
        }
        return draft;
    }

    /** Null, like all that is read here: it is exported where it is now. */
    @CheckForNull
    public List<RegistryConfiguration> getRegistries() {
        return null;
    }

    @DataBoundSetter
    public void setRegistries(List<RegistryConfiguration> registries) {
        draft().setRegistries(registries);
    }

    @CheckForNull
    public List<EnvironmentConfiguration> getEnvironments() {
        return null;
    }

    @DataBoundSetter
    public void setEnvironments(List<EnvironmentConfiguration> environments) {
        draft().setEnvironments(environments);
    }

    @CheckForNull
    public List<CatalogConfiguration> getCatalogs() {
        return null;
    }

    @DataBoundSetter
    public void setCatalogs(List<CatalogConfiguration> catalogs) {
        draft().setCatalogs(catalogs);
    }

    @CheckForNull
    public List<TrainConfiguration> getTrains() {
        return null;
    }

    @DataBoundSetter
    public void setTrains(List<TrainConfiguration> trains) {
        draft().setTrains(trains);
    }

    @CheckForNull
    public List<WebhookConfiguration> getWebhooks() {
        return null;
    }

    @DataBoundSetter
    public void setWebhooks(List<WebhookConfiguration> webhooks) {
        draft().setWebhooks(webhooks);
    }

    @CheckForNull
    public StoreConfiguration getStore() {
        return null;
    }

    @DataBoundSetter
    public void setStore(StoreConfiguration store) {
        draft().setStore(store);
    }

    /** @throws IllegalArgumentException where something does not fit: all of it; nothing has changed then */
    @Override
    public synchronized void save() {
        if (draft == null || BulkChange.contains(this)) {
            return;
        }
        Draft taken = draft;
        draft = null;
        LOGGER.log(
                Level.WARNING,
                "Configuration as code has 'releases: releaseTrain:'; write 'releaseTrain:' at the top instead");
        try {
            configuration().take(taken);
        } catch (Settings.Problems e) {
            throw new IllegalArgumentException(
                    "The configuration of Release Train was not changed:\n" + e.getMessage(), e);
        }
    }
}
