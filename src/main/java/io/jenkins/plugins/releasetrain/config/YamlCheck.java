package io.jenkins.plugins.releasetrain.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.catalog.Problem;
import io.jenkins.plugins.releasetrain.engine.catalog.YamlDocument;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says of a configuration as code, before anybody applies it, what is wrong with it and where. Changes nothing. */
final class YamlCheck {
    private static final String ROOT = "releaseTrain";
    private static final int LARGEST = 5_000_000;
    /** How rules name what they are about. */
    private static final Pattern PLACE =
            Pattern.compile("(registry|environment|catalog|train|webhook)s? '([^']*)'(?:, | |: )*(.*)", Pattern.DOTALL);

    private static final Pattern NO_NAME = Pattern.compile("the name '([^']*)' of a (\\w+) is none.*", Pattern.DOTALL);
    private static final Pattern SINGLE = Pattern.compile("(store|history|badges): (.*)", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("(\\w+)(?: is |: ).*", Pattern.DOTALL);

    private final List<Problem> problems = new ArrayList<>();
    private final YamlDocument document;
    private final String root;

    private YamlCheck(YamlDocument document, List<Problem> known) {
        this.document = document;
        this.problems.addAll(known);
        this.root = document.json().has(ROOT) ? YamlDocument.member(YamlDocument.ROOT, ROOT) : YamlDocument.ROOT;
    }

    /**
     * @param yaml with {@code releaseTrain:} at its top, or what is below that
     * @param bind makes a draft of JSON in which all values are text, as forms send it
     * @return in the order of lines; empty where it would be taken
     */
    static List<Problem> of(String yaml, Function<String, Draft> bind) {
        List<Problem> found = new ArrayList<>();
        Optional<YamlDocument> document = yaml.isBlank() ? Optional.empty() : YamlDocument.parse(yaml, LARGEST, found);
        document.ifPresent(d -> {
            YamlCheck check = new YamlCheck(d, List.of());
            check.look(bind);
            found.addAll(check.problems);
        });
        return found.stream().sorted().distinct().toList();
    }

    private void look(Function<String, Draft> bind) {
        JsonNode json = root.equals(YamlDocument.ROOT)
                ? document.json()
                : document.json().get(ROOT);
        if (!(json instanceof ObjectNode object)) {
            add(root, "has to be an object with keys as 'trains'");
            return;
        }
        int before = problems.size();
        keys(object, root, Draft.class);
        if (problems.size() > before) {
            // What is called otherwise would be missing, and be told once more.
            return;
        }
        try {
            Settings.of(bind.apply(object.toString()));
        } catch (Settings.Problems e) {
            e.all().forEach(problem -> place(object, problem));
        } catch (IllegalArgumentException | LinkageError e) {
            add(root, "a value is none that its key can have");
        }
    }

    private void add(String path, String message) {
        problems.add(document.problem(path, message));
    }

    /** Keys that there are not, and values of the wrong kind. */
    private void keys(ObjectNode part, String path, Class<?> type) {
        Map<String, Type> known = Properties.of(type);
        part.fields().forEachRemaining(field -> {
            String place = YamlDocument.member(path, field.getKey());
            Type wanted = known.get(field.getKey());
            if (wanted == null) {
                add(place, "there is no such key; known are " + String.join(", ", known.keySet()));
            } else if (!field.getValue().isNull()) {
                value(field.getValue(), place, wanted);
            }
        });
    }

    private void value(JsonNode value, String place, Type wanted) {
        Optional<Class<?>> part = Properties.part(wanted);
        if (Properties.isList(wanted)) {
            if (!value.isArray()) {
                add(place, "has to be a list");
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                one(value.get(i), YamlDocument.element(place, i), part);
            }
        } else if (part.isPresent()) {
            one(value, place, part);
        } else if (wanted instanceof Class<?> plain) {
            scalar(value, place, plain);
        }
    }

    private void one(JsonNode value, String place, Optional<Class<?>> part) {
        if (part.isPresent() && value instanceof ObjectNode object) {
            keys(object, place, part.get());
        } else if (part.isPresent()) {
            add(place, "has to be an object");
        }
    }

    private void scalar(JsonNode value, String place, Class<?> plain) {
        String text = value.asText();
        try {
            if (plain == int.class || plain == Integer.class) {
                Integer.parseInt(text.strip());
            } else if (plain == double.class || plain == Double.class) {
                Double.parseDouble(text.strip());
            } else if (plain == boolean.class || plain == Boolean.class) {
                if (!List.of("true", "false", "yes", "no", "on", "off").contains(text)) {
                    add(place, "'" + text + "' is neither true nor false");
                }
            } else if (plain.isEnum() && Forms.isNone(plain, text)) {
                add(place, "'" + text + "' is none of " + List.of(plain.getEnumConstants()));
            } else if (plain == String.class && value.isContainerNode()) {
                add(place, "has to be text");
            }
        } catch (NumberFormatException e) {
            add(place, "'" + text + "' is not a number that fits");
        }
    }

    /** A rule's sentence, at what it is about. */
    private void place(ObjectNode json, String problem) {
        Matcher single = SINGLE.matcher(problem);
        Matcher unnamed = NO_NAME.matcher(problem);
        Matcher named = PLACE.matcher(problem);
        if (single.matches()) {
            String path = YamlDocument.member(root, single.group(1));
            add(field(json.path(single.group(1)), path, single.group(2)), problem);
        } else if (unnamed.matches()) {
            entry(json, unnamed.group(2), unnamed.group(1), "", problem);
        } else if (named.find()) {
            entry(json, named.group(1), named.group(2), named.group(3), problem);
        } else {
            add(root, problem);
        }
    }

    private void entry(ObjectNode json, String noun, String name, String rest, String problem) {
        for (EntryKind kind : EntryKind.values()) {
            if (kind.noun().equals(noun)) {
                String list = YamlDocument.member(root, kind.key());
                JsonNode all = json.path(kind.key());
                // Of two of a name the second one is too much.
                for (int i = all.size() - 1; i >= 0; i--) {
                    if (all.get(i).path("name").asText().equals(name)) {
                        add(field(all.get(i), YamlDocument.element(list, i), rest), problem);
                        return;
                    }
                }
                add(list, problem);
                return;
            }
        }
        add(root, problem);
    }

    private static String field(JsonNode part, String path, String sentence) {
        Matcher field = FIELD.matcher(sentence);
        return field.matches() && part.has(field.group(1)) ? YamlDocument.member(path, field.group(1)) : path;
    }
}
