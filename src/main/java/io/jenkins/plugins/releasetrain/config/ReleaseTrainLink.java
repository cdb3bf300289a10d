package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.model.Descriptor.FormException;
import hudson.model.ManagementLink;
import hudson.security.Permission;
import hudson.util.FormApply;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import jakarta.servlet.ServletException;
import java.io.IOException;
import net.sf.json.JSONObject;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** The configuration page under Manage Jenkins. */
@Extension
public final class ReleaseTrainLink extends ManagementLink {
    @Override
    public String getIconFileName() {
        return "symbol-cube";
    }

    @Override
    public String getDisplayName() {
        return "Release Train";
    }

    @Override
    public String getDescription() {
        return "Registries, environments, trains and the store";
    }

    @Override
    public String getUrlName() {
        return "release-train";
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
        FormApply.success(request.getContextPath() + "/manage").generateResponse(request, response, null);
    }
}
