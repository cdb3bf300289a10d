package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.jenkins.plugins.releasetrain.engine.model.BuildNames;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Somebody who reads answers, and may not see every job: of the others' builds neither name, address and person nor the
 * reasons that they gave are told. Good for one answer, since it remembers what may be seen.
 */
public final class Reader {
    /** Sees all. */
    public static final Reader ALL = new Reader(job -> true);

    private static final ObjectMapper JSON = Json.mapper();
    private static final List<String> OF_THE_BUILD =
            List.of("build", "url", "user", "reason", "revision", "branch", "test");

    private static final byte[] ADDRESS = "\"url\":\"job/".getBytes(StandardCharsets.UTF_8);

    private final Predicate<String> sees;
    private final Predicate<String> gone;
    private final boolean seesAll;
    private final Map<String, Boolean> known = new HashMap<>();

    /** @param sees whether a job may be seen, by its full name */
    public Reader(Predicate<String> sees) {
        this(sees, build -> false, false);
    }

    private Reader(Predicate<String> sees, Predicate<String> gone, boolean seesAll) {
        this.sees = sees;
        this.gone = gone;
        this.seesAll = seesAll;
    }

    /** @param gone whether a build is not there any more, by its job's full name, # and number: it is named without link */
    public Reader without(Predicate<String> gone) {
        return new Reader(sees, gone, this == ALL || seesAll);
    }

    private boolean mayNotSee(String build) {
        int end = build.lastIndexOf('#');
        return !build.isEmpty() && !known.computeIfAbsent(end < 0 ? build : build.substring(0, end), sees::test);
    }

    /**
     * What of an answer this reader may see.
     *
     * @param found whether it was searched by words or a person: what may not be seen is not found then
     * @param ifNoneMatch the request's header; null or empty for none
     */
    public Answer see(Answer answer, boolean found, String ifNoneMatch) {
        Answer seen = answer;
        boolean all = this == ALL || seesAll && !hasAddress(answer.body());
        if (!all && answer.type().equals(Answer.JSON) && answer.body().length > 0) {
            seen = rewritten(answer, found);
        }
        return isKnown(seen.etag(), ifNoneMatch)
                ? new Answer(304, seen.etag(), new byte[0])
                : answer.notes().of(seen);
    }

    /** Most answers about what goes on name no build that could be gone. */
    private static boolean hasAddress(byte[] body) {
        for (int at = 0; at <= body.length - ADDRESS.length; at++) {
            if (body[at] == ADDRESS[0] && Arrays.equals(body, at, at + ADDRESS.length, ADDRESS, 0, ADDRESS.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isKnown(String etag, String ifNoneMatch) {
        return !etag.isEmpty()
                && ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(t -> t.strip().replaceFirst("^W/", ""))
                        .anyMatch(t -> t.equals(etag) || "*".equals(t));
    }

    private Answer rewritten(Answer answer, boolean found) {
        try {
            byte[] body = JSON.writeValueAsBytes(seen(JSON.readTree(answer.body()), found));
            String etag =
                    answer.etag().isEmpty() ? "" : '"' + Digest.sha256(body).abbreviated() + '"';
            return new Answer(answer.status(), etag, body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An answer of our own is not JSON", e);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode seen(JsonNode node, boolean found) {
        if (node instanceof ObjectNode object) {
            withoutTests(object);
            boolean hidden = isHidden(object);
            object.properties()
                    .forEach(field -> field.setValue(
                            hidden
                                            && OF_THE_BUILD.contains(field.getKey())
                                            && field.getValue().isTextual()
                                    ? TextNode.valueOf(field.getKey().equals("build") ? BuildNames.A_BUILD : "")
                                    : seen(field.getValue(), found)));
            if (hidden) {
                withoutJudge(object);
                withoutCommits(object);
                object.put("hidden", true);
            }
            withoutAddress(object);
            peopleOfWhatIsSeen(object);
        } else if (node instanceof ArrayNode array) {
            for (int i = array.size() - 1; i >= 0; i--) {
                if (found && array.get(i) instanceof ObjectNode object && isHidden(object)) {
                    array.remove(i);
                } else {
                    array.set(i, seen(array.get(i), found));
                }
            }
        } else if (node.isTextual() && node.textValue().indexOf('#') > 0) {
            return TextNode.valueOf(seen(node.textValue()));
        }
        return node;
    }

    /** A build that is gone has no page, no log and no record of its tests. */
    private void withoutAddress(ObjectNode object) {
        String build = object.path("build").asText("");
        if (!object.path("url").asText("").isEmpty() && build.indexOf('#') > 0 && gone.test(build)) {
            for (String address : List.of("url", "log", "tests")) {
                if (object.path(address).isTextual()) {
                    object.put(address, "");
                }
            }
        }
    }

    /** Of a trial only its verdict is told: not whose body ran it, nor of its tests more than that they failed. */
    private static void withoutJudge(ObjectNode object) {
        if (!object.path("by").isObject()) {
            return;
        }
        object.putNull("by");
        if (object.has("failures")) {
            object.putNull("counts").put("more", 0).putArray("failures");
            object.put("reason", object.path("verdict").asText().equals("FAILED") ? "its tests failed" : "");
        }
    }

    /** Of the commits of such a build only how many they are. */
    private static void withoutCommits(ObjectNode object) {
        if (object.path("commits").isArray()) {
            object.put("link", "").putArray("commits");
        }
    }

    /** Nobody is named, and no issue, for what is not told. */
    private static void peopleOfWhatIsSeen(ObjectNode object) {
        JsonNode differences = object.has("differences") ? object.get("differences") : object.path("changed");
        if (!object.path("people").isArray() || !differences.isArray()) {
            return;
        }
        Map<String, Set<String>> wrote = new HashMap<>();
        Set<JsonNode> issues = new HashSet<>();
        for (JsonNode difference : differences) {
            for (JsonNode commit : difference.at("/commits/commits")) {
                wrote.computeIfAbsent(person(commit, "author"), p -> new HashSet<>())
                        .add(commit.path("id").asText());
                commit.path("issues").forEach(issues::add);
            }
        }
        for (Iterator<JsonNode> people = object.get("people").elements(); people.hasNext(); ) {
            ObjectNode person = (ObjectNode) people.next();
            Set<String> commits = wrote.get(person(person, "name"));
            if (commits == null) {
                people.remove();
            } else {
                person.put("commits", commits.size());
            }
        }
        for (Iterator<JsonNode> all = object.path("issues").elements(); all.hasNext(); ) {
            if (!issues.contains(all.next())) {
                all.remove();
            }
        }
    }

    private static String person(JsonNode node, String name) {
        String user = node.path("user").asText();
        return user.isEmpty() ? " " + node.path(name).asText() : user;
    }

    /** A change that was rejected by tests that may not be seen: which ones is not told. */
    private void withoutTests(ObjectNode object) {
        if (object.path("rejected") instanceof ObjectNode rejected) {
            for (JsonNode trial : object.at("/search/trials")) {
                if (trial.path("verdict").asText().equals("FAILED")
                        && mayNotSee(trial.path("by").path("build").asText(""))) {
                    rejected.putArray("tests");
                    rejected.putArray("failures");
                    return;
                }
            }
        }
    }

    /** An object about a build; or about a trial, whose reason is that of the build {@code by} which it ran. */
    private boolean isHidden(ObjectNode object) {
        return mayNotSee(object.path("build").asText(""))
                || mayNotSee(object.path("by").path("build").asText(""));
    }

    /** A sentence without the names of builds that this reader may not see. */
    public String seen(String text) {
        return this == ALL || seesAll ? text : BuildNames.seen(text, job -> known.computeIfAbsent(job, sees::test));
    }
}
