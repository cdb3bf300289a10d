package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.catalog.Problem;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.List;
import java.util.stream.Collectors;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** The services of trains and environments, and the registries that hold their images. */
public final class CatalogConfiguration extends AbstractDescribableImpl<CatalogConfiguration> {
    private final String name;
    private final String devRegistry;
    private final String productionRegistry;
    private String yaml = "";

    @Guarded
    private CatalogScm scm;

    @Guarded
    private EvidenceConfiguration evidence;

    @DataBoundConstructor
    public CatalogConfiguration(String name, String devRegistry, String productionRegistry) {
        this.name = Util.fixNull(name).trim();
        this.devRegistry = Util.fixNull(devRegistry).trim();
        this.productionRegistry = Util.fixNull(productionRegistry).trim();
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

    /** The document of docs/catalog.md; empty where it is in SCM. */
    public String getYaml() {
        return Util.fixNull(yaml);
    }

    @DataBoundSetter
    public void setYaml(String yaml) {
        this.yaml = Util.fixNull(yaml);
    }

    /** Where the document is; null: it is {@link #getYaml()}. */
    @CheckForNull
    public CatalogScm getScm() {
        return scm;
    }

    @DataBoundSetter
    public void setScm(CatalogScm scm) {
        this.scm = scm;
    }

    /** What of the contract gate is kept beside images; null: nothing. */
    @CheckForNull
    public EvidenceConfiguration getEvidence() {
        return evidence;
    }

    @DataBoundSetter
    public void setEvidence(EvidenceConfiguration evidence) {
        this.evidence = evidence;
    }

    /** What was read last of the file in SCM, for the page; empty without one. */
    public String getState() {
        return scm == null ? "" : Labels.said(Forms.host().catalogState(name).text());
    }

    /** Why what was read last is not what the file in SCM is now, for the page; empty where it is. */
    public String getProblem() {
        return scm == null ? "" : Labels.said(Forms.host().catalogState(name).problem());
    }

    /** @throws EngineException where it cannot be read as it is configured */
    void check(CatalogReader reader) {
        if (scm == null) {
            reader.read(getYaml());
        } else if (getYaml().isBlank()) {
            scm.check();
        } else {
            throw EngineException.invalid("has its services both as YAML and in SCM; empty one of them");
        }
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainCatalog")
    public static final class DescriptorImpl extends Descriptor<CatalogConfiguration> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("catalog");
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
            if (!Forms.mayConfigure() || Util.fixNull(value).isBlank()) {
                return FormValidation.ok();
            }
            CatalogReader reader = new CatalogReader();
            List<Problem> problems = reader.check(value);
            if (!problems.isEmpty()) {
                return Forms.error(text(problems));
            }
            List<Problem> doubts = reader.doubts(value);
            return doubts.isEmpty() ? FormValidation.ok() : FormValidation.warning(Labels.said(text(doubts)));
        }

        private static String text(List<Problem> problems) {
            return problems.stream().limit(10).map(Problem::toString).collect(Collectors.joining("\n"));
        }

        /** Reads a saved catalog's file anew, in the background, and says what came of it if that is soon. */
        @POST
        public FormValidation doRead(@QueryParameter String name) {
            Forms.check();
            try {
                return FormValidation.ok(Labels.said(Forms.host().read(name)));
            } catch (EngineException e) {
                return Forms.error(e.getMessage());
            }
        }
    }
}
