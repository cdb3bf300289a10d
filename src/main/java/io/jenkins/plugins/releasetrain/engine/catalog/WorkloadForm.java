package io.jenkins.plugins.releasetrain.engine.catalog;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Arrays;
import java.util.regex.Pattern;

/** The written form of a workload: {@code kind/name[/container]}. */
final class WorkloadForm {
    // Kubernetes, "Object Names and IDs": a workload's name is a DNS subdomain, a container's a DNS label.
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?");
    private static final Pattern CONTAINER = Pattern.compile("[a-z0-9](?:[-a-z0-9]*[a-z0-9])?");

    private WorkloadForm() {}

    static Workload parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw EngineException.invalid(
                    "Not a workload: '" + text + "'; expected kind/name or kind/name/container, as in Deployment/cart");
        }
        Workload.Kind kind = Arrays.stream(Workload.Kind.values())
                .filter(k -> k.kubernetesName().equals(parts[0]))
                .findFirst()
                .orElseThrow(() -> EngineException.invalid("Unknown kind '" + parts[0] + "' of workload '" + text
                        + "'; expected Deployment, StatefulSet or DaemonSet"));
        boolean named = parts[1].length() <= 253 && NAME.matcher(parts[1]).matches();
        boolean contained = parts.length == 2
                || parts[2].length() <= 63 && CONTAINER.matcher(parts[2]).matches();
        if (!named || !contained) {
            throw EngineException.invalid("Not a valid " + (named ? "container" : "name") + " in workload '" + text
                    + "'; Kubernetes wants lower case letters, digits and inner hyphens");
        }
        return new Workload(kind, parts[1], parts.length == 2 ? "" : parts[2]);
    }
}
