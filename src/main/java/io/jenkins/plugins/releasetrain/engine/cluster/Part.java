package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * A service in one of its workloads.
 *
 * @param asked as the catalog names it
 */
record Part(Service service, Workload asked, DeployedWorkload workload) {
    /** What of the workload is the service's. */
    SortedMap<Slot, Container> containers() {
        return PartContainers.of(workload, service, asked);
    }

    Set<String> names() {
        return containers().values().stream().map(Container::getName).collect(Collectors.toSet());
    }

    /** Of the pods' owner, see {@link PodOwner}. */
    String key() {
        return PodOwner.key(workload.kind().kubernetesName(), workload.name());
    }
}
