package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.util.List;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** A configuration as the form, code or a file has it, whatever is wrong with it; {@link Settings#of} tells. */
public final class Draft {
    private List<RegistryConfiguration> registries = List.of();
    private List<EnvironmentConfiguration> environments = List.of();
    private List<CatalogConfiguration> catalogs = List.of();
    private List<TrainConfiguration> trains = List.of();
    private List<WebhookConfiguration> webhooks = List.of();
    private StoreConfiguration store;
    private HistoryConfiguration history;
    private BadgesConfiguration badges;

    /** Lists that are empty in the form are absent in what it sends. */
    @DataBoundConstructor
    public Draft() {
        // Everything may be absent.
    }

    public List<RegistryConfiguration> getRegistries() {
        return registries;
    }

    @DataBoundSetter
    public void setRegistries(List<RegistryConfiguration> registries) {
        this.registries = copy(registries);
    }

    public List<EnvironmentConfiguration> getEnvironments() {
        return environments;
    }

    @DataBoundSetter
    public void setEnvironments(List<EnvironmentConfiguration> environments) {
        this.environments = copy(environments);
    }

    public List<CatalogConfiguration> getCatalogs() {
        return catalogs;
    }

    @DataBoundSetter
    public void setCatalogs(List<CatalogConfiguration> catalogs) {
        this.catalogs = copy(catalogs);
    }

    public List<TrainConfiguration> getTrains() {
        return trains;
    }

    @DataBoundSetter
    public void setTrains(List<TrainConfiguration> trains) {
        this.trains = copy(trains);
    }

    public List<WebhookConfiguration> getWebhooks() {
        return webhooks;
    }

    @DataBoundSetter
    public void setWebhooks(List<WebhookConfiguration> webhooks) {
        this.webhooks = copy(webhooks);
    }

    /** Null: a file in JENKINS_HOME. */
    @CheckForNull
    public StoreConfiguration getStore() {
        return store;
    }

    @DataBoundSetter
    public void setStore(StoreConfiguration store) {
        this.store = store;
    }

    /** Null: for ever. */
    @CheckForNull
    public HistoryConfiguration getHistory() {
        return history;
    }

    @DataBoundSetter
    public void setHistory(HistoryConfiguration history) {
        this.history = history;
    }

    /** Null: nobody without Release/View. */
    @CheckForNull
    public BadgesConfiguration getBadges() {
        return badges;
    }

    @DataBoundSetter
    public void setBadges(BadgesConfiguration badges) {
        this.badges = badges;
    }

    private static <T> List<T> copy(List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    Draft copy() {
        Draft copy = new Draft();
        copy.registries = registries;
        copy.environments = environments;
        copy.catalogs = catalogs;
        copy.trains = trains;
        copy.webhooks = webhooks;
        copy.store = store;
        copy.history = history;
        copy.badges = badges;
        return copy;
    }
}
