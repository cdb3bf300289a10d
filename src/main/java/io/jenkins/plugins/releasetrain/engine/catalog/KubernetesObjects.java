package io.jenkins.plugins.releasetrain.engine.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Kubernetes objects as plain data, from what {@code kubectl get -o yaml}, Kustomize or Helm print. */
public final class KubernetesObjects {
    private static final int MAXIMUM_CHARACTERS = 50_000_000;
    private static final int MAXIMUM_ALIASES = 200;

    private KubernetesObjects() {}

    /**
     * @param yaml documents, one after the other; lists are taken apart
     * @param name of the text, for the message
     * @throws EngineException INVALID_INPUT where it is not YAML
     */
    public static List<JsonNode> parse(String yaml, String name) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAXIMUM_CHARACTERS);
        options.setMaxAliasesForCollections(MAXIMUM_ALIASES);
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> objects = new ArrayList<>();
        try {
            new Yaml(new SafeConstructor(options))
                    .loadAll(yaml)
                    .forEach(document -> add(json.valueToTree(document), objects));
        } catch (YAMLException | IllegalArgumentException e) {
            throw EngineException.invalid(name + " is not YAML as Kubernetes takes it: " + e.getMessage());
        }
        return objects;
    }

    private static void add(JsonNode node, List<JsonNode> objects) {
        if (node.path("kind").asText().endsWith("List") && node.path("items").isArray()) {
            node.path("items").forEach(item -> add(item, objects));
        } else if (node.isObject() && node.hasNonNull("kind")) {
            objects.add(node);
        }
    }
}
