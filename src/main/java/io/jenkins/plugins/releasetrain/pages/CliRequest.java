package io.jenkins.plugins.releasetrain.pages;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Asked;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** What the words behind {@code release-train} ask of the API, which is the same as by HTTP. */
sealed interface CliRequest {
    /** For who types something else. */
    String USAGE =
            "now | compare from=RELEASE to=RELEASE | notes RELEASE [since=RELEASE] [format=md] | get PATH [NAME=VALUE…]"
                    + " | plan OPERATION [NAME=VALUE…] | perform OPERATION [NAME=VALUE…]";

    /**
     * Something to read.
     *
     * @param query encoded, without question mark
     */
    record Get(String path, String query) implements CliRequest {}

    /** @param plan only says what it would do */
    record Act(boolean plan, Asked asked) implements CliRequest {}

    /** @throws EngineException INVALID_INPUT where they say nothing that there is */
    static CliRequest of(List<String> words) {
        String verb = words.isEmpty() ? "" : words.get(0);
        List<String> rest = words.subList(Math.min(1, words.size()), words.size());
        return switch (verb) {
            case "now", "compare" -> new Get("/" + verb, query(rest));
            case "notes" -> new Get("/releases/" + encoded(subject(verb, rest)) + "/notes", query(tail(rest)));
            case "get" -> new Get("/" + subject(verb, rest).replaceFirst("^/+", ""), query(tail(rest)));
            case "plan", "perform" -> {
                String operation = "operation=" + encoded(subject(verb, rest));
                String more = query(tail(rest));
                yield new Act(verb.equals("plan"), Asked.of(more.isEmpty() ? operation : operation + "&" + more));
            }
            default -> throw EngineException.invalid("There is no '" + verb + "'; say " + USAGE);
        };
    }

    private static List<String> tail(List<String> words) {
        return words.subList(1, words.size());
    }

    private static String subject(String verb, List<String> words) {
        if (words.isEmpty() || words.get(0).isBlank() || words.get(0).contains("=")) {
            throw EngineException.invalid("'" + verb + "' is of what? Say " + USAGE);
        }
        return words.get(0);
    }

    private static String query(List<String> pairs) {
        return pairs.stream().map(CliRequest::pair).collect(Collectors.joining("&"));
    }

    private static String pair(String word) {
        int at = word.indexOf('=');
        if (at < 1) {
            throw EngineException.invalid("'" + word + "' is none of NAME=VALUE, as in train=shop");
        }
        return encoded(word.substring(0, at)) + "=" + encoded(word.substring(at + 1));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
