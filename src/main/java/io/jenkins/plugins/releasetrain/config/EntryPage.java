package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.Descriptor.FormException;
import hudson.util.FormApply;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration.Overtaken;
import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.labels.Labels;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import net.sf.json.JSONObject;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** {@code …/trains/shop/}: one entry by itself. Saving it binds and changes this one only. */
public final class EntryPage extends TabbedPage {
    private static final int CONFLICT = 409;

    private final ReleaseTrainConfiguration configuration;
    private final EntryKind kind;
    /** As it is saved; empty for a new one. */
    private final String name;

    private final Optional<Object> entry;
    private final String version;
    private List<String> problems = List.of();
    private List<String> changes = List.of();

    private EntryPage(ReleaseTrainConfiguration configuration, EntryKind kind, String name, Optional<Object> entry) {
        this.configuration = configuration;
        this.kind = kind;
        this.name = name;
        this.entry = entry;
        this.version = configuration.version(kind.noun(), name);
    }

    /** Null where there is none. */
    @CheckForNull
    static EntryPage of(ReleaseTrainConfiguration configuration, EntryKind kind, String name) {
        Optional<Object> entry = kind.find(configuration.saved(), name);
        return entry.isEmpty() ? null : new EntryPage(configuration, kind, name, entry);
    }

    /** @param from whose values it begins with; empty for the usual ones */
    static EntryPage create(ReleaseTrainConfiguration configuration, EntryKind kind, String from) {
        return new EntryPage(configuration, kind, "", kind.find(configuration.saved(), from));
    }

    @Override
    public String getDisplayName() {
        return name.isEmpty() ? Labels.of("entry.new") : name;
    }

    @Override
    public List<KindPage.Tab> getTabs() {
        return KindPage.tabs(kind.key());
    }

    /** Below the page of the configuration. */
    public String getAddress() {
        return kind.key() + "/" + (name.isEmpty() ? KindPage.NEW : name);
    }

    public String getName() {
        return name;
    }

    public String getKind() {
        return kind.key();
    }

    /** For the form; null for a new one. */
    @CheckForNull
    public Object getInstance() {
        return entry.orElse(null);
    }

    /** Of the descriptor that has the form. */
    public String getType() {
        return kind.type().getName();
    }

    /** Of what is shown: it has to be the one that is saved when this is. */
    public String getVersion() {
        return version;
    }

    public String getUsers() {
        return String.join(", ", kind.users(configuration.saved(), name));
    }

    /** As code; empty for a new one. */
    public String getYaml() {
        return name.isEmpty() ? "" : entry.map(e -> EntryYaml.of(kind, e)).orElse("");
    }

    /** Names of the fields that differ from the default, as the form has them; for a new one none. */
    public String getDiffering() {
        return String.join(" ", differing());
    }

    /** The same for people. */
    public List<String> getDifferences() {
        return differing();
    }

    private List<String> differing() {
        return name.isEmpty() ? List.of() : entry.map(EntryYaml::differing).orElse(List.of());
    }

    /** Of a trial: why it would not be taken. */
    public List<String> getProblems() {
        return problems;
    }

    /** Of a trial: what would be another one. */
    public List<String> getChanges() {
        return changes;
    }

    @RequirePOST
    public void doSave(StaplerRequest2 request, StaplerResponse2 response)
            throws IOException, ServletException, FormException {
        Forms.check();
        JSONObject form = request.getSubmittedForm();
        Object next = bind(request, form);
        try {
            configuration.takeIf(isCurrent(form.optString("readVersion")), draft -> kind.put(draft, name, next));
        } catch (Settings.Problems e) {
            throw new FormException(Labels.said(e.getMessage()), e, kind.key());
        } catch (Overtaken e) {
            HttpResponses.errorWithoutStack(CONFLICT, Labels.said(e.getMessage()))
                    .generateResponse(request, response, this);
            return;
        }
        FormApply.success(request.getContextPath() + "/manage/" + ReleaseTrainLink.URL + "/" + kind.key() + "/"
                        + kind.nameOf(next) + "/")
                .generateResponse(request, response, null);
    }

    /** What saving it would change, and what keeps it from being saved; changes nothing. */
    @RequirePOST
    public void doTry(StaplerRequest2 request, StaplerResponse2 response)
            throws IOException, ServletException, FormException {
        Forms.check();
        Object next = bind(request, request.getSubmittedForm());
        Draft before = configuration.saved();
        Draft after = configuration.saved();
        kind.put(after, name, next);
        try {
            Settings.of(after);
        } catch (Settings.Problems e) {
            problems = e.all().stream().map(Labels::said).toList();
        }
        changes = ConfigurationParts.of(after).since(ConfigurationParts.of(before)).stream()
                .map(EntryPage::told)
                .toList();
        request.getView(this, "tried").forward(request, response);
    }

    private static String told(ConfigurationPart part) {
        return part.kind() + " " + part.name() + ": " + Labels.of("change." + part.change())
                + (part.fields().isEmpty() ? "" : ": " + String.join(", ", part.fields()));
    }

    /** Refused while something else needs it, or where somebody has changed it since it was read. */
    @RequirePOST
    public HttpResponse doDelete(@QueryParameter String readVersion) throws FormException {
        Forms.check();
        List<String> users = kind.users(configuration.saved(), name);
        if (!users.isEmpty()) {
            return HttpResponses.errorWithoutStack(
                    CONFLICT,
                    Labels.said("'" + name + "' is used by " + String.join(", ", users) + "; nothing was changed"));
        }
        try {
            configuration.takeIf(isCurrent(readVersion), draft -> kind.remove(draft, name));
        } catch (Settings.Problems e) {
            throw new FormException(Labels.said(e.getMessage()), e, kind.key());
        } catch (Overtaken e) {
            return HttpResponses.errorWithoutStack(CONFLICT, Labels.said(e.getMessage()));
        }
        return HttpResponses.redirectTo("../");
    }

    private java.util.function.BooleanSupplier isCurrent(String read) {
        return () -> configuration.version(kind.noun(), name).equals(read == null ? "" : read);
    }

    private Object bind(StaplerRequest2 request, JSONObject form) throws FormException {
        List<String> numbers = FormNumbers.problems(form);
        if (!numbers.isEmpty()) {
            throw new FormException(Labels.said(String.join("\n", numbers)), kind.key());
        }
        try {
            return request.bindJSON(kind.type(), form);
        } catch (IllegalArgumentException | LinkageError e) {
            throw new FormException(Labels.said("A value of the form is none that its field can have"), e, kind.key());
        }
    }
}
