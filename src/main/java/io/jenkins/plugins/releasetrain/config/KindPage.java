package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.model.ModelObject;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.Arrays;
import java.util.List;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** {@code …/trains/}: a table of all entries of a kind. */
public final class KindPage implements ModelObject {
    /** No entry can be called so. */
    static final String NEW = "_new";

    private final ReleaseTrainConfiguration configuration;
    private final EntryKind kind;

    /** Of one entry, for the table. */
    public record Row(String name, String summary, List<String> users) {
        public String getName() {
            return name;
        }

        public String getSummary() {
            return summary;
        }

        public String getUsers() {
            return String.join(", ", users);
        }
    }

    /** A link to another table, or to the store. */
    public record Tab(String address, String title, boolean here) {
        public String getAddress() {
            return address;
        }

        public String getTitle() {
            return title;
        }

        public boolean isHere() {
            return here;
        }
    }

    KindPage(ReleaseTrainConfiguration configuration, EntryKind kind) {
        this.configuration = configuration;
        this.kind = kind;
    }

    /** @param here address of the page that has them */
    static List<Tab> tabs(String here) {
        List<Tab> tabs = new java.util.ArrayList<>();
        Arrays.stream(EntryKind.values())
                .map(k -> new Tab(k.key(), Labels.of("kind." + k.key()), k.key().equals(here)))
                .forEach(tabs::add);
        tabs.add(new Tab(StorePage.ADDRESS, Labels.of("kind.store"), here.equals(StorePage.ADDRESS)));
        tabs.add(new Tab(HealthPage.ADDRESS, Labels.of("kind.health"), here.equals(HealthPage.ADDRESS)));
        return tabs;
    }

    public List<Tab> getTabs() {
        return tabs(kind.key());
    }

    @Override
    public String getDisplayName() {
        return Labels.of("kind." + kind.key());
    }

    /** Below the page of the configuration. */
    public String getAddress() {
        return kind.key();
    }

    public List<Row> getRows() {
        Forms.check();
        Draft saved = configuration.saved();
        return kind.names(saved).stream()
                .map(name ->
                        new Row(name, kind.find(saved, name).map(kind::summary).orElse(""), kind.users(saved, name)))
                .toList();
    }

    /** What tells why what was saved cannot be used, and what is said in vain. */
    public ReleaseTrainConfiguration getConfiguration() {
        return configuration;
    }

    /** The page of one entry, of a new one, or of a copy of one; null, which is not found, where there is none. */
    @CheckForNull
    public EntryPage getDynamic(String name) {
        Forms.check();
        if (NEW.equals(name)) {
            StaplerRequest2 request = Stapler.getCurrentRequest2();
            String from = request == null ? null : request.getParameter("from");
            return EntryPage.create(configuration, kind, from == null ? "" : from);
        }
        return EntryPage.of(configuration, kind, name);
    }
}
