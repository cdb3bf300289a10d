package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.BulkChange;
import hudson.Extension;
import hudson.security.Permission;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import jenkins.model.GlobalConfiguration;
import jenkins.model.GlobalConfigurationCategory;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.StaplerRequest2;

/** All that an administrator configures. */
@Extension
@Symbol("releaseTrain")
public final class ReleaseTrainConfiguration extends GlobalConfiguration implements StaplerProxy {
    private List<RegistryConfiguration> registries = new ArrayList<>();
    private List<EnvironmentConfiguration> environments = new ArrayList<>();
    private List<CatalogConfiguration> catalogs = new ArrayList<>();
    private List<TrainConfiguration> trains = new ArrayList<>();
    private List<WebhookConfiguration> webhooks = new ArrayList<>();
    private StoreConfiguration store;
    private transient ConfigurationParts saved;

    public ReleaseTrainConfiguration() {
        load();
        saved = ConfigurationParts.of(this);
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return "Release Train";
    }

    @NonNull
    @Override
    public GlobalConfigurationCategory getCategory() {
        return GlobalConfigurationCategory.get(ReleaseTrainCategory.class);
    }

    @NonNull
    @Override
    public Permission getRequiredGlobalConfigPagePermission() {
        return ReleasePermissions.CONFIGURE;
    }

    /** Descriptors can be reached by URL, and so could all that this one holds. */
    @Override
    public Object getTarget() {
        Forms.check();
        return this;
    }

    public List<RegistryConfiguration> getRegistries() {
        return List.copyOf(registries);
    }

    @DataBoundSetter
    public void setRegistries(List<RegistryConfiguration> registries) {
        this.registries = new ArrayList<>(registries);
        save();
    }

    public List<EnvironmentConfiguration> getEnvironments() {
        return List.copyOf(environments);
    }

    @DataBoundSetter
    public void setEnvironments(List<EnvironmentConfiguration> environments) {
        this.environments = new ArrayList<>(environments);
        save();
    }

    public List<CatalogConfiguration> getCatalogs() {
        return List.copyOf(catalogs);
    }

    @DataBoundSetter
    public void setCatalogs(List<CatalogConfiguration> catalogs) {
        this.catalogs = new ArrayList<>(catalogs);
        save();
    }

    public List<TrainConfiguration> getTrains() {
        return List.copyOf(trains);
    }

    @DataBoundSetter
    public void setTrains(List<TrainConfiguration> trains) {
        this.trains = new ArrayList<>(trains);
        save();
    }

    public List<WebhookConfiguration> getWebhooks() {
        return List.copyOf(webhooks);
    }

    @DataBoundSetter
    public void setWebhooks(List<WebhookConfiguration> webhooks) {
        this.webhooks = new ArrayList<>(webhooks);
        save();
    }

    /** Null: a file in JENKINS_HOME. */
    @CheckForNull
    public StoreConfiguration getStore() {
        return store;
    }

    /** For the page. */
    public String getStoreState() {
        return ReleaseService.get().storeState();
    }

    @DataBoundSetter
    public void setStore(StoreConfiguration store) {
        this.store = store;
        save();
    }

    /** Lists that are empty in the form are absent in what it sends. Nothing changes where something does not fit. */
    @Override
    public boolean configure(StaplerRequest2 request, JSONObject json) throws FormException {
        State before = new State(registries, environments, catalogs, trains, webhooks, store);
        try (BulkChange change = new BulkChange(this)) {
            restore(new State(List.of(), List.of(), List.of(), List.of(), List.of(), null));
            request.bindJSON(this, json);
            List<String> problems = ConfigurationRules.problems(this);
            if (!problems.isEmpty()) {
                restore(before);
                throw new FormException(String.join("\n", problems), "releaseTrain");
            }
            change.commit();
        } catch (IOException e) {
            restore(before);
            throw new FormException("The configuration could not be saved: " + e.getMessage(), e, "releaseTrain");
        }
        return true;
    }

    private record State(
            List<RegistryConfiguration> registries,
            List<EnvironmentConfiguration> environments,
            List<CatalogConfiguration> catalogs,
            List<TrainConfiguration> trains,
            List<WebhookConfiguration> webhooks,
            StoreConfiguration store) {}

    private void restore(State state) {
        registries = state.registries();
        environments = state.environments();
        catalogs = state.catalogs();
        trains = state.trains();
        webhooks = state.webhooks();
        store = state.store();
    }

    @Override
    public synchronized void save() {
        if (BulkChange.contains(this)) {
            return;
        }
        super.save();
        ConfigurationParts before = saved;
        saved = ConfigurationParts.of(this);
        ReleaseService.reconfigured(saved.since(before));
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public RegistryConfiguration registry(String name) {
        return find("registry", registries, RegistryConfiguration::getName, name);
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public EnvironmentConfiguration environment(String name) {
        return find("environment", environments, EnvironmentConfiguration::getName, name);
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public CatalogConfiguration catalog(String name) {
        return find("catalog", catalogs, CatalogConfiguration::getName, name);
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public TrainConfiguration train(String name) {
        return find("train", trains, TrainConfiguration::getName, name);
    }

    private static <T> T find(String what, List<T> list, Function<T, String> nameOf, String name) {
        Optional<T> found =
                list.stream().filter(t -> nameOf.apply(t).equals(name)).findFirst();
        return found.orElseThrow(() -> EngineException.invalid("Unknown " + what + " '" + name + "'; configured are "
                + (list.isEmpty()
                        ? "none"
                        : String.join(", ", list.stream().map(nameOf).toList()))
                + " (Manage Jenkins » Release Train)"));
    }
}
