package io.jenkins.plugins.releasetrain.engine.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The sentences that sources put together of literals, with {@code {}} for what is put in; read from the sources themselves. */
final class EngineSentences {
    static final String VALUE = "{}";

    private static final Pattern COMMENTS_AND_BLOCKS =
            Pattern.compile("(\"(?:[^\"\\\\\n]|\\\\.)*\")|\"\"\".*?\"\"\"|//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern WORDS =
            Pattern.compile(".*[a-z]{2,}[ ,;]+(?:\\{}[ ,;]+)?'?[a-z]{2,}.*", Pattern.DOTALL);
    private static final Pattern FORMATTED = Pattern.compile("%[.0-9]*[a-z]");

    private final Set<String> found = new TreeSet<>();

    /** @param at a file, or a folder with files */
    static Set<String> of(Path at) throws IOException {
        EngineSentences sentences = new EngineSentences();
        try (Stream<Path> files = Files.walk(at)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                sentences.read(
                        COMMENTS_AND_BLOCKS.matcher(Files.readString(file)).replaceAll("$1"));
            }
        }
        return sentences.found;
    }

    private void read(String source) {
        int at = source.indexOf('"');
        while (at >= 0) {
            boolean after = source.substring(0, at).stripTrailing().endsWith("+");
            StringBuilder text = new StringBuilder(after ? VALUE : "");
            at = source.indexOf('"', sentence(source, at, text));
            String said = FORMATTED.matcher(text).replaceAll(VALUE).replace("%%", "%");
            if (WORDS.matcher(said).matches()) {
                found.add(said);
            }
        }
    }

    /** @return where it ends */
    private int sentence(String source, int begin, StringBuilder text) {
        int at = begin;
        while (true) {
            if (source.charAt(at) == '"') {
                int end = end(source, at);
                text.append(source, at + 1, end - 1);
                at = end;
            } else {
                text.append(VALUE);
                at = expression(source, at);
            }
            int next = blank(source, at);
            if (source.charAt(next) != '+') {
                return at;
            }
            at = blank(source, next + 1);
        }
    }

    /** Literals within it are sentences of their own. @return where it ends */
    private int expression(String source, int begin) {
        int depth = 0;
        int at = begin;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c == '"') {
                int end = end(source, at);
                read(source.substring(at, end) + ";");
                at = end;
                continue;
            } else if (depth == 0 && "+,;)?:}".indexOf(c) >= 0) {
                return at;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            at++;
        }
        return at;
    }

    private static int blank(String source, int from) {
        int at = from;
        while (Character.isWhitespace(source.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int end(String source, int begin) {
        int at = begin + 1;
        while (source.charAt(at) != '"') {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }
}
