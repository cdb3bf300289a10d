package io.jenkins.plugins.releasetrain.engine.catalog;

import static io.jenkins.plugins.releasetrain.engine.catalog.YamlDocument.member;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Mode;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** What a catalog says of contracts: a service for itself, its group, or the defaults, in this order. */
final class ContractForm {
    private static final String KEY = "contracts";

    private final YamlDocument document;
    private final List<Problem> problems;

    private ContractForm(YamlDocument document, List<Problem> problems) {
        this.document = document;
        this.problems = problems;
    }

    /** @return by service; who says nothing is left out */
    static Map<String, ContractPolicy> read(
            YamlDocument document, SortedMap<String, Service> services, List<Problem> problems) {
        ContractForm form = new ContractForm(document, problems);
        JsonNode json = document.json();
        Optional<ContractPolicy> usual = form.policy(json.path("defaults"), member(YamlDocument.ROOT, "defaults"));
        Map<String, ContractPolicy> groups = form.all(json.path("groups"), member(YamlDocument.ROOT, "groups"));
        groups.keySet().stream()
                .filter(group ->
                        services.values().stream().noneMatch(s -> s.group().equals(group)))
                .forEach(group -> problems.add(document.problem(
                        member(member(YamlDocument.ROOT, "groups"), group), "no service is in this group")));
        Map<String, ContractPolicy> own = form.all(json.path("services"), member(YamlDocument.ROOT, "services"));
        Map<String, ContractPolicy> policies = new HashMap<>();
        services.values()
                .forEach(s -> Optional.ofNullable(own.get(s.name()))
                        .or(() -> Optional.ofNullable(groups.get(s.group())))
                        .or(() -> usual)
                        .ifPresent(policy -> policies.put(s.name(), policy)));
        return policies;
    }

    private Map<String, ContractPolicy> all(JsonNode nodes, String path) {
        Map<String, ContractPolicy> policies = new HashMap<>();
        nodes.properties()
                .forEach(e -> policy(e.getValue(), member(path, e.getKey()))
                        .ifPresent(policy -> policies.put(e.getKey(), policy)));
        return policies;
    }

    private Optional<ContractPolicy> policy(JsonNode owner, String path) {
        JsonNode node = owner.path(KEY);
        if (node.isTextual()) {
            return word(Mode.class, node, member(path, KEY))
                    .map(mode -> new ContractPolicy(mode, ContractPolicy.USUAL.blocking()));
        } else if (!node.path("policy").isTextual()) {
            return Optional.empty();
        }
        String own = member(path, KEY);
        Optional<Mode> mode = word(Mode.class, node.path("policy"), member(own, "policy"));
        Optional<Severity> severity = node.path("severity").isTextual()
                ? word(Severity.class, node.path("severity"), member(own, "severity"))
                : Optional.of(ContractPolicy.USUAL.blocking());
        return mode.flatMap(m -> severity.map(s -> new ContractPolicy(m, s)));
    }

    private <E extends Enum<E>> Optional<E> word(Class<E> type, JsonNode node, String path) {
        Optional<E> found = Arrays.stream(type.getEnumConstants())
                .filter(e -> e.name().toLowerCase(Locale.ROOT).equals(node.asText()))
                .findFirst();
        if (found.isEmpty()) {
            List<String> known = Arrays.stream(type.getEnumConstants())
                    .map(e -> e.name().toLowerCase(Locale.ROOT))
                    .toList();
            problems.add(document.problem(
                    path, "'" + node.asText() + "' is not known here; known are " + String.join(", ", known)));
        }
        return found;
    }
}
