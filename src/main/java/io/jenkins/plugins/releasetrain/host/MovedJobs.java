package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.security.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Where jobs went that were renamed or moved: what their builds asked for before is still theirs, over restarts too. */
final class MovedJobs {
    /** The oldest moves are forgotten then. */
    private static final int KEPT = 10_000;

    private static final String ARROW = "\t";

    private final Path file;
    /** By old full name; null until it is read. */
    private Map<String, Move> moves;

    /** @param by who did it, where that is somebody who may not say which jobs release; empty otherwise */
    private record Move(String to, String by) {}

    /** @param file one move a line, the newest last */
    MovedJobs(Path file) {
        this.file = file;
    }

    /** @param by who did it, if that is somebody who may not say which jobs release; empty otherwise */
    synchronized void moved(String from, String to, String by) {
        Map<String, Move> all = moves();
        // Whoever has this name now has not gone anywhere.
        all.remove(to);
        all.remove(from);
        all.put(from, new Move(to, by.replaceAll("\\s", " ")));
        while (all.size() > KEPT) {
            all.remove(all.keySet().iterator().next());
        }
        write(all);
    }

    /** The full name that a job has by now; its own where it was never moved. */
    synchronized String now(String job) {
        Map<String, Move> all = moves();
        String name = job;
        for (int i = 0; i < all.size() && all.containsKey(name); i++) {
            name = all.get(name).to();
        }
        return name;
    }

    /** What a job was called before each move that somebody did who may not say which jobs release. */
    synchronized List<Access.Former> formerNames(String job) {
        Set<String> seen = new LinkedHashSet<>();
        List<Access.Former> former = new ArrayList<>();
        Deque<String> names = new ArrayDeque<>(List.of(job));
        while (!names.isEmpty()) {
            String name = names.remove();
            moves().forEach((from, move) -> {
                if (move.to().equals(name) && !move.by().isEmpty() && seen.add(from)) {
                    former.add(new Access.Former(from, move.by()));
                    names.add(from);
                }
            });
        }
        return former;
    }

    /** There is a new job, whatever one of its name was before. */
    synchronized void created(String job) {
        Map<String, Move> all = moves();
        if (all.values().stream().anyMatch(m -> m.to().equals(job) && !m.by().isEmpty())) {
            all.replaceAll((from, move) -> move.to().equals(job) ? new Move(job, "") : move);
            write(all);
        }
    }

    private Map<String, Move> moves() {
        if (moves == null) {
            moves = new LinkedHashMap<>();
            for (String line : lines()) {
                String[] move = line.split(ARROW, -1);
                if (move.length > 1) {
                    moves.put(move[0], new Move(move[1], move.length > 2 ? move[2] : ""));
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

    private void write(Map<String, Move> all) {
        try {
            Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
            Files.createDirectories(directory);
            Path written = Path.of(file + ".new");
            Files.write(
                    written,
                    all.entrySet().stream()
                            .map(m -> m.getKey()
                                    + ARROW
                                    + m.getValue().to()
                                    + ARROW
                                    + m.getValue().by())
                            .collect(Collectors.toList()));
            Files.move(written, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
