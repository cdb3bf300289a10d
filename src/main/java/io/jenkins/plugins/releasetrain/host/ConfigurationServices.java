package io.jenkins.plugins.releasetrain.host;

import com.cloudbees.plugins.credentials.common.IdCredentials;
import hudson.Extension;
import hudson.model.ItemGroup;
import hudson.security.Permission;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.config.ConfigurationHost;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.history.Texts;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Sentences;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jvnet.localizer.LocaleProvider;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What the configuration asks of the rest. */
@Extension
@Restricted(NoExternalUse.class)
public final class ConfigurationServices implements ConfigurationHost {
    private static Controller controller() {
        return ReleaseService.get().controller();
    }

    @Override
    public boolean may(Permission permission) {
        return controller().may(permission);
    }

    @Override
    public void check(Permission permission) {
        controller().check(permission);
    }

    @Override
    public ItemGroup<?> root() {
        return controller().root();
    }

    @Override
    public boolean hasCredentials(String id, Class<? extends IdCredentials> type) {
        return new JenkinsCredentials(controller()).system(id, type).isPresent();
    }

    @Override
    public String storeState() {
        return ReleaseService.get().health().storeState();
    }

    @Override
    public List<Finding> health() {
        Sentences engine = new Sentences(Texts.of(LocaleProvider.getLocale()).sentences().stream()
                .map(Texts.Sentence::line)
                .collect(Collectors.joining("\n")));
        return ReleaseService.get().health().findings().stream()
                .map(f -> new Finding(f.area(), f.name(), f.well(), engine.said(f.text()), f.since()))
                .toList();
    }

    @Override
    public boolean isUsed() {
        try {
            Map<String, Long> streams = ReleaseService.get().store().versions("");
            return streams.keySet().stream().anyMatch(s -> s.startsWith("train/") || s.startsWith("lane/"));
        } catch (EngineException e) {
            return true;
        }
    }

    @Override
    public Clock clock() {
        return ReleaseService.get().clock();
    }

    @Override
    public CatalogState catalogState(String catalog) {
        Catalogs.Status status = ReleaseService.get().catalogs().status(catalog);
        return new CatalogState(status.text(), status.problem());
    }

    @Override
    public FormValidation test(RegistryConfiguration registry, String repository) {
        return ReleaseService.get().connectionTests().registry(registry, repository);
    }

    @Override
    public FormValidation test(EnvironmentConfiguration environment) {
        return ReleaseService.get().connectionTests().environment(environment);
    }

    @Override
    public List<FormValidation> testRegistries(List<RegistryConfiguration> registries) {
        return ReleaseService.get().connectionTests().registries(registries);
    }

    @Override
    public List<FormValidation> testEnvironments(List<EnvironmentConfiguration> environments) {
        return ReleaseService.get().connectionTests().environments(environments);
    }

    @Override
    public FormValidation draftCatalog(EnvironmentConfiguration environment) {
        return ReleaseService.get().connectionTests().draft(environment);
    }

    @Override
    public FormValidation test(StoreConfiguration store) {
        return ReleaseService.get().connectionTests().store(store);
    }

    @Override
    public FormValidation copyFileTo(StoreConfiguration store) {
        return ReleaseService.get()
                .connectionTests()
                .copyFileTo(store, controller().directory());
    }

    @Override
    public String read(String catalog) {
        return ReleaseService.get().connectionTests().read(catalog);
    }

    @Override
    public void changed(List<ConfigurationPart> parts) {
        ReleaseService.get().reconfigured(parts);
    }
}
