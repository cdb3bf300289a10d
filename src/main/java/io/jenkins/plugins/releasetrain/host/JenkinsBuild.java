package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import hudson.model.User;
import hudson.scm.ChangeLogSet;
import hudson.scm.RepositoryBrowser;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.io.IOException;
import java.net.URL;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import jenkins.scm.RunWithSCM;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;

/** A build as Jenkins has it. */
record JenkinsBuild(Run<?, ?> run, Reading reading) implements Gathering.Build {
    /**
     * What else is asked for.
     *
     * @param origin of a build
     * @param issues that a message names
     * @param made the image that a build made of a service
     */
    record Reading(
            Function<Run<?, ?>, Origin> origin,
            Function<String, List<String>> issues,
            BiFunction<Run<?, ?>, String, Optional<Digest>> made) {}

    @Override
    public Origin origin() {
        return reading.origin().apply(run);
    }

    private Optional<SCMHead> head() {
        return Optional.ofNullable(SCMHead.HeadByItem.findHead(run.getParent()));
    }

    @Override
    public String branch() {
        return head().map(SCMHead::getName).orElse("");
    }

    @Override
    public boolean isOfChangeRequest() {
        return head().filter(ChangeRequestSCMHead.class::isInstance).isPresent();
    }

    private Optional<Checkouts.Kept> checkouts() {
        return Optional.ofNullable(run.getAction(Checkouts.Kept.class));
    }

    @Override
    public List<Built.Source> sources() {
        return checkouts().map(Checkouts.Kept::sources).orElse(List.of());
    }

    @Override
    public List<Commit> commits() {
        List<Commit> commits = new ArrayList<>();
        if (run instanceof RunWithSCM<?, ?> ofScm) {
            Optional<Checkouts.Kept> known = checkouts();
            for (ChangeLogSet<? extends ChangeLogSet.Entry> set : ofScm.getChangeSets()) {
                for (ChangeLogSet.Entry entry : set) {
                    String id = Objects.requireNonNullElse(entry.getCommitId(), "");
                    if (!id.isEmpty() && known.filter(k -> k.isOfLibrary(id)).isEmpty()) {
                        commits.add(commit(id, entry, set.getBrowser()));
                    }
                }
            }
        }
        return commits;
    }

    private Commit commit(String id, ChangeLogSet.Entry entry, RepositoryBrowser<?> browser) {
        String message = Objects.requireNonNullElse(entry.getMsg(), "");
        Optional<User> author = Optional.ofNullable(entry.getAuthor()).filter(a -> !a.equals(User.getUnknown()));
        return new Commit(
                id,
                message.lines().findFirst().orElse(""),
                author.map(User::getFullName).orElse(""),
                author.map(User::getId).orElse(""),
                entry.getTimestamp() < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(entry.getTimestamp())),
                page(entry, browser),
                reading.issues().apply(message));
    }

    /** The browser belongs to the set that the entry is of. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static String page(ChangeLogSet.Entry entry, RepositoryBrowser<?> browser) {
        try {
            URL page = browser == null ? null : ((RepositoryBrowser) browser).getChangeSetLink(entry);
            return page == null ? "" : page.toString();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public Optional<Digest> made(String service) {
        return reading.made().apply(run, service);
    }

    @Override
    public Optional<Gathering.Build> before() {
        return Optional.<Run<?, ?>>ofNullable(run.getPreviousBuild()).map(r -> new JenkinsBuild(r, reading));
    }
}
