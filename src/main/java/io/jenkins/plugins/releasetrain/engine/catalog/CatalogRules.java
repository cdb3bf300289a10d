package io.jenkins.plugins.releasetrain.engine.catalog;

import static io.jenkins.plugins.releasetrain.engine.catalog.YamlDocument.element;
import static io.jenkins.plugins.releasetrain.engine.catalog.YamlDocument.member;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes services of a catalog document and finds what its schema cannot: malformed values and contradictions. */
final class CatalogRules {
    private static final String SERVICES = member(YamlDocument.ROOT, "services");
    private static final String DEFAULTS = member(YamlDocument.ROOT, "defaults");
    private static final String PLACEHOLDER = "{service}";
    private static final Map<String, String> BUILT_IN = Map.of(
            "dev",
            PLACEHOLDER,
            "production",
            PLACEHOLDER,
            "productionTag",
            "production",
            "workload",
            "Deployment/" + PLACEHOLDER);

    private final YamlDocument document;
    private final List<Problem> problems;
    private final Map<String, String> defaults = new HashMap<>(BUILT_IN);
    private final SortedMap<String, Workload.Kind> kinds;
    private final SortedMap<String, Service> services = new TreeMap<>();

    private CatalogRules(YamlDocument document, List<Problem> problems) {
        this.document = document;
        this.problems = problems;
        this.kinds = KindRules.read(document, problems);
    }

    /**
     * @param document may violate the schema; what does is passed over, not reported again
     * @param badNames names that the schema refused: these services are not looked at, but known
     * @param problems gets what is wrong
     */
    static SortedMap<String, Service> apply(YamlDocument document, Set<String> badNames, List<Problem> problems) {
        CatalogRules rules = new CatalogRules(document, problems);
        rules.readDefaults();
        JsonNode nodes = document.json().path("services");
        nodes.properties().stream()
                .filter(entry -> !badNames.contains(entry.getKey()))
                .forEach(entry -> rules.readService(entry.getKey(), entry.getValue()));
        rules.checkDependencies(nodes);
        rules.checkUnique();
        ServiceParts.tellApart(rules.services);
        return rules.services;
    }

    private void readDefaults() {
        document.json().path("defaults").properties().forEach(entry -> {
            String key = entry.getKey();
            JsonNode template = entry.getValue();
            // A default that no service could use is one mistake, not one for each service.
            if (BUILT_IN.containsKey(key)
                    && template.isTextual()
                    && check(member(DEFAULTS, key), key, expand(template.asText(), "x"))) {
                defaults.put(key, template.asText());
            }
        });
    }

    private void readService(String name, JsonNode node) {
        Map<String, String> values = new HashMap<>();
        for (String key : BUILT_IN.keySet()) {
            JsonNode own = node.path(key);
            String value = expand(own.asText(defaults.get(key)), name);
            String path = own.isMissingNode() ? path(name) : member(path(name), key);
            if ((own.isTextual() || own.isMissingNode()) && check(path, key, value)) {
                values.put(key, value);
            }
        }
        List<Workload> others = new ArrayList<>();
        boolean listed = readWorkloads(name, node, values, others);
        SortedSet<String> dependsOn = new TreeSet<>();
        node.path("dependsOn").forEach(dependency -> dependsOn.add(dependency.asText()));
        if (listed && values.size() == BUILT_IN.size()) {
            services.put(
                    name,
                    new Service(
                            name,
                            values.get("dev"),
                            values.get("production"),
                            values.get("productionTag"),
                            WorkloadForm.parse(values.get("workload"), kinds),
                            node.path("group").asText(name),
                            Collections.unmodifiableSortedSet(dependsOn),
                            new Service.Parts(others, Set.of(), false)));
        }
    }

    /**
     * A list in the place of one workload.
     *
     * @param values gets the first
     * @param others gets the rest
     * @return whether all of them can be used
     */
    private boolean readWorkloads(String name, JsonNode node, Map<String, String> values, List<Workload> others) {
        JsonNode list = node.path("workloads");
        if (!list.isArray() || list.isEmpty()) {
            return true;
        }
        if (node.has("workload")) {
            problems.add(document.problem(
                    member(path(name), "workloads"), "say workload or workloads, not both: the list holds all"));
            return false;
        }
        boolean usable = true;
        for (int i = 0; i < list.size(); i++) {
            String value = expand(list.path(i).asText(), name);
            String path = element(member(path(name), "workloads"), i);
            if (!list.path(i).isTextual() || !check(path, "workload", value)) {
                usable = false;
            } else if (i == 0) {
                values.put("workload", value);
            } else {
                others.add(WorkloadForm.parse(value, kinds));
            }
        }
        return usable;
    }

    private static String expand(String template, String service) {
        return template.replace(PLACEHOLDER, service);
    }

    /** Whether the value can be used; if not, that is a problem at the path. */
    private boolean check(String path, String key, String value) {
        try {
            switch (key) {
                case "workload" -> WorkloadForm.parse(value, kinds);
                case "productionTag" -> ImageReference.checkTag(value);
                default -> ImageReference.checkRepository(value);
            }
            return true;
        } catch (EngineException e) {
            problems.add(document.problem(path, e.getMessage()));
            return false;
        }
    }

    /** Services may call each other: whoever is connected is so in both directions (CAT-2). */
    private void checkDependencies(JsonNode nodes) {
        nodes.properties().forEach(entry -> {
            JsonNode names = entry.getValue().path("dependsOn");
            for (int i = 0; i < names.size(); i++) {
                String name = names.path(i).asText();
                if (!nodes.has(name) && names.path(i).isTextual()) {
                    String path = element(member(path(entry.getKey()), "dependsOn"), i);
                    problems.add(document.problem(path, "there is no service '" + name + "'"));
                }
            }
        });
    }

    private void checkUnique() {
        Map<String, String> workloads = new HashMap<>();
        Map<String, String> containers = new HashMap<>();
        Map<String, String> tags = new HashMap<>();
        services.values().forEach(service -> {
            List<Workload> parts = service.workloads();
            for (int i = 0; i < parts.size(); i++) {
                Workload workload = parts.get(i);
                String whole = workload.kind().kubernetesName() + "/" + workload.name();
                String place = workload.container().isEmpty() ? whole : whole + "/" + workload.container();
                // Who names no container has all of its image there, so nobody else can have one.
                String rival = place.equals(whole)
                        ? workloads.get(whole)
                        : containers.getOrDefault(place, containers.get(whole));
                String key = parts.size() == 1 ? "workload" : element("workloads", i);
                unique(service.name(), key, place, rival);
                workloads.putIfAbsent(whole, service.name());
                containers.putIfAbsent(place, service.name());
            }
            String tag = service.productionRepository() + ":" + service.productionTag();
            unique(service.name(), "production", tag, tags.putIfAbsent(tag, service.name()));
        });
    }

    /** @param rival who has it already; null for nobody */
    private void unique(String name, String key, String what, String rival) {
        if (rival != null) {
            problems.add(document.problem(
                    key.startsWith("workloads") ? path(name) + "." + key : member(path(name), key),
                    what + " belongs to service '" + rival + "' already, on line " + document.line(path(rival))));
        }
    }

    private static String path(String service) {
        return member(SERVICES, service);
    }
}
