package io.jenkins.plugins.releasetrain.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Where jobs went that were renamed or moved: what their builds asked for before is still theirs, over restarts too. */
final class MovedJobs {
    /** The oldest moves are forgotten then. */
    private static final int KEPT = 10_000;

    private static final String ARROW = "\t";

    private final Path file;
    /** New full name by old one; null until it is read. */
    private Map<String, String> moves;

    /** @param file one move a line, the newest last */
    MovedJobs(Path file) {
        this.file = file;
    }

    synchronized void moved(String from, String to) {
        Map<String, String> all = moves();
        // Whoever has this name now has not gone anywhere.
        all.remove(to);
        all.remove(from);
        all.put(from, to);
        while (all.size() > KEPT) {
            all.remove(all.keySet().iterator().next());
        }
        write(all);
    }

    /** The full name that a job has by now; its own where it was never moved. */
    synchronized String now(String job) {
        Map<String, String> all = moves();
        String name = job;
        for (int i = 0; i < all.size() && all.containsKey(name); i++) {
            name = all.get(name);
        }
        return name;
    }

    private Map<String, String> moves() {
        if (moves == null) {
            moves = new LinkedHashMap<>();
            for (String line : lines()) {
                String[] move = line.split(ARROW, -1);
                if (move.length == 2) {
                    moves.put(move[0], move[1]);
                }
            }
        }
        return moves;
    }

    private List<String> lines() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Map<String, String> all) {
        try {
            Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
            Files.createDirectories(directory);
            Path written = Path.of(file + ".new");
            Files.write(
                    written,
                    all.entrySet().stream()
                            .map(m -> m.getKey() + ARROW + m.getValue())
                            .collect(Collectors.toList()));
            Files.move(written, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
