package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.CatalogScm;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import jenkins.scm.api.SCMFile;
import jenkins.scm.api.SCMFileSystem;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMSource;

/**
 * The content of one file in SCM.
 *
 * @param revision as the SCM names it
 */
record ScmFile(String content, String revision) {
    private static final int LIMIT = CatalogReader.USUAL_MAXIMUM_CHARACTERS;
    private static final int MESSAGE = 500;
    private static final Pattern LOGIN = Pattern.compile("://[^/@\\s]+@");

    /**
     * Asks the SCM, which may take long.
     *
     * @throws EngineException where the SCM, the version or the file cannot be read; says which and why
     */
    static ScmFile read(CatalogScm where) {
        String what = "'" + where.getPath() + "' of '" + where.getVersion() + "'";
        try {
            SCMSource source = where.getSource();
            if (source == null) {
                throw EngineException.invalid("The catalog says no SCM that has " + what + "; choose one");
            }
            SCMRevision revision = source.fetch(where.getVersion(), null, null);
            if (revision == null) {
                throw new EngineException(
                        FailureKind.NOT_FOUND,
                        "The SCM has no branch or version '" + where.getVersion()
                                + "', or the credentials do not show it; correct one or the other");
            }
            try (SCMFileSystem files = SCMFileSystem.of(source, revision.getHead(), revision)) {
                if (files == null) {
                    throw new EngineException(
                            FailureKind.UNSUPPORTED,
                            "The SCM cannot give " + what + " without a workspace: its plugin has no file system"
                                    + " support for this (lightweight checkout)");
                }
                return new ScmFile(content(files.child(where.getPath()), what), revision.toString());
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof EngineException known) {
                throw known;
            }
            throw new EngineException(FailureKind.UNAVAILABLE, "The SCM did not give " + what + ": " + shown(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(FailureKind.TIMEOUT, "Interrupted while reading " + what + " from the SCM", e);
        }
    }

    private static String content(SCMFile file, String what) throws IOException, InterruptedException {
        if (!file.isFile()) {
            throw new EngineException(
                    FailureKind.NOT_FOUND, "The SCM has no file " + what + "; correct the path, or add the file");
        }
        try (InputStream in = file.content()) {
            byte[] bytes = in.readNBytes(LIMIT + 1);
            if (bytes.length > LIMIT) {
                throw new EngineException(
                        FailureKind.TOO_LARGE, "The file " + what + " has more than " + LIMIT + " bytes, the limit");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** URLs in messages of SCM plugins may hold a login (I9). */
    private static String shown(Exception e) {
        String text = LOGIN.matcher(String.valueOf(e.getMessage())).replaceAll("://");
        return text.substring(0, Math.min(MESSAGE, text.length()));
    }
}
