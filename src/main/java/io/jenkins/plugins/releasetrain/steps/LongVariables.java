package io.jenkins.plugins.releasetrain.steps;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.FilePath;
import hudson.slaves.WorkspaceList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Lists that are too long for the environment: Linux starts no process with a variable of 128 KiB or more, so that every
 * {@code sh} of a body would fail.
 */
final class LongVariables {
    /** In bytes of UTF-8. */
    static final int LONGEST = 8_000;

    /** What a variable holds whose list is too long. */
    static final String TOO_MANY = "*";

    private static final Logger LOGGER = Logger.getLogger(LongVariables.class.getName());

    private LongVariables() {}

    /** Where the step runs; asked only where it is needed, since it fails where the agent is away. */
    interface Workspace {
        /** Null where it runs in none. */
        @CheckForNull
        FilePath path() throws IOException, InterruptedException;
    }

    /**
     * The variables, each that is too long as {@value #TOO_MANY}, and as a file whose path is in the variable with
     * {@code _FILE} behind its name, where the step runs in a workspace.
     */
    static Map<String, String> fit(Map<String, String> all, String trial, Workspace workspace)
            throws InterruptedException {
        Map<String, String> fitting = new TreeMap<>(all);
        for (Map.Entry<String, String> variable : all.entrySet()) {
            if (isTooLong(variable.getValue())) {
                fitting.put(variable.getKey(), TOO_MANY);
                file(variable.getKey() + "-" + trial, variable.getValue(), workspace)
                        .ifPresent(path -> fitting.put(variable.getKey() + "_FILE", path));
            }
        }
        return fitting;
    }

    /** Empty also where the agent is not to be had: whether tests can run without it, they will tell themselves. */
    private static Optional<String> file(String name, String list, Workspace workspace) throws InterruptedException {
        try {
            Optional<FilePath> folder = Optional.ofNullable(workspace.path()).map(WorkspaceList::tempDir);
            if (folder.isEmpty()) {
                return Optional.empty();
            }
            FilePath file = folder.get().child(name);
            file.write(list.replace(' ', '\n') + "\n", StandardCharsets.UTF_8.name());
            return Optional.of(file.getRemote());
        } catch (IOException e) {
            LOGGER.log(Level.FINE, e, () -> name + " is not in the workspace");
            return Optional.empty();
        }
    }

    static boolean isTooLong(String value) {
        return value.length() > LONGEST || value.getBytes(StandardCharsets.UTF_8).length > LONGEST;
    }
}
