package io.jenkins.plugins.releasetrain.config;

import hudson.model.Descriptor.FormException;
import hudson.util.FormApply;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration.Overtaken;
import io.jenkins.plugins.releasetrain.labels.Labels;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import net.sf.json.JSONObject;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** {@code …/store/}: what there is but once. */
public final class StorePage extends TabbedPage {
    static final String ADDRESS = "store";
    private static final int CONFLICT = 409;

    private final ReleaseTrainConfiguration configuration;

    StorePage(ReleaseTrainConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public String getDisplayName() {
        return Labels.of("kind.store");
    }

    @Override
    public List<KindPage.Tab> getTabs() {
        return KindPage.tabs(ADDRESS);
    }

    public ReleaseTrainConfiguration getInstance() {
        return configuration;
    }

    /** Of what is shown: it has to be what is saved when this is. */
    public String getVersion() {
        return configuration.version("store", "") + "/" + configuration.version("history", "") + "/"
                + configuration.version("badges", "");
    }

    @RequirePOST
    public void doSave(StaplerRequest2 request, StaplerResponse2 response)
            throws IOException, ServletException, FormException {
        Forms.check();
        JSONObject form = request.getSubmittedForm();
        List<String> numbers = FormNumbers.problems(form);
        if (!numbers.isEmpty()) {
            throw new FormException(Labels.said(String.join("\n", numbers)), ADDRESS);
        }
        try {
            Draft bound = request.bindJSON(Draft.class, form);
            configuration.takeIf(() -> getVersion().equals(form.optString("readVersion")), draft -> {
                draft.setStore(bound.getStore());
                draft.setHistory(bound.getHistory());
                draft.setBadges(bound.getBadges());
            });
        } catch (Settings.Problems e) {
            throw new FormException(Labels.said(e.getMessage()), e, ADDRESS);
        } catch (IllegalArgumentException | LinkageError e) {
            throw new FormException(Labels.said("A value of the form is none that its field can have"), e, ADDRESS);
        } catch (Overtaken e) {
            HttpResponses.errorWithoutStack(CONFLICT, Labels.said(e.getMessage()))
                    .generateResponse(request, response, this);
            return;
        }
        FormApply.success(request.getContextPath() + "/manage/" + ReleaseTrainLink.URL + "/" + ADDRESS + "/")
                .generateResponse(request, response, null);
    }
}
