package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.security.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

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

    /** Of the file, as far as this one wrote or read them. */
    private int lines;

    /** @param file one move a line, the newest last */
    MovedJobs(Path file) {
        this.file = file;
    }

    /** @param by who did it, if that is somebody who may not say which jobs release; empty otherwise */
    synchronized void moved(String from, String to, String by) {
        Map<String, Move> all = moves();
        Move move = new Move(to, by.replaceAll("\\s", " "));
        note(all, from, move);
        if (lines < 2 * KEPT) {
            append(line(from, move));
        } else {
            write(all);
        }
    }

    private static void note(Map<String, Move> all, String from, Move move) {
        // Whoever has this name now has not gone anywhere.
        all.remove(move.to());
        all.remove(from);
        all.put(from, move);
        while (all.size() > KEPT) {
            all.remove(all.keySet().iterator().next());
        }
    }

    private static String line(String from, Move move) {
        return from + ARROW + move.to() + ARROW + move.by();
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
            for (String line : read()) {
                lines++;
                String[] move = line.split(ARROW, -1);
                if (move.length > 1) {
                    note(moves, move[0], new Move(move[1], move.length > 2 ? move[2] : ""));
                }
            }
        }
        return moves;
    }

    private List<String> read() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each job of a folder that is moved is a move of its own: the others are not written again for each of thousands. */
    private void append(String line) {
        try {
            Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            // Whatever was cut off before is a line of its own.
            Files.writeString(file, "\n" + line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            lines += 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Map<String, Move> all) {
        try {
            Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            Path written = Path.of(file + ".new");
            Files.write(
                    written,
                    all.entrySet().stream()
                            .map(m -> line(m.getKey(), m.getValue()))
                            .toList());
            Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
            lines = all.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
