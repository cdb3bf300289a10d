package io.jenkins.plugins.releasetrain.steps;

import hudson.FilePath;
import hudson.slaves.WorkspaceList;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Lists that are too long for the environment: Linux starts no process with a variable of 128 KiB or more, so that every
 * {@code sh} of a body would fail.
 */
final class LongVariables {
    /** In bytes of UTF-8. */
    static final int LONGEST = 8_000;

    /** What a variable holds whose list is too long. */
    static final String TOO_MANY = "*";

    private LongVariables() {}

    /**
     * The variables, each that is too long as {@value #TOO_MANY}, and as a file whose path is in the variable with
     * {@code _FILE} behind its name, where the step runs in a workspace.
     */
    static Map<String, String> fit(Map<String, String> all, String trial, Optional<FilePath> workspace)
            throws IOException, InterruptedException {
        Map<String, String> fitting = new TreeMap<>(all);
        Optional<FilePath> folder = workspace.map(WorkspaceList::tempDir);
        for (Map.Entry<String, String> variable : all.entrySet()) {
            if (!isTooLong(variable.getValue())) {
                continue;
            }
            fitting.put(variable.getKey(), TOO_MANY);
            if (folder.isPresent()) {
                FilePath file = folder.get().child(variable.getKey() + "-" + trial);
                file.write(variable.getValue().replace(' ', '\n') + "\n", StandardCharsets.UTF_8.name());
                fitting.put(variable.getKey() + "_FILE", file.getRemote());
            }
        }
        return fitting;
    }

    static boolean isTooLong(String value) {
        return value.length() > LONGEST || value.getBytes(StandardCharsets.UTF_8).length > LONGEST;
    }
}
