package io.jenkins.plugins.releasetrain.config;

import hudson.Extension;
import io.jenkins.plugins.releasetrain.labels.Labels;
import jenkins.model.GlobalConfigurationCategory;
import org.jenkinsci.Symbol;

/** Keeps the configuration on a page of its own and out of the long system page. */
@Extension
@Symbol("releases")
public final class ReleaseTrainCategory extends GlobalConfigurationCategory {
    @Override
    public String getShortDescription() {
        return "Registries, environments, trains and the store of Release Train";
    }

    @Override
    public String getDisplayName() {
        return Labels.of("plugin");
    }
}
