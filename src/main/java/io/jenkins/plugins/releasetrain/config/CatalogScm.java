package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.Arrays;
import java.util.List;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.SCMSourceDescriptor;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** Where a catalog is that is kept in SCM: one file, read without a workspace. */
public final class CatalogScm extends AbstractDescribableImpl<CatalogScm> {
    static final String PATH = "catalog.yaml";
    static final int MINUTES = 5;

    private final SCMSource source;
    private final String version;
    private String path = PATH;
    private int minutes = MINUTES;

    @DataBoundConstructor
    public CatalogScm(SCMSource source, String version) {
        this.source = source;
        this.version = Util.fixNull(version).trim();
    }

    @CheckForNull
    public SCMSource getSource() {
        return source;
    }

    /** A branch, or whatever else the SCM takes for a version. */
    public String getVersion() {
        return version;
    }

    /** From the root of the repository. */
    public String getPath() {
        return path;
    }

    @DataBoundSetter
    public void setPath(String path) {
        String given = Util.fixEmptyAndTrim(path);
        this.path = given == null ? PATH : given;
    }

    /** Between two looks at it; 0: only when somebody asks. */
    public int getMinutes() {
        return minutes;
    }

    @DataBoundSetter
    public void setMinutes(int minutes) {
        this.minutes = minutes;
    }

    /** @throws EngineException where it cannot be read as it is configured; nothing is asked of the SCM for that */
    void check() {
        if (source == null) {
            throw EngineException.invalid("choose the SCM that has the file");
        }
        if (!SCMFileSystem.supports(source)) {
            throw EngineException.invalid(
                    "this SCM cannot give single files without a workspace: its plugin has no file system support"
                            + " (lightweight checkout); choose another, or write the services down as YAML");
        }
        if (version.isEmpty()) {
            throw EngineException.invalid("name the branch that has the file, as in 'main'");
        }
        checkPath(path);
        if (minutes < 0) {
            throw EngineException.invalid("minutes is " + minutes + ", but can be 0 at least");
        }
    }

    private static void checkPath(String path) {
        if (path.startsWith("/") || Arrays.asList(path.split("/")).contains("..")) {
            throw EngineException.invalid("path '" + path
                    + "' does not lead from the repository's root to a file in it, as in '" + PATH + "'");
        }
    }

    /** The form's helper. */
    @Extension
    @Symbol("releaseTrainCatalogScm")
    public static final class DescriptorImpl extends Descriptor<CatalogScm> {
        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("catalog.scm");
        }

        /** Of those plugins that can give a file without a workspace. */
        public List<SCMSourceDescriptor> getSourceDescriptors() {
            Forms.check();
            return ExtensionList.lookup(SCMSourceDescriptor.class).stream()
                    .filter(SCMFileSystem::supports)
                    .toList();
        }

        @POST
        public FormValidation doCheckVersion(@QueryParameter String value) {
            return Forms.checkRule(() -> {
                if (Util.fixNull(value).isBlank()) {
                    throw EngineException.invalid("A branch, as in 'main'");
                }
            });
        }

        @POST
        public FormValidation doCheckPath(@QueryParameter String value) {
            return Forms.checkRule(() -> checkPath(Util.fixNull(value).trim()));
        }

        @POST
        public FormValidation doCheckMinutes(@QueryParameter String value) {
            return Forms.checkAtLeast(value, 0);
        }
    }
}
