package io.jenkins.plugins.releasetrain.steps;

import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import io.jenkins.plugins.releasetrain.engine.contract.ContractArtifacts;
import io.jenkins.plugins.releasetrain.engine.contract.ContractFile;
import io.jenkins.plugins.releasetrain.engine.contract.ContractKind;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.host.Words;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import jenkins.MasterToSlaveFileCallable;

/** Contracts in a workspace, wherever that is. */
final class ContractFiles {
    private ContractFiles() {}

    /**
     * Reads files, and folders with all that is in them.
     *
     * @param paths within the workspace, by the word of a {@link ContractKind}; several separated by commas
     * @throws EngineException INVALID_INPUT: unknown kind, no such file, outside of the workspace, or too much
     */
    static List<ContractFile> read(FilePath workspace, Map<String, String> paths)
            throws IOException, InterruptedException {
        paths.keySet().forEach(ContractFiles::kind);
        Found found = workspace.act(new Read(new TreeMap<>(paths)));
        if (!found.problem.isEmpty()) {
            throw EngineException.invalid(found.problem);
        }
        return files(found);
    }

    static List<ContractFile> files(Found found) {
        return found.files.stream()
                .map(f -> new ContractFile(kind(f.kind), needed(f.kind) + f.name, f.content))
                .toList();
    }

    /** {@code pay.openapi}: what is needed of {@code pay}. */
    private static String needed(String word) {
        int dot = word.lastIndexOf('.');
        return dot < 0 ? "" : ContractFile.NEEDS + word.substring(0, dot) + "/";
    }

    private static ContractKind kind(String given) {
        String word = given.substring(given.lastIndexOf('.') + 1);
        return ContractKind.ofWord(word)
                .orElseThrow(() -> EngineException.invalid("contracts: there is no kind '" + word + "', but "
                        + String.join(
                                ", ",
                                Arrays.stream(ContractKind.values())
                                        .map(ContractKind::word)
                                        .toList())));
    }

    /** Puts files into a folder, each below that of its kind. */
    static void write(FilePath folder, List<ContractFile> files) throws IOException, InterruptedException {
        folder.mkdirs();
        for (ContractFile file : files) {
            folder.child(file.kind().word() + "/" + file.name()).copyFrom(new ByteArrayInputStream(file.content()));
        }
    }

    /** As it comes from the agent. No record, which remoting's filters and older agents need not know. */
    static final class Found implements Serializable {
        private static final long serialVersionUID = 1;

        private final ArrayList<One> files = new ArrayList<>();
        private transient long bytes;
        private String problem = "";

        /** What is wrong, in one sentence; empty: nothing. */
        String problem() {
            return problem;
        }
    }

    private static final class One implements Serializable {
        private static final long serialVersionUID = 1;

        private final String kind;
        private final String name;
        private final byte[] content;

        One(String kind, String name, byte[] content) {
            this.kind = kind;
            this.name = name;
            this.content = content;
        }
    }

    /** Runs on the agent; what is wrong is an answer, since exceptions lose their type on the way. */
    static final class Read extends MasterToSlaveFileCallable<Found> {
        private static final long serialVersionUID = 1;

        private final TreeMap<String, String> paths;

        Read(TreeMap<String, String> paths) {
            this.paths = paths;
        }

        @Override
        public Found invoke(File workspace, VirtualChannel channel) throws IOException {
            Found found = new Found();
            // It is made when a step first writes there.
            Files.createDirectories(workspace.toPath());
            Path root = workspace.toPath().toRealPath();
            for (Map.Entry<String, String> asked : paths.entrySet()) {
                for (String path : asked.getValue().split(",")) {
                    if (found.problem.isEmpty()) {
                        found.problem = add(root, asked.getKey(), path.trim(), found);
                    }
                }
            }
            return found;
        }

        /** Empty where there is none, or cannot be, as one with a star on Windows. */
        private static Optional<Path> place(Path root, String path) {
            try {
                return Optional.of(root.resolve(path)).filter(p -> !path.isEmpty() && Files.exists(p));
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }

        private static String add(Path root, String kind, String path, Found found) throws IOException {
            Optional<Path> place = place(root, path);
            if (place.isEmpty()) {
                return "contracts: there is no file or folder '" + Words.line(path) + "' for " + kind
                        + " in the workspace";
            }
            Path real = place.get().toRealPath();
            if (!real.startsWith(root)) {
                return "contracts: '" + path + "' for " + kind + " is outside of the workspace";
            }
            int others = found.files.size();
            Path base = Files.isDirectory(real) ? real : real.getParent();
            try (Stream<Path> all = Files.walk(real)) {
                // A whole workspace may have millions of files; one more than may be is enough to say so.
                for (Path file : all.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
                        .limit(ContractArtifacts.MOST_FILES + 1)
                        .sorted()
                        .toList()) {
                    found.bytes += Files.size(file);
                    if (found.files.size() == ContractArtifacts.MOST_FILES
                            || found.bytes > ContractArtifacts.MOST_BYTES) {
                        return "contracts: there are more than " + ContractArtifacts.MOST_FILES + " files or "
                                + ContractArtifacts.MOST_BYTES + " bytes; " + path + " is too much";
                    }
                    String name = base.relativize(file).toString().replace('\\', '/');
                    found.files.add(new One(kind, name, Files.readAllBytes(file)));
                }
            }
            return found.files.size() == others ? "contracts: folder '" + path + "' for " + kind + " is empty" : "";
        }
    }
}
