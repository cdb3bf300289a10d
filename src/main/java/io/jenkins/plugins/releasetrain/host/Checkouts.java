package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.FilePath;
import hudson.model.InvisibleAction;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.SCMListener;
import hudson.scm.ChangeLogSet;
import hudson.scm.SCM;
import hudson.scm.SCMRevisionState;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Remembers of each checkout of a build what its change set does not know: the repository, the revision, and whether it is a
 * library of the pipeline, whose commits are not those of the images.
 */
@Extension
@Restricted(NoExternalUse.class)
public final class Checkouts extends SCMListener {
    /** Beside a workspace, where pipelines keep their libraries. */
    private static final String LIBRARIES = "@libs";

    private static final List<String> ADDRESSES = List.of("GIT_URL", "SVN_URL", "MERCURIAL_REPOSITORY_URL");
    private static final List<String> REVISIONS = List.of("GIT_COMMIT", "SVN_REVISION", "MERCURIAL_REVISION");

    /** One checkout. No record: XStream cannot read those on the baseline. */
    private static final class Checkout {
        private final boolean library;
        private final String url;
        private final String revision;
        private final ArrayList<String> commits;

        Checkout(boolean library, String url, String revision, List<String> commits) {
            this.library = library;
            this.url = url;
            this.revision = revision;
            this.commits = new ArrayList<>(commits);
        }
    }

    /** Those of one build. */
    public static final class Kept extends InvisibleAction {
        /** Replaced as a whole, since any save of the build walks over it at any moment. */
        private volatile ArrayList<Checkout> all = new ArrayList<>();

        private synchronized void add(Checkout checkout) {
            ArrayList<Checkout> more = new ArrayList<>(all);
            more.add(checkout);
            all = more;
        }

        /** Of the build's own repositories, the last one first. */
        List<Built.Source> sources() {
            Set<Built.Source> sources = new LinkedHashSet<>();
            own().filter(c -> !c.revision.isEmpty()).forEach(c -> sources.add(new Built.Source(c.url, c.revision)));
            List<Built.Source> lastFirst = new ArrayList<>(sources);
            Collections.reverse(lastFirst);
            return lastFirst;
        }

        /** Whether a commit came with libraries alone. */
        boolean isOfLibrary(String commit) {
            return own().noneMatch(c -> c.commits.contains(commit))
                    && all.stream().anyMatch(c -> c.library && c.commits.contains(commit));
        }

        private Stream<Checkout> own() {
            return all.stream().filter(c -> !c.library);
        }
    }

    @Override
    public void onCheckout(
            Run<?, ?> build,
            SCM scm,
            FilePath workspace,
            TaskListener listener,
            File changelogFile,
            SCMRevisionState pollingBaseline) {
        try {
            boolean library = workspace != null && workspace.getRemote().contains(LIBRARIES);
            Map<String, String> known = new HashMap<>();
            scm.buildEnvironment(build, known);
            kept(build)
                    .add(new Checkout(
                            library,
                            address(first(known, ADDRESSES)),
                            first(known, REVISIONS),
                            commits(build, scm, changelogFile)));
        } catch (Exception | LinkageError e) {
            // Of another plugin's; a checkout never fails for what is only told (I11).
            ReleaseService.LOGGER.log(Level.FINE, e, () -> "A checkout of " + build + " is not remembered");
        }
    }

    private static Kept kept(Run<?, ?> build) {
        synchronized (build) {
            Kept kept = build.getAction(Kept.class);
            if (kept == null) {
                kept = new Kept();
                build.addAction(kept);
            }
            return kept;
        }
    }

    private static List<String> commits(Run<?, ?> build, SCM scm, File changelog) throws Exception {
        List<String> commits = new ArrayList<>();
        if (changelog != null && changelog.isFile() && changelog.length() > 0) {
            for (ChangeLogSet.Entry entry :
                    scm.createChangeLogParser().parse(build, scm.getEffectiveBrowser(), changelog)) {
                commits.add(entry.getCommitId());
            }
        }
        return commits.stream().filter(Objects::nonNull).toList();
    }

    private static String first(Map<String, String> known, List<String> names) {
        return names.stream()
                .map(known::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }

    /** In https where the host is known to have it there, and without anybody's name and password. */
    static String address(String url) {
        String https = url.replaceFirst("^(?:ssh://)?git@([^:/]+)(?::\\d+/|[:/])", "https://$1/");
        return https.startsWith("https://") ? https.replaceFirst("^https://[^/@]*@", "https://") : "";
    }
}
