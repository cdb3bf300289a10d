package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.catalog.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** The services of trains and environments, and the registries that hold their images. */
public final class CatalogConfiguration extends AbstractDescribableImpl<CatalogConfiguration> {
    private final String name;
    private final String devRegistry;
    private final String productionRegistry;
    private final String yaml;

    @DataBoundConstructor
    public CatalogConfiguration(String name, String devRegistry, String productionRegistry, String yaml) {
        this.name = Util.fixNull(name).trim();
        this.devRegistry = Util.fixNull(devRegistry).trim();
        this.productionRegistry = Util.fixNull(productionRegistry).trim();
        this.yaml = Util.fixNull(yaml);
    }

    public String getName() {
        return name;
    }

    /** Name of a registry of this configuration. */
    public String getDevRegistry() {
        return devRegistry;
    }

    /** Name of a registry of this configuration. */
    public String getProductionRegistry() {
        return productionRegistry;
    }

    /** The document of docs/catalog.md. */
    public String getYaml() {
        return yaml;
    }

    /** The form's helper. */
    @Extension
    @Symbol("catalog")
    public static final class DescriptorImpl extends Descriptor<CatalogConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Catalog";
        }

        @POST
        public FormValidation doCheckName(@QueryParameter String value) {
            return Forms.checkName(value);
        }

        @POST
        public ListBoxModel doFillDevRegistryItems(@QueryParameter String devRegistry) {
            return Forms.names(ReleaseTrainConfiguration::getRegistries, RegistryConfiguration::getName, devRegistry);
        }

        @POST
        public ListBoxModel doFillProductionRegistryItems(@QueryParameter String productionRegistry) {
            return Forms.names(
                    ReleaseTrainConfiguration::getRegistries, RegistryConfiguration::getName, productionRegistry);
        }

        @POST
        public FormValidation doCheckYaml(@QueryParameter String value) {
            if (!Forms.mayConfigure()) {
                return FormValidation.ok();
            }
            List<Problem> problems = new CatalogReader().check(value);
            return problems.isEmpty()
                    ? FormValidation.ok()
                    : FormValidation.error(
                            problems.stream().limit(10).map(Problem::toString).collect(Collectors.joining("\n")));
        }
    }
}
