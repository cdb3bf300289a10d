package io.jenkins.plugins.releasetrain.engine.catalog;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The written form of a workload: {@code kind/name[/container]}. */
final class WorkloadForm {
    // Kubernetes, "Object Names and IDs": a workload's name is a DNS subdomain, a container's a DNS label.
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?");
    private static final Pattern CONTAINER = Pattern.compile("[a-z0-9](?:[-a-z0-9]*[a-z0-9])?");

    private WorkloadForm() {}

    /** @param kinds that the catalog describes, beside the known ones, by name */
    static Workload parse(String text, Map<String, Workload.Kind> kinds) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw EngineException.invalid(
                    "Not a workload: '" + text + "'; expected kind/name or kind/name/container, as in Deployment/cart");
        }
        Workload.Kind kind = Optional.ofNullable(kinds.get(parts[0]))
                .or(() -> known(parts[0]))
                .orElseThrow(() -> EngineException.invalid("Unknown kind '" + parts[0] + "' of workload '" + text
                        + "'; expected " + names(kinds) + ", or one that 'kinds' describes"));
        boolean named = parts[1].length() <= 253 && NAME.matcher(parts[1]).matches();
        boolean contained = parts.length == 2
                || parts[2].length() <= 63 && CONTAINER.matcher(parts[2]).matches();
        if (!named || !contained) {
            throw EngineException.invalid("Not a valid " + (named ? "container" : "name") + " in workload '" + text
                    + "'; Kubernetes wants lower case letters, digits and inner hyphens");
        }
        return new Workload(kind, parts[1], parts.length == 2 ? "" : parts[2]);
    }

    static Optional<Workload.Kind> known(String name) {
        return Workload.Kind.known().stream()
                .filter(k -> k.kubernetesName().equals(name))
                .findFirst();
    }

    private static String names(Map<String, Workload.Kind> kinds) {
        return Stream.concat(Workload.Kind.known().stream().map(Workload.Kind::kubernetesName), kinds.keySet().stream())
                .collect(Collectors.joining(", "));
    }
}
