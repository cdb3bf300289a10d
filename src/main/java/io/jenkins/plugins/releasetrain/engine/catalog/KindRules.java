package io.jenkins.plugins.releasetrain.engine.catalog;

import static io.jenkins.plugins.releasetrain.engine.catalog.YamlDocument.member;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The kinds of workloads that a catalog describes. */
final class KindRules {
    private static final String KINDS = member(YamlDocument.ROOT, "kinds");
    private static final String NAME = "[A-Z][A-Za-z0-9]*";

    private KindRules() {}

    /**
     * @param problems gets what is wrong with their names
     * @return by name; what violates the schema is passed over
     */
    static SortedMap<String, Workload.Kind> read(YamlDocument document, List<Problem> problems) {
        SortedMap<String, Workload.Kind> kinds = new TreeMap<>();
        document.json().path("kinds").properties().forEach(entry -> {
            String name = entry.getKey();
            JsonNode kind = entry.getValue();
            if (!name.matches(NAME)) {
                problems.add(document.problem(
                        member(KINDS, name), "a kind is named as Kubernetes does, as in CloneSet, not '" + name + "'"));
            } else if (WorkloadForm.known(name).isPresent()) {
                problems.add(document.problem(
                        member(KINDS, name), name + " is known; only kinds that are not are described here"));
            } else if (kind.path("apiVersion").isTextual()) {
                kinds.put(
                        name,
                        new Workload.Kind(
                                kind.path("apiVersion").asText(),
                                name,
                                kind.path("template").asText(Workload.Kind.USUAL_TEMPLATE)));
            }
        });
        return kinds;
    }

    /** Kinds that no workload is of, each where it is described. */
    static List<Problem> unused(YamlDocument document, Catalog catalog) {
        Set<String> used = catalog.services().values().stream()
                .flatMap(service -> service.workloads().stream())
                .map(workload -> workload.kind().kubernetesName())
                .collect(Collectors.toSet());
        return document.json().path("kinds").properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> !used.contains(name))
                .map(name -> document.problem(member(KINDS, name), "no workload is of the kind " + name))
                .sorted()
                .toList();
    }
}
