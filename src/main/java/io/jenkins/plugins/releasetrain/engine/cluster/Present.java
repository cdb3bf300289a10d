package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a namespace holds of services, by their names.
 *
 * @param parts of those that are there with all that the catalog says
 * @param absent why the others are not: a workload is missing, or its containers cannot be understood
 */
record Present(SortedMap<String, List<Part>> parts, SortedMap<String, EngineException> absent) {
    /** @param found the workloads, all of which are there */
    void add(Service service, Function<Workload, HasMetadata> found) {
        try {
            List<Part> own = service.workloads().stream()
                    .map(asked -> new Part(
                            service, asked, DeployedWorkload.of(WorkloadKinds.of(asked.kind()), found.apply(asked))))
                    .toList();
            own.forEach(Part::containers);
            parts.put(service.name(), own);
        } catch (EngineException e) {
            absent.put(service.name(), e);
        }
    }

    /** @throws EngineException where one of these is absent, naming all that are */
    Present needing(Collection<String> names) {
        List<EngineException> missing =
                names.stream().filter(absent::containsKey).map(absent::get).toList();
        if (missing.size() == 1) {
            throw missing.get(0);
        } else if (!missing.isEmpty()) {
            throw new EngineException(
                    missing.get(0).kind(),
                    missing.stream().map(Throwable::getMessage).sorted().collect(Collectors.joining("; ")));
        }
        return this;
    }

    List<Part> of(Service service) {
        return parts.getOrDefault(service.name(), List.of());
    }

    /** Of one that is absent: there is nothing of which it could be expected that it runs anything. */
    Standing standing(String service) {
        return new Standing(
                Standing.State.NOT_EXPECTED, Set.of(), absent.get(service).getMessage());
    }
}
