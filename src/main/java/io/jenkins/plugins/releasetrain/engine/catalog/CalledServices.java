package io.jenkins.plugins.releasetrain.engine.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which workloads call which, as far as their settings name Kubernetes Services: environment variables, arguments, and the
 * config maps that they take. A guess: what is looked up at run time, or said in code, is not seen.
 */
final class CalledServices {
    /** Workloads behind a Service, by the Service's name. */
    private final Map<String, Set<String>> behind = new HashMap<>();

    private final Map<String, JsonNode> configMaps = new HashMap<>();

    CalledServices(List<JsonNode> objects, List<DeployedImages> images) {
        for (JsonNode object : objects) {
            String kind = object.path("kind").asText();
            String name = object.at("/metadata/name").asText();
            if (kind.equals("Service")) {
                JsonNode selector = object.at("/spec/selector");
                Set<String> selected = images.stream()
                        .filter(i -> selects(selector, i.podTemplate().at("/metadata/labels")))
                        .map(DeployedImages::workload)
                        .collect(Collectors.toSet());
                behind.put(name, selected);
            } else if (kind.equals("ConfigMap")) {
                configMaps.put(name, object.path("data"));
            }
        }
    }

    private static boolean selects(JsonNode selector, JsonNode labels) {
        if (selector.isEmpty()) {
            return false;
        }
        for (Map.Entry<String, JsonNode> wanted : selector.properties()) {
            if (!wanted.getValue().equals(labels.path(wanted.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** Workloads that this one's settings name, without itself. */
    SortedSet<String> of(DeployedImages image) {
        List<String> texts = texts(image.podTemplate().path("spec")).toList();
        SortedSet<String> called = new TreeSet<>();
        behind.forEach((service, workloads) -> {
            Pattern named = address(service);
            if (texts.stream().anyMatch(t -> named.matcher(t).find())) {
                called.addAll(workloads);
            }
        });
        called.remove(image.workload());
        return called;
    }

    /**
     * A host of a URL, one with a port, one of a connection string ({@code Host=db;}), or a text that is nothing but the
     * host; with or without its namespace.
     */
    private static Pattern address(String service) {
        String host = Pattern.quote(service) + "(?:\\.[a-z0-9-]+(?:\\.svc[a-z0-9.-]*)?)?";
        return Pattern.compile("(?:://(?:[^\\s/@]*@)?|(?i:host|server|address)=)" + host + "(?![\\w.-])"
                + "|(?<![\\w.-])" + host + ":\\d|^" + host + "$");
    }

    private Stream<String> texts(JsonNode podSpec) {
        return Stream.concat(
                Stream.of("containers", "initContainers")
                        .flatMap(list -> stream(podSpec.path(list)))
                        .flatMap(this::ofContainer),
                stream(podSpec.path("volumes")).flatMap(v -> data(v.at("/configMap/name"))));
    }

    private Stream<String> ofContainer(JsonNode container) {
        return Stream.of(
                        stream(container.path("env")).flatMap(this::ofVariable),
                        stream(container.path("envFrom")).flatMap(e -> data(e.at("/configMapRef/name"))),
                        stream(container.path("args")).map(JsonNode::asText),
                        stream(container.path("command")).map(JsonNode::asText))
                .flatMap(texts -> texts);
    }

    private Stream<String> ofVariable(JsonNode variable) {
        JsonNode reference = variable.at("/valueFrom/configMapKeyRef");
        return reference.isMissingNode()
                ? Stream.of(variable.path("value").asText())
                : Stream.of(configMaps
                        .getOrDefault(reference.path("name").asText(), reference.path("none"))
                        .path(reference.path("key").asText())
                        .asText());
    }

    private Stream<String> data(JsonNode name) {
        JsonNode data = configMaps.get(name.asText());
        return data == null ? Stream.of() : stream(data).map(JsonNode::asText);
    }

    private static Stream<JsonNode> stream(JsonNode node) {
        return Stream.iterate(node.elements(), e -> e.hasNext(), e -> e).map(e -> e.next());
    }
}
