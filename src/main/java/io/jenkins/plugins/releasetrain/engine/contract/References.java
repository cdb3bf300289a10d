package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.contract.Json.Type;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The documents of one version, and where their {@code $ref}s lead. Only what is among these documents is followed; nothing
 * is ever fetched.
 */
final class References {
    private static final int HOPS = 64;

    private final Map<String, Json> documents = new LinkedHashMap<>();
    private final Map<String, Json> byId = new HashMap<>();
    private final Set<String> referred = new TreeSet<>();
    private final Map<String, Json> remote = new LinkedHashMap<>();

    private References() {}

    static References read(List<ContractFile> files) {
        Bounds.check(files);
        References all = new References();
        for (ContractFile file : files) {
            Json document = JsonReader.jsonOrYaml(file);
            all.documents.put(file.name(), document);
        }
        all.documents.values().forEach(all::index);
        return all;
    }

    Map<String, Json> documents() {
        return documents;
    }

    /** Whether another document refers to this one: it need not be a contract of its own. */
    boolean isReferred(String file) {
        return referred.contains(file);
    }

    /** References that lead out of the contract, as they are written, and where. */
    Map<String, Json> remote() {
        return remote;
    }

    private void index(Json document) {
        Deque<Json> open = new ArrayDeque<>(List.of(document));
        while (!open.isEmpty()) {
            Json json = open.pop();
            String id = json.get("$id").text();
            if (!id.isEmpty()) {
                byId.putIfAbsent(id.endsWith("#") ? id.substring(0, id.length() - 1) : id, json);
            }
            String anchor = json.get("$anchor").text();
            if (!anchor.isEmpty()) {
                byId.putIfAbsent(json.file() + "#" + anchor, json);
            }
            String ref = json.get("$ref").text();
            if (!ref.isEmpty()) {
                String target = file(json, ref);
                if (target != null && !target.equals(json.file())) {
                    referred.add(target);
                }
            }
            json.members().values().forEach(open::push);
            json.items().forEach(open::push);
        }
    }

    /** Null: in no file of the contract. */
    private String file(Json from, String ref) {
        String path = ref.split("#", 2)[0];
        if (path.isEmpty()) {
            return from.file();
        }
        if (path.contains(":") || path.startsWith("/")) {
            return null;
        }
        Deque<String> parts = new ArrayDeque<>();
        String folder =
                from.file().contains("/") ? from.file().substring(0, from.file().lastIndexOf('/') + 1) : "";
        for (String part : (folder + decoded(path)).split("/")) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    return null;
                }
            } else if (!part.equals(".") && !part.isEmpty()) {
                parts.addLast(part);
            }
        }
        String name = String.join("/", parts);
        return documents.containsKey(name) ? name : null;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /**
     * What a value stands for: itself, or what its {@code $ref} leads to.
     *
     * @return a value that still has a {@code $ref}: it leads out of the contract
     */
    Json resolve(Json json) {
        Json at = json;
        for (int hop = 0; at.is(Type.OBJECT) && at.get("$ref").is(Type.STRING); hop++) {
            if (hop > HOPS) {
                throw Texts.invalid(json.file(), json.line(), "has a $ref that leads to itself");
            }
            Json target = target(at);
            if (target == null) {
                return at;
            }
            at = target;
        }
        return at;
    }

    private Json target(Json from) {
        String ref = from.get("$ref").text();
        String bare = ref.endsWith("#") ? ref.substring(0, ref.length() - 1) : ref;
        String file = file(from, ref);
        String fragment = ref.contains("#") ? ref.substring(ref.indexOf('#') + 1) : "";
        Json document = file != null ? documents.get(file) : byId.get(bare.split("#", 2)[0]);
        if (document == null && bare.contains(":")) {
            remote.putIfAbsent(Texts.shown(ref), from);
            return null;
        }
        if (document == null) {
            throw missing(from, ref);
        }
        if (!fragment.isEmpty() && !fragment.startsWith("/")) {
            document = byId.getOrDefault(document.file() + "#" + fragment, Json.MISSING);
        } else if (!fragment.isEmpty()) {
            for (String step : fragment.substring(1).split("/", -1)) {
                document = step(document, decoded(step).replace("~1", "/").replace("~0", "~"));
            }
        }
        if (!document.isThere()) {
            throw missing(from, ref);
        }
        return document;
    }

    private Json step(Json json, String step) {
        if (json.is(Type.ARRAY)) {
            int index = step.matches("\\d{1,6}") ? Integer.parseInt(step) : -1;
            return index >= 0 && index < json.items().size() ? json.items().get(index) : Json.MISSING;
        }
        return json.has(step)
                ? json.get(step)
                : json.has("$ref") ? resolve(json).get(step) : Json.MISSING;
    }

    private static RuntimeException missing(Json from, String ref) {
        return Texts.invalid(
                from.file(),
                from.line(),
                "refers to '" + Texts.shown(ref) + "', which is not part of the contract: publish that file too");
    }
}
