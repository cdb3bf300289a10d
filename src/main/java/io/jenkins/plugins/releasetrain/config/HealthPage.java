package io.jenkins.plugins.releasetrain.config;

import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.config.ConfigurationHost.Finding;
import io.jenkins.plugins.releasetrain.labels.Labels;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** {@code …/health/}: what is broken and since when; and, when somebody asks for it, whether registries and clusters answer. */
public final class HealthPage extends TabbedPage {
    static final String ADDRESS = "health";

    private final ReleaseTrainConfiguration configuration;
    private List<Checked> checked = List.of();

    HealthPage(ReleaseTrainConfiguration configuration) {
        this.configuration = configuration;
    }

    /** One line of the table. */
    public record Line(Finding finding) {
        public String getArea() {
            return Labels.of(finding.area());
        }

        public String getName() {
            return finding.name();
        }

        public boolean isWell() {
            return finding.well();
        }

        public String getText() {
            return Labels.said(finding.text());
        }

        /** Empty where it is not known. */
        public String getSince() {
            return finding.since()
                    .map(at -> Moments.text(at, Forms.host().clock()))
                    .orElse("");
        }
    }

    /** Whether one of them answered. */
    public record Checked(String name, FormValidation answer) {
        public String getName() {
            return name;
        }

        /** As the button of its own page shows it; what is not its markup is escaped. */
        public String getHtml() {
            return answer.renderHtml();
        }
    }

    @Override
    public String getDisplayName() {
        return Labels.of("kind.health");
    }

    @Override
    public List<KindPage.Tab> getTabs() {
        return KindPage.tabs(ADDRESS);
    }

    public List<Line> getLines() {
        Forms.check();
        return Forms.host().health().stream().map(Line::new).toList();
    }

    /** What answered when somebody asked, for the page; empty unless they were asked for this very page. */
    public List<Checked> getChecked() {
        return checked;
    }

    /** Asks every registry and cluster, as the buttons of their pages do, and shows what they said; changes nothing. */
    @RequirePOST
    public void doCheck(StaplerRequest2 request, StaplerResponse2 response) throws IOException, ServletException {
        Forms.checkAdminister();
        List<Checked> answers = new ArrayList<>(KindPage.ask(configuration, EntryKind.REGISTRIES));
        answers.addAll(KindPage.ask(configuration, EntryKind.ENVIRONMENTS));
        checked = answers;
        request.getView(this, "index").forward(request, response);
    }
}
