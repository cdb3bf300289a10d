package io.jenkins.plugins.releasetrain.config;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Util;
import hudson.util.FormValidation;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** {@code …/trains/}: a table of all entries of a kind. */
public final class KindPage extends TabbedPage {
    /** No entry can be called so. */
    static final String NEW = "_new";

    private final ReleaseTrainConfiguration configuration;
    private final EntryKind kind;

    /** Of one entry, for the table. */
    public record Row(String name, String summary, List<String> users, State state) {
        public String getName() {
            return name;
        }

        public String getSummary() {
            return summary;
        }

        public String getUsers() {
            return String.join(", ", users);
        }

        public State getState() {
            return state;
        }
    }

    /** How an entry was when it was last looked at. */
    public record State(boolean known, boolean well, String html, String at) {
        static final State UNKNOWN = new State(false, true, "", "");

        public boolean isKnown() {
            return known;
        }

        public boolean isWell() {
            return well;
        }

        /** What was said; escaped where it is not markup of Jenkins. */
        public String getHtml() {
            return html;
        }

        /** Empty where it is always as of now. */
        public String getAt() {
            return at;
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
        List<Tab> tabs = new ArrayList<>();
        Arrays.stream(EntryKind.values())
                .map(k -> new Tab(k.key(), Labels.of("kind." + k.key()), k.key().equals(here)))
                .forEach(tabs::add);
        tabs.add(new Tab(StorePage.ADDRESS, Labels.of("kind.store"), here.equals(StorePage.ADDRESS)));
        tabs.add(new Tab(HealthPage.ADDRESS, Labels.of("kind.health"), here.equals(HealthPage.ADDRESS)));
        return tabs;
    }

    @Override
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
        // Once for all rows, since the store is asked for each train.
        List<ConfigurationHost.Finding> health = kind == EntryKind.TRAINS || kind == EntryKind.WEBHOOKS
                ? Forms.host().health()
                : List.of();
        return kind.names(saved).stream()
                .map(name -> new Row(
                        name,
                        kind.find(saved, name).map(kind::summary).orElse(""),
                        kind.users(saved, name),
                        state(name, health)))
                .toList();
    }

    private State state(String name, List<ConfigurationHost.Finding> health) {
        ConfigurationHost host = Forms.host();
        return switch (kind) {
            case REGISTRIES, ENVIRONMENTS ->
                configuration
                        .checks()
                        .of(kind, name, configuration.version(kind.noun(), name))
                        .map(c -> new State(true, c.well(), c.html(), Moments.text(c.at(), host.clock())))
                        .orElse(State.UNKNOWN);
            case CATALOGS -> {
                ConfigurationHost.CatalogState catalog = host.catalogState(name);
                boolean well = catalog.problem().isEmpty();
                yield new State(true, well, Util.xmlEscape(Labels.said(well ? catalog.text() : catalog.problem())), "");
            }
            case TRAINS, WEBHOOKS ->
                health.stream()
                        .filter(f -> f.name().equals(name) && f.area().equals("health." + kind.key()))
                        .findFirst()
                        .map(f -> new State(
                                true,
                                f.well(),
                                Util.xmlEscape(Labels.said(f.text())),
                                f.since()
                                        .map(at -> Moments.text(at, host.clock()))
                                        .orElse("")))
                        .orElse(State.UNKNOWN);
        };
    }

    /** Whether all of them can be asked at once; by an administrator, since requests go out. */
    public boolean isAskable() {
        return (kind == EntryKind.REGISTRIES || kind == EntryKind.ENVIRONMENTS) && Forms.mayAdminister();
    }

    /** Asks all of this kind, as the buttons of their pages do; changes nothing. */
    @RequirePOST
    public HttpResponse doCheck() {
        Forms.checkAdminister();
        ask(configuration, kind);
        return HttpResponses.redirectTo(".");
    }

    /** Asks all entries of a kind that has somebody to be asked, several at a time, and keeps the answers. */
    static List<HealthPage.Checked> ask(ReleaseTrainConfiguration configuration, EntryKind kind) {
        ConfigurationHost host = Forms.host();
        Draft saved = configuration.saved();
        List<String> names = kind.names(saved).stream()
                .filter(name -> kind.find(saved, name).isPresent())
                .toList();
        List<String> versions = names.stream()
                .map(name -> configuration.version(kind.noun(), name))
                .toList();
        List<?> entries =
                names.stream().map(name -> kind.find(saved, name).orElseThrow()).toList();
        List<FormValidation> told = kind == EntryKind.REGISTRIES
                ? host.testRegistries(
                        entries.stream().map(RegistryConfiguration.class::cast).toList())
                : host.testEnvironments(entries.stream()
                        .map(EnvironmentConfiguration.class::cast)
                        .toList());
        Instant now = host.clock().instant();
        List<HealthPage.Checked> answers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            FormValidation answer = told.get(i);
            configuration
                    .checks()
                    .put(
                            kind,
                            names.get(i),
                            new Checks.Checked(versions.get(i), Checks.isWell(answer), answer.renderHtml(), now));
            answers.add(new HealthPage.Checked(names.get(i), answer));
        }
        return answers;
    }

    /** What is to be configured next while this is new; empty afterwards. */
    public List<FirstSteps.Shown> getSteps() {
        Forms.check();
        return FirstSteps.of(configuration.saved(), Forms.host()::isUsed);
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
