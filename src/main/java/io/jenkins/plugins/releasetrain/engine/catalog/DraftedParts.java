package io.jenkins.plugins.releasetrain.engine.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How a drafted service says where it runs. */
record DraftedParts(List<DeployedImages> parts, List<DeployedImages> all) {
    private static final Set<String> KNOWN = Set.of("Deployment", "StatefulSet", "DaemonSet");

    /** @param usual the workload where nothing is said */
    List<String> lines(String usual) {
        List<String> lines = new ArrayList<>();
        List<DeployedImages> served = new ArrayList<>();
        for (DeployedImages part : parts) {
            if (KNOWN.contains(part.kind()) && part.role() == DeployedImages.Role.CONTAINER) {
                served.add(part);
            } else {
                lines.add("# also has this image: " + part.workload() + ", "
                        + (part.role() == DeployedImages.Role.INIT ? "init container " : "container ")
                        + part.container());
            }
        }
        if (served.size() == 1 && !place(served.get(0)).equals(usual)) {
            lines.add("workload: " + place(served.get(0)));
        } else if (served.size() > 1) {
            lines.add("workloads: ["
                    + String.join(", ", served.stream().map(this::place).toList()) + "]");
        } else if (served.isEmpty()) {
            lines.add("# no Deployment, StatefulSet or DaemonSet runs it: say where it does");
        }
        return lines;
    }

    /** With its container where the pod has more than one. */
    private String place(DeployedImages part) {
        long containers = all.stream()
                .filter(i -> i.workload().equals(part.workload()) && i.role() == DeployedImages.Role.CONTAINER)
                .count();
        return containers > 1 ? part.workload() + "/" + part.container() : part.workload();
    }
}
