package io.jenkins.plugins.releasetrain.config;

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

    @RequirePOST
    public void doConfigure(StaplerRequest2 request, StaplerResponse2 response)
            throws IOException, ServletException, FormException {
        Forms.check();
        JSONObject form = request.getSubmittedForm();
        getConfiguration().configure(request, form);
        FormApply.success(request.getContextPath() + "/manage/" + getUrlName() + "/")
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
