package io.jenkins.plugins.releasetrain.harness;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Item;
import hudson.model.TaskListener;
import hudson.scm.NullSCM;
import hudson.scm.SCM;
import hudson.scm.SCMDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import jenkins.scm.api.SCMFile;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMHeadEvent;
import jenkins.scm.api.SCMHeadObserver;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;
import jenkins.scm.api.SCMSourceCriteria;
import jenkins.scm.api.SCMSourceDescriptor;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/**
 * An SCM in the test's memory; survives restarts of Jenkins in this process. Files are those of branch {@code main}; other
 * branches have a pipeline only.
 */
public final class MemoryScm extends SCMSource {
    private static final Map<String, String> FILES = new ConcurrentHashMap<>();
    /** Pipelines by branch. */
    private static final Map<String, String> BRANCHES = new ConcurrentHashMap<>();

    private static final AtomicInteger REVISION = new AtomicInteger();
    private static final java.util.Queue<String> THREADS = new ConcurrentLinkedQueue<>();
    private static volatile String failure = "";

    private final String remote;

    @DataBoundConstructor
    public MemoryScm(String remote) {
        this.remote = remote;
    }

    public String getRemote() {
        return remote;
    }

    /** A new revision with this file. */
    static String commit(String path, String content) {
        FILES.put(path, content);
        return "r" + REVISION.incrementAndGet();
    }

    /** A branch for multibranch projects. */
    static void branch(String name, String pipeline) {
        BRANCHES.put(name, pipeline);
    }

    static void deleteBranch(String name) {
        BRANCHES.remove(name);
    }

    /** @param message empty: it answers again */
    static void failWith(String message) {
        failure = message;
    }

    static void forgetAll() {
        FILES.clear();
        BRANCHES.clear();
        THREADS.clear();
        failure = "";
    }

    /** Names of the threads that asked. */
    static List<String> threads() {
        return List.copyOf(THREADS);
    }

    @Override
    protected void retrieve(
            SCMSourceCriteria criteria,
            @NonNull SCMHeadObserver observer,
            SCMHeadEvent<?> event,
            @NonNull TaskListener l)
            throws IOException, InterruptedException {
        for (String branch : BRANCHES.keySet()) {
            observer.observe(new SCMHead(branch), new Revision(branch, "r" + REVISION.get()));
        }
    }

    @Override
    protected SCMRevision retrieve(@NonNull SCMHead head, @NonNull TaskListener listener) {
        return BRANCHES.containsKey(head.getName()) ? new Revision(head.getName(), "r" + REVISION.get()) : null;
    }

    @Override
    protected SCMRevision retrieve(@NonNull String thing, @NonNull TaskListener listener, Item context)
            throws IOException {
        THREADS.add(Thread.currentThread().getName());
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
        return thing.equals("main") ? new Revision("main", "r" + REVISION.get()) : null;
    }

    @NonNull
    @Override
    public SCM build(@NonNull SCMHead head, SCMRevision revision) {
        return new NullSCM();
    }

    @Extension
    @Symbol("memory")
    public static final class DescriptorImpl extends SCMSourceDescriptor {
        @NonNull
        @Override
        public String getDisplayName() {
            return "Memory";
        }
    }

    private static final class Revision extends SCMRevision {
        private static final long serialVersionUID = 1;
        private final String name;

        Revision(String branch, String name) {
            super(new SCMHead(branch));
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Revision revision && revision.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @Extension
    public static final class Builder extends SCMFileSystem.Builder {
        @Override
        public boolean supports(SCM source) {
            return false;
        }

        @Override
        public boolean supports(SCMSource source) {
            return source instanceof MemoryScm;
        }

        @Override
        protected boolean supportsDescriptor(SCMDescriptor descriptor) {
            return false;
        }

        @Override
        protected boolean supportsDescriptor(SCMSourceDescriptor descriptor) {
            return descriptor instanceof DescriptorImpl;
        }

        @Override
        public SCMFileSystem build(@NonNull SCMSource source, @NonNull SCMHead head, SCMRevision revision) {
            return new FileSystem(head.getName(), revision);
        }
    }

    private static final class FileSystem extends SCMFileSystem {
        private final Map<String, String> files;

        FileSystem(String branch, SCMRevision revision) {
            super(revision);
            files = BRANCHES.containsKey(branch) ? Map.of("Jenkinsfile", BRANCHES.get(branch)) : FILES;
        }

        @Override
        public long lastModified() {
            return 0;
        }

        @NonNull
        @Override
        public SCMFile getRoot() {
            return new OneFile(files);
        }
    }

    private static final class OneFile extends SCMFile {
        private final Map<String, String> files;

        OneFile(Map<String, String> files) {
            this.files = files;
        }

        private OneFile(OneFile parent, String name) {
            super(parent, name);
            files = parent.files;
        }

        @NonNull
        @Override
        protected SCMFile newChild(@NonNull String name, boolean assumeIsDirectory) {
            return new OneFile(this, name);
        }

        @NonNull
        @Override
        public Iterable<SCMFile> children() {
            return List.of();
        }

        @Override
        public long lastModified() {
            return 0;
        }

        @NonNull
        @Override
        protected Type type() {
            return files.containsKey(getPath()) ? Type.REGULAR_FILE : Type.NONEXISTENT;
        }

        @NonNull
        @Override
        public InputStream content() {
            return new ByteArrayInputStream(files.get(getPath()).getBytes(StandardCharsets.UTF_8));
        }
    }
}
