package io.jenkins.plugins.releasetrain.engine.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML document as JSON that remembers where everything was. Scalars are text or null, as in YAML's failsafe schema,
 * so that {@code 1.10} and {@code on} mean what they say. Nothing but plain data is ever made of it.
 */
public final class YamlDocument {
    public static final String ROOT = "$";

    private static final Set<Tag> TAGS =
            Set.of(Tag.MAP, Tag.SEQ, Tag.STR, Tag.NULL, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.TIMESTAMP, Tag.MERGE);
    private static final Pattern SHORTHAND = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final int MAXIMUM_DEPTH = 50;
    private static final int ALWAYS_ALLOWED_NODES = 100_000;

    private final Map<String, Mark> marks = new HashMap<>();
    private final List<Problem> problems;
    private final JsonNode json;
    private int nodesLeft;

    private YamlDocument(Node root, int maximumNodes, List<Problem> problems) {
        this.problems = problems;
        this.nodesLeft = maximumNodes;
        this.json = convert(root, ROOT, root.getStartMark(), 0);
    }

    /**
     * @param problems gets duplicate keys, and what YAML itself does not allow
     * @return empty where there is nothing that could be looked at
     */
    public static Optional<YamlDocument> parse(String yaml, int maximumCharacters, List<Problem> problems) {
        if (yaml.length() > maximumCharacters) {
            problems.add(new Problem(
                    1, 1, ROOT, "has " + yaml.length() + " characters; at most " + maximumCharacters + " are read"));
            return Optional.empty();
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(maximumCharacters);
        options.setNestingDepthLimit(MAXIMUM_DEPTH);
        try {
            Node root = new Yaml(options).compose(new StringReader(yaml));
            if (root == null) {
                problems.add(new Problem(1, 1, ROOT, "the document is empty; it needs 'services:'"));
                return Optional.empty();
            }
            // What aliases expand to may not be much more than was written ("billion laughs").
            return Optional.of(new YamlDocument(root, Math.max(ALWAYS_ALLOWED_NODES, yaml.length()), problems));
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
            String message = (e.getContext() == null ? "" : e.getContext() + ": ") + e.getProblem();
            problems.add(problem(mark, ROOT, "not YAML: " + message));
        } catch (YAMLException e) {
            problems.add(new Problem(1, 1, ROOT, "not accepted as YAML: " + e.getMessage()));
        }
        return Optional.empty();
    }

    /** All scalars are text or null. */
    public JsonNode json() {
        return json;
    }

    /** A problem at the place of a path; of its nearest parent where the path itself is not in the document. */
    public Problem problem(String path, String message) {
        String place = path;
        while (!marks.containsKey(place)) {
            place = place.substring(0, Math.max(0, Math.max(place.lastIndexOf('.'), place.lastIndexOf('['))));
        }
        return problem(marks.get(place), path, message);
    }

    int line(String path) {
        return problem(path, "").line();
    }

    /** The path of an object's member, by RFC 9535. */
    public static String member(String object, String key) {
        boolean shorthand = SHORTHAND.matcher(key).matches();
        return object
                + (shorthand ? "." + key : "['" + key.replace("\\", "\\\\").replace("'", "\\'") + "']");
    }

    /** The path of a list's element, from 0. */
    public static String element(String array, int index) {
        return array + "[" + index + "]";
    }

    private static Problem problem(Mark mark, String path, String message) {
        return mark == null
                ? new Problem(1, 1, path, message)
                : new Problem(mark.getLine() + 1, mark.getColumn() + 1, path, message);
    }

    /** @param key where the member's name is: the place to show for what is not a scalar */
    private JsonNode convert(Node node, String path, Mark key, int depth) {
        boolean text = node instanceof ScalarNode && node.getTag() != Tag.NULL;
        marks.put(path, text ? node.getStartMark() : key);
        if (depth > MAXIMUM_DEPTH || --nodesLeft < 0) {
            throw new YAMLException("it is nested deeper, or its aliases make it larger, than a catalog may be");
        }
        if (!TAGS.contains(node.getTag())) {
            problems.add(problem(path, "the tag " + node.getTag() + " is not supported; remove it"));
        }
        if (node instanceof MappingNode mapping) {
            return object(mapping, path, depth);
        }
        if (node instanceof SequenceNode sequence) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (Node item : sequence.getValue()) {
                array.add(convert(item, element(path, array.size()), item.getStartMark(), depth + 1));
            }
            return array;
        }
        return text
                ? JsonNodeFactory.instance.textNode(((ScalarNode) node).getValue())
                : JsonNodeFactory.instance.nullNode();
    }

    private ObjectNode object(MappingNode mapping, String path, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (NodeTuple tuple : mapping.getValue()) {
            Mark mark = tuple.getKeyNode().getStartMark();
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(problem(mark, path, "a key must be text"));
                continue;
            }
            String member = member(path, key.getValue());
            if (object.has(key.getValue())) {
                problems.add(
                        problem(mark, member, "'" + key.getValue() + "' is there already, on line " + line(member)));
            } else {
                object.set(key.getValue(), convert(tuple.getValueNode(), member, mark, depth + 1));
            }
        }
        return object;
    }
}
