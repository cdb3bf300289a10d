package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** How a reader wants the notes of a release: made of the JSON once what he may not see is taken out of it. */
enum NotesForm {
    JSON,
    MARKDOWN,
    TEXT;

    private static final int SHORT = 8;

    /** The notes of an answer that has them; any other answer is left as it is. */
    Answer of(Answer answer) {
        if (this == JSON || answer.status() != 200) {
            return answer;
        }
        try {
            String text = new Writer(this == MARKDOWN).notes(Json.mapper().readTree(answer.body()));
            String type = (this == MARKDOWN ? "text/markdown" : "text/plain") + ";charset=UTF-8";
            return new Answer(200, type, answer.etag(), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("An answer of our own is not JSON", e);
        }
    }

    /** Each commit once, below the first service that it came to. */
    private static final class Writer {
        private final boolean markdown;
        private final StringBuilder out = new StringBuilder();
        private final Set<String> told = new HashSet<>();

        Writer(boolean markdown) {
            this.markdown = markdown;
        }

        String notes(JsonNode notes) {
            line((markdown ? "# " : "") + plain(notes.path("release").asText()));
            line("");
            String since = notes.path("since").asText();
            line("Since " + (since.isEmpty() ? "nothing" : plain(since)) + ": "
                    + count(notes.path("total").asInt(), "service") + people(notes));
            notes.path("changed").forEach(this::service);
            int more = notes.path("total").asInt() - notes.path("changed").size();
            if (more > 0) {
                line("");
                line("… and " + count(more, "more service"));
            }
            String note = notes.at("/note/text").asText("");
            if (!note.isEmpty()) {
                line("");
                line(note.lines()
                        .map(this::plain)
                        .reduce((a, b) -> a + "\n" + b)
                        .orElse(""));
            }
            return out.toString();
        }

        private String people(JsonNode notes) {
            StringBuilder people = new StringBuilder();
            notes.path("people")
                    .forEach(p -> people.append(people.isEmpty() ? "" : ", ")
                            .append(plain(p.path("name").asText())));
            return people.isEmpty() ? "" : "; by " + people;
        }

        private void service(JsonNode d) {
            line("");
            String from = d.at("/from/name").asText("");
            String to = d.at("/to/name").asText("");
            String versions = to.isEmpty() ? "removed" : from.isEmpty() ? to : from + " → " + to;
            JsonNode commits = d.path("commits");
            String state = commits.path("state").asText("");
            line((markdown ? "## " : "")
                    + plain(d.path("service").asText() + " " + versions)
                    + (state.equals("BACK") ? " (taken back)" : ""));
            line("");
            commits.path("commits").forEach(this::commit);
            int listed = commits.path("commits").size();
            int total = commits.path("total").asInt();
            if (total > listed) {
                line("- " + (listed == 0 ? count(total, "commit") : "… and " + (total - listed) + " more"));
            } else if (state.isEmpty() || state.equals("UNKNOWN")) {
                line("- commits are not known");
            } else if (total == 0) {
                line("- no commits");
            }
            String link = commits.path("link").asText("");
            if (!link.isEmpty()) {
                line("- " + (markdown ? "[compare](" + address(link) + ")" : link));
            }
        }

        private void commit(JsonNode c) {
            String id = c.path("id").asText();
            if (!told.add(id)) {
                line("- " + brief(id) + ", told above");
                return;
            }
            StringBuilder text = new StringBuilder("- " + plain(c.path("title").asText()));
            c.path("issues").forEach(i -> text.append(issue(i, c.path("title").asText())));
            String author = c.path("author").asText();
            text.append(author.isEmpty() ? "" : " – " + plain(author));
            String url = c.path("url").asText();
            text.append(
                    markdown && !url.isEmpty()
                            ? " ([" + brief(id) + "](" + address(url) + "))"
                            : " (" + brief(id) + ")");
            line(text.toString());
        }

        private String issue(JsonNode i, String title) {
            String key = i.path("key").asText();
            String url = i.path("url").asText();
            if (markdown && !url.isEmpty()) {
                return " [" + plain(key) + "](" + address(url) + ")";
            }
            return title.contains(key) ? "" : " " + plain(key);
        }

        private static String brief(String id) {
            return id.substring(0, Math.min(SHORT, id.length())).replaceAll("[^\\w.-]", "");
        }

        private static String count(int n, String what) {
            return n + " " + what + (n == 1 ? "" : "s");
        }

        /** Nothing in a text from outside is markup. */
        private String plain(String text) {
            return markdown ? text.replaceAll("([\\\\`*_{}\\[\\]()#+!|<>~&@-])", "\\\\$1") : text;
        }

        private static String address(String url) {
            return url.replace("(", "%28")
                    .replace(")", "%29")
                    .replace(" ", "%20")
                    .replace("<", "%3C");
        }

        private void line(String text) {
            out.append(text).append('\n');
        }
    }

    static NotesForm of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "json" -> JSON;
            case "md" -> MARKDOWN;
            case "text" -> TEXT;
            default -> throw EngineException.invalid("Parameter 'format' must be md, text or json, not '" + name + "'");
        };
    }
}
