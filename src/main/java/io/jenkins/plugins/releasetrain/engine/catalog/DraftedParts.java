package io.jenkins.plugins.releasetrain.engine.catalog;

import io.jenkins.plugins.releasetrain.engine.catalog.DeployedImages.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * How a drafted service says where it runs.
 *
 * @param all containers of all workloads
 * @param own those of them that have images of one's own
 */
record DraftedParts(List<DeployedImages> parts, List<DeployedImages> all, List<DeployedImages> own) {
    /** @param usual the workload where nothing is said */
    List<String> lines(String usual) {
        List<String> lines = new ArrayList<>();
        List<DeployedImages> served = new ArrayList<>();
        for (DeployedImages part : parts) {
            if (!part.stays()) {
                lines.add("# also has this image, for a while only: " + part.workload() + ", container "
                        + part.container());
            } else if (part.role() == Role.INIT && runsIn(part.workload())) {
                lines.add("# taken with it, as it has the same image: " + part.workload() + ", init container "
                        + part.container());
            } else {
                served.add(part);
            }
        }
        if (served.size() == 1 && !place(served.get(0)).equals(usual)) {
            lines.add("workload: " + place(served.get(0)));
        } else if (served.size() > 1) {
            lines.add("workloads: ["
                    + String.join(", ", served.stream().map(this::place).toList()) + "]");
        } else if (served.isEmpty()) {
            lines.add("# nothing that stays runs it: say where it does");
        }
        return lines;
    }

    /** Whether one of its containers, and not only an init container, has the service's image. */
    private boolean runsIn(String workload) {
        return parts.stream().anyMatch(p -> p.workload().equals(workload) && p.role() == Role.CONTAINER);
    }

    /** With its container where the pod has more than one, or begins with one of another service. */
    private String place(DeployedImages part) {
        boolean shared = own.stream()
                .anyMatch(i -> i.workload().equals(part.workload())
                        && i.role() == Role.INIT
                        && !i.image().full().equals(part.image().full()));
        long containers = all.stream()
                .filter(i -> i.workload().equals(part.workload()) && i.role() == Role.CONTAINER)
                .count();
        return containers > 1 || shared || part.role() == Role.INIT
                ? part.workload() + "/" + part.container()
                : part.workload();
    }
}
