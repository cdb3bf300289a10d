package io.jenkins.plugins.releasetrain.harness;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.InvisibleAction;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.User;
import hudson.scm.ChangeLogParser;
import hudson.scm.ChangeLogSet;
import hudson.scm.RepositoryBrowser;
import hudson.scm.SCM;
import hudson.scm.SCMDescriptor;
import hudson.scm.SCMRevisionState;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMHeadOrigin;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;
import org.kohsuke.stapler.DataBoundConstructor;

/** Repositories in the test's memory, whose checkouts tell the commits since the checkout of the build before, as Git does. */
public final class ScriptedScm extends SCM {
    /** As {@code id author message}, oldest first. */
    private static final Map<String, List<String>> COMMITS = new ConcurrentHashMap<>();

    private final String remote;

    @DataBoundConstructor
    public ScriptedScm(String remote) {
        this.remote = remote;
    }

    public String getRemote() {
        return remote;
    }

    static void commit(String remote, String id, String author, String message) {
        COMMITS.computeIfAbsent(remote, r -> new CopyOnWriteArrayList<>()).add(id + " " + author + " " + message);
    }

    static void forgetAll() {
        COMMITS.clear();
    }

    private List<String> commits() {
        return COMMITS.getOrDefault(remote, List.of());
    }

    @Override
    public String getKey() {
        return "scripted " + remote;
    }

    /** What was checked out last. */
    private static final class Head extends InvisibleAction {
        private final String remote;
        private final String commit;

        Head(String remote, String commit) {
            this.remote = remote;
            this.commit = commit;
        }
    }

    /** How many commits there were. */
    private static final class State extends SCMRevisionState {
        private final int commits;

        State(int commits) {
            this.commits = commits;
        }
    }

    @Override
    public void checkout(
            @NonNull Run<?, ?> build,
            @NonNull Launcher launcher,
            @NonNull FilePath workspace,
            @NonNull TaskListener listener,
            File changelogFile,
            SCMRevisionState baseline)
            throws IOException, InterruptedException {
        workspace.mkdirs();
        List<String> all = commits();
        if (!all.isEmpty()) {
            build.addOrReplaceAction(new Head(remote, all.get(all.size() - 1).split(" ")[0]));
        }
        if (changelogFile != null) {
            List<String> since = new ArrayList<>();
            if (baseline instanceof State known) {
                all.subList(known.commits, all.size()).forEach(c -> since.add(0, c));
            }
            Files.write(changelogFile.toPath(), since);
        }
    }

    @Override
    public void buildEnvironment(@NonNull Run<?, ?> build, @NonNull Map<String, String> env) {
        Head head = build.getAction(Head.class);
        if (head != null) {
            env.put("GIT_URL", "git@github.com:" + head.remote + ".git");
            env.put("GIT_COMMIT", head.commit);
        }
    }

    @Override
    public SCMRevisionState calcRevisionsFromBuild(
            @NonNull Run<?, ?> build, FilePath workspace, Launcher launcher, @NonNull TaskListener listener) {
        return new State(commits().size());
    }

    @Override
    public ChangeLogParser createChangeLogParser() {
        return new Parser();
    }

    private static final class Parser extends ChangeLogParser {
        @Override
        public ChangeLogSet<? extends ChangeLogSet.Entry> parse(Run build, RepositoryBrowser<?> browser, File changelog)
                throws IOException {
            return new Log(build, browser, Files.readAllLines(changelog.toPath()));
        }
    }

    private static final class Log extends ChangeLogSet<OneCommit> {
        private final List<OneCommit> entries = new ArrayList<>();

        Log(Run<?, ?> build, RepositoryBrowser<?> browser, List<String> lines) {
            super(build, browser);
            lines.forEach(line -> entries.add(new OneCommit(this, line.split(" ", 3))));
        }

        @Override
        public boolean isEmptySet() {
            return entries.isEmpty();
        }

        @Override
        public Iterator<OneCommit> iterator() {
            return entries.iterator();
        }
    }

    private static final class OneCommit extends ChangeLogSet.Entry {
        private final String[] parts;

        OneCommit(ChangeLogSet<?> parent, String[] parts) {
            this.parts = parts;
            setParent(parent);
        }

        @Override
        public String getCommitId() {
            return parts[0];
        }

        @Override
        public User getAuthor() {
            return User.getById(parts[1], true);
        }

        @Override
        public String getMsg() {
            return parts[2];
        }

        @Override
        public Collection<String> getAffectedPaths() {
            return List.of();
        }
    }

    @Extension
    public static final class DescriptorImpl extends SCMDescriptor<ScriptedScm> {
        public DescriptorImpl() {
            super(null);
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return "Scripted";
        }
    }

    /** Jobs called so build change requests. */
    static final String CHANGE_REQUEST = "change-request-";

    /** Those of them that are from another repository. */
    static final String FORK = CHANGE_REQUEST + "fork-";

    @Extension
    public static final class Heads extends SCMHead.HeadByItem {
        @Override
        public SCMHead getHead(Item item) {
            return item.getName().startsWith(CHANGE_REQUEST) ? new Request(item.getName()) : null;
        }
    }

    private static final class Request extends SCMHead implements ChangeRequestSCMHead {
        private static final long serialVersionUID = 1;

        Request(String name) {
            super(name);
        }

        @NonNull
        @Override
        public String getId() {
            return getName();
        }

        @NonNull
        @Override
        public SCMHeadOrigin getOrigin() {
            return getName().startsWith(FORK) ? new SCMHeadOrigin.Fork("stranger") : SCMHeadOrigin.DEFAULT;
        }

        @NonNull
        @Override
        public SCMHead getTarget() {
            return new SCMHead("main");
        }
    }
}
