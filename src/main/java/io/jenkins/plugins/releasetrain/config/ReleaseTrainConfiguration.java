package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.BulkChange;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.XmlFile;
import hudson.model.listeners.SaveableListener;
import hudson.security.Permission;
import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import jenkins.model.GlobalConfiguration;
import jenkins.model.GlobalConfigurationCategory;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.StaplerRequest2;

/**
 * All that an administrator configures, as it is saved. The form, code and scripts change a draft; it becomes the settings
 * as a whole, or not at all.
 */
@Extension
@Symbol("releaseTrain")
public final class ReleaseTrainConfiguration extends GlobalConfiguration implements StaplerProxy {
    private static final Logger LOGGER = Logger.getLogger(ReleaseTrainConfiguration.class.getName());

    private List<RegistryConfiguration> registries = new ArrayList<>();
    private List<EnvironmentConfiguration> environments = new ArrayList<>();
    private List<CatalogConfiguration> catalogs = new ArrayList<>();
    private List<TrainConfiguration> trains = new ArrayList<>();
    private List<WebhookConfiguration> webhooks = new ArrayList<>();
    private StoreConfiguration store;
    private HistoryConfiguration history;
    private BadgesConfiguration badges;
    private final transient Checks checks = new Checks();
    private transient volatile Settings settings;
    private transient ConfigurationParts saved;
    private transient Draft draft;
    private transient BulkChange draftOf;

    public ReleaseTrainConfiguration() {
        load();
        Draft loaded = saved();
        saved = ConfigurationParts.of(loaded);
        try {
            settings = Settings.of(loaded);
        } catch (Settings.Problems e) {
            LOGGER.log(Level.SEVERE, "The configuration cannot be used as it was saved: {0}", e.getMessage());
            settings = Settings.unusable(e);
        }
    }

    /** How what it names answered when it was asked. */
    Checks checks() {
        return checks;
    }

    /** What holds now. */
    public Settings settings() {
        return settings;
    }

    @NonNull
    @Override
    public String getDisplayName() {
        return Labels.of("plugin");
    }

    /** The link's URL, so that configuration as code has it as a root of its own, called by its symbol. */
    @Override
    public String getId() {
        return ReleaseTrainLink.URL;
    }

    /** By the name of the class, as it was always saved. */
    @Override
    protected XmlFile getConfigFile() {
        return new XmlFile(super.getConfigFile()
                .getFile()
                .toPath()
                .resolveSibling(ReleaseTrainConfiguration.class.getName() + ".xml")
                .toFile());
    }

    /** It has a page of its own. */
    @Override
    public String getGlobalConfigPage() {
        return null;
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
        change(d -> d.setRegistries(registries));
    }

    public List<EnvironmentConfiguration> getEnvironments() {
        return List.copyOf(environments);
    }

    @DataBoundSetter
    public void setEnvironments(List<EnvironmentConfiguration> environments) {
        change(d -> d.setEnvironments(environments));
    }

    public List<CatalogConfiguration> getCatalogs() {
        return List.copyOf(catalogs);
    }

    @DataBoundSetter
    public void setCatalogs(List<CatalogConfiguration> catalogs) {
        change(d -> d.setCatalogs(catalogs));
    }

    public List<TrainConfiguration> getTrains() {
        return List.copyOf(trains);
    }

    @DataBoundSetter
    public void setTrains(List<TrainConfiguration> trains) {
        change(d -> d.setTrains(trains));
    }

    public List<WebhookConfiguration> getWebhooks() {
        return List.copyOf(webhooks);
    }

    @DataBoundSetter
    public void setWebhooks(List<WebhookConfiguration> webhooks) {
        change(d -> d.setWebhooks(webhooks));
    }

    /** Null: a file in JENKINS_HOME. */
    @CheckForNull
    public StoreConfiguration getStore() {
        return store;
    }

    @DataBoundSetter
    public void setStore(StoreConfiguration store) {
        change(d -> d.setStore(store));
    }

    /** Null: lists remember for ever. */
    @CheckForNull
    public HistoryConfiguration getHistory() {
        return history;
    }

    @DataBoundSetter
    public void setHistory(HistoryConfiguration history) {
        change(d -> d.setHistory(history));
    }

    /** Null: nobody reads badges without Release/View. */
    @CheckForNull
    public BadgesConfiguration getBadges() {
        return badges;
    }

    @DataBoundSetter
    public void setBadges(BadgesConfiguration badges) {
        change(d -> d.setBadges(badges));
    }

    /** For the page. */
    public String getStoreState() {
        return Labels.said(Forms.host().storeState());
    }

    /** Why what was saved cannot be used, for the page. */
    public List<String> getProblems() {
        return settings.problems().stream().map(Labels::said).toList();
    }

    /** What is said in vain, for the page. */
    public List<String> getDoubts() {
        return ConfigurationDoubts.of(settings).stream().map(Labels::said).toList();
    }

    /** As it is saved, to be changed and {@link #take taken}. */
    synchronized Draft saved() {
        Draft now = new Draft();
        now.setRegistries(registries);
        now.setEnvironments(environments);
        now.setCatalogs(catalogs);
        now.setTrains(trains);
        now.setWebhooks(webhooks);
        now.setStore(store);
        now.setHistory(history);
        now.setBadges(badges);
        return now;
    }

    /**
     * One part by itself. Where it does not fit to the others yet, it waits for them: scripts set one part after the other,
     * in any order, and {@link #save} says what does not fit in the end.
     */
    private synchronized void change(Consumer<Draft> change) {
        change.accept(draft());
        if (BulkChange.contains(this)) {
            return;
        }
        try {
            take(draft);
        } catch (Settings.Problems e) {
            LOGGER.log(Level.WARNING, "Not in force yet, until the rest of it is set: {0}", e.getMessage());
        }
    }

    /** One for each bulk change: what one of them left behind, because it failed before it was saved, is in no other. */
    private Draft draft() {
        BulkChange change = BulkChange.contains(this) ? BulkChange.current() : null;
        if (draft == null || draftOf != change) {
            draft = saved();
            draftOf = change;
        }
        return draft;
    }

    /** Nothing changes where something does not fit. */
    @Override
    public boolean configure(StaplerRequest2 request, JSONObject json) throws FormException {
        List<String> numbers = FormNumbers.problems(json);
        if (!numbers.isEmpty()) {
            throw new FormException(Labels.said(String.join("\n", numbers)), "releaseTrain");
        }
        try {
            take(request.bindJSON(Draft.class, json), true);
        } catch (Settings.Problems e) {
            throw new FormException(Labels.said(e.getMessage()), "releaseTrain");
        } catch (IllegalArgumentException | LinkageError e) {
            // What Stapler throws where a value is none of an enumeration, or a constructor refuses.
            LOGGER.log(Level.FINE, "The form was refused", e);
            throw new FormException(Labels.said("A value of the form is none that its field can have"), "releaseTrain");
        }
        return true;
    }

    /**
     * Takes what a script or configuration as code has set.
     *
     * @throws IllegalArgumentException where something does not fit: all of it; nothing has changed then
     */
    @Override
    public synchronized void save() {
        if (BulkChange.contains(this)) {
            return;
        }
        Draft taken = draft == null ? saved() : draft;
        draft = null;
        try {
            take(taken);
        } catch (Settings.Problems e) {
            throw new IllegalArgumentException(
                    "The configuration of Release Train was not changed:\n" + e.getMessage(), e);
        }
    }

    /**
     * Takes a whole configuration.
     *
     * @throws Settings.Problems where something does not fit; nothing has changed then
     */
    synchronized void take(Draft taken) throws Settings.Problems {
        take(taken, false);
    }

    /** @param written whether it is refused where it cannot be written; code is read again at the next start in any case */
    private synchronized void take(Draft taken, boolean written) throws Settings.Problems {
        Settings next = Settings.of(taken);
        ConfigurationDoubts.of(next).forEach(doubt -> LOGGER.log(Level.WARNING, "Said in vain: {0}", doubt));
        ConfigurationParts parts = ConfigurationParts.of(taken);
        if (!Forms.host().may(Jenkins.ADMINISTER)) {
            List<String> refused = parts.guardedSince(saved);
            if (!refused.isEmpty()) {
                throw new Settings.Problems(refused);
            }
        }
        Draft before = saved();
        hold(taken);
        if (written) {
            write(before);
        } else {
            super.save();
        }
        List<ConfigurationPart> changes = parts.since(saved);
        saved = parts;
        settings = next;
        draft = null;
        ExtensionList.lookup(ConfigurationHost.class).forEach(host -> host.changed(changes));
    }

    private void hold(Draft taken) {
        registries = taken.getRegistries();
        environments = taken.getEnvironments();
        catalogs = taken.getCatalogs();
        trains = taken.getTrains();
        webhooks = taken.getWebhooks();
        store = taken.getStore();
        history = taken.getHistory();
        badges = taken.getBadges();
    }

    /** What people save is on disk or not in force: {@code super.save()} only tells the log, and a restart forgets it. */
    private void write(Draft before) throws Settings.Problems {
        XmlFile file = getConfigFile();
        try {
            file.write(this);
        } catch (IOException e) {
            hold(before);
            LOGGER.log(Level.WARNING, e, () -> file.getFile() + " cannot be written");
            throw new Settings.Problems(
                    List.of("The configuration cannot be written, so nothing was changed; Jenkins' log says why"));
        }
        SaveableListener.fireOnChange(this, file);
    }

    /** What a part was when it is read now; see {@link #takeIf}. */
    synchronized String version(String kind, String name) {
        return saved.version(kind, name);
    }

    /**
     * Takes a change of one part, where nobody else has saved that part since it was read. Everything else stays as it is,
     * and is not bound anew.
     *
     * @param isCurrent whether it still is what was read; asked while nobody else can save
     * @throws Settings.Problems where something does not fit; nothing has changed then
     * @throws Overtaken where somebody else was first; nothing has changed then
     */
    synchronized void takeIf(BooleanSupplier isCurrent, Consumer<Draft> change) throws Settings.Problems, Overtaken {
        if (!isCurrent.getAsBoolean()) {
            throw new Overtaken();
        }
        Draft next = saved();
        change.accept(next);
        take(next, true);
    }

    /** Somebody else has saved meanwhile what was to be changed. */
    static final class Overtaken extends Exception {
        private static final long serialVersionUID = 1;

        Overtaken() {
            super("Somebody else has saved this meanwhile; nothing was changed. Open it again, and do it anew");
        }
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public EnvironmentConfiguration environment(String name) {
        return settings.environment(name);
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public CatalogConfiguration catalog(String name) {
        return settings.catalog(name);
    }

    /** @throws EngineException where there is none of this name; names those that there are */
    public TrainConfiguration train(String name) {
        return settings.train(name);
    }
}
