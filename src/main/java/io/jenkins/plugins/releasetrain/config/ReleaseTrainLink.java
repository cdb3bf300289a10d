package io.jenkins.plugins.releasetrain.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.model.Descriptor.FormException;
import hudson.model.ManagementLink;
import hudson.security.Permission;
import hudson.util.FormApply;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.sf.json.JSONObject;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** The configuration page under Manage Jenkins. */
@Extension
public final class ReleaseTrainLink extends ManagementLink {
    static final String URL = "release-train";
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int TOO_LARGE = 413;
    private static final int LARGEST_CODE = 5_000_000;

    @Override
    public String getIconFileName() {
        return "symbol-cube";
    }

    @Override
    public String getDisplayName() {
        return Labels.of("plugin");
    }

    @Override
    public String getDescription() {
        return Labels.of("plugin.description");
    }

    @Override
    public String getUrlName() {
        return URL;
    }

    @NonNull
    @Override
    public Permission getRequiredPermission() {
        return ReleasePermissions.CONFIGURE;
    }

    @NonNull
    @Override
    public Category getCategory() {
        return Category.CONFIGURATION;
    }

    /** For the page. */
    public ReleaseTrainConfiguration getConfiguration() {
        Forms.check();
        return ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
    }

    /** A table for each kind of entry, and the store; null, which is not found, for anything else. */
    @CheckForNull
    public Object getDynamic(String address) {
        Forms.check();
        if (StorePage.ADDRESS.equals(address)) {
            return new StorePage(getConfiguration());
        }
        if (HealthPage.ADDRESS.equals(address)) {
            return new HealthPage(getConfiguration());
        }
        return EntryKind.of(address)
                .map(kind -> new KindPage(getConfiguration(), kind))
                .orElse(null);
    }

    /** What the page begins with. */
    public KindPage getFirst() {
        return new KindPage(getConfiguration(), EntryKind.TRAINS);
    }

    /**
     * Says of a configuration as code what would keep it from being taken, and changes nothing: a list of {@code {path, line,
     * problem}} as JSON, which is empty where it would be taken.
     */
    @RequirePOST
    public void doCheck(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        Forms.check();
        byte[] yaml = request.getInputStream().readNBytes(LARGEST_CODE + 1);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json;charset=UTF-8");
        if (yaml.length > LARGEST_CODE) {
            response.setStatus(TOO_LARGE);
            return;
        }
        List<Map<String, Object>> found = new ArrayList<>();
        YamlCheck.of(
                        new String(yaml, StandardCharsets.UTF_8),
                        json -> request.bindJSON(Draft.class, JSONObject.fromObject(json)))
                .forEach(p -> found.add(Map.of("path", p.path(), "line", p.line(), "problem", p.message())));
        response.getOutputStream().write(new ObjectMapper().writeValueAsBytes(found));
    }

    /** All of it at once. */
    @RequirePOST
    public void doConfigure(StaplerRequest2 request, StaplerResponse2 response)
            throws IOException, ServletException, FormException {
        Forms.check();
        JSONObject form = request.getSubmittedForm();
        getConfiguration().configure(request, form);
        FormApply.success(request.getContextPath() + "/manage/" + getUrlName() + "/all")
                .generateResponse(request, response, null);
    }

    /** Has a catalog's file in SCM read now, as after a push: 404 where there is none, 409 where it has problems. */
    @RequirePOST
    public HttpResponse doRead(@QueryParameter String catalog) {
        Forms.check();
        try {
            Forms.host().read(Util.fixNull(catalog));
            return HttpResponses.ok();
        } catch (EngineException e) {
            return HttpResponses.errorWithoutStack(
                    e.kind() == FailureKind.NOT_FOUND ? NOT_FOUND : CONFLICT, e.getMessage());
        }
    }
}
