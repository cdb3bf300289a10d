package io.jenkins.plugins.releasetrain.harness;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Item;
import hudson.model.TaskListener;
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

/** An SCM in the test's memory, with branch {@code main} only; survives restarts of Jenkins in this process. */
public final class MemoryScm extends SCMSource {
    private static final Map<String, String> FILES = new ConcurrentHashMap<>();
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

    /** @param message empty: it answers again */
    static void failWith(String message) {
        failure = message;
    }

    static void forgetAll() {
        FILES.clear();
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
            @NonNull TaskListener l) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected SCMRevision retrieve(@NonNull String thing, @NonNull TaskListener listener, Item context)
            throws IOException {
        THREADS.add(Thread.currentThread().getName());
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
        return thing.equals("main") ? new Revision("r" + REVISION.get()) : null;
    }

    @NonNull
    @Override
    public SCM build(@NonNull SCMHead head, SCMRevision revision) {
        throw new UnsupportedOperationException();
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

        Revision(String name) {
            super(new SCMHead("main"));
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
            return new FileSystem(revision);
        }
    }

    private static final class FileSystem extends SCMFileSystem {
        FileSystem(SCMRevision revision) {
            super(revision);
        }

        @Override
        public long lastModified() {
            return 0;
        }

        @NonNull
        @Override
        public SCMFile getRoot() {
            return new OneFile();
        }
    }

    private static final class OneFile extends SCMFile {
        OneFile() {}

        private OneFile(SCMFile parent, String name) {
            super(parent, name);
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
            return FILES.containsKey(getPath()) ? Type.REGULAR_FILE : Type.NONEXISTENT;
        }

        @NonNull
        @Override
        public InputStream content() {
            return new ByteArrayInputStream(FILES.get(getPath()).getBytes(StandardCharsets.UTF_8));
        }
    }
}
