package io.jenkins.plugins.releasetrain.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Files of a JENKINS_HOME that is in use: Jenkins writes beside a file and then renames. */
final class HomeFiles extends SimpleFileVisitor<Path> {
    private final Path home;
    private final String text;
    private final String[] others;
    private final List<Path> found = new ArrayList<>();

    private HomeFiles(Path home, String text, String[] others) {
        this.home = home;
        this.text = text;
        this.others = others;
    }

    /** @param others parts of paths that are not looked at */
    static List<Path> with(Path home, String text, String... others) throws IOException {
        HomeFiles files = new HomeFiles(home, text, others);
        Files.walkFileTree(home, files);
        return files.found;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        boolean ours = Stream.of(others)
                .noneMatch(part -> home.relativize(file).toString().contains(part));
        if (ours && attributes.isRegularFile() && holds(file)) {
            found.add(file);
        }
        return FileVisitResult.CONTINUE;
    }

    private boolean holds(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw e;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
        return e == null ? FileVisitResult.CONTINUE : visitFileFailed(directory, e);
    }
}
