package io.jenkins.plugins.releasetrain.engine.catalog;

import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What of a workload, or of a repository, is another service's. */
final class ServiceParts {
    private ServiceParts() {}

    /** Tells each service which containers others name, and whether others have its repository. */
    static void tellApart(SortedMap<String, Service> services) {
        Map<String, Integer> users = new HashMap<>();
        services.values().forEach(s -> repositories(s).forEach(repository -> users.merge(repository, 1, Integer::sum)));
        Map<String, Set<String>> named = new HashMap<>();
        services.values()
                .forEach(s -> s.workloads().stream()
                        .filter(w -> !w.container().isEmpty())
                        .forEach(w -> named.computeIfAbsent(whole(w), k -> new HashSet<>())
                                .add(w.container())));
        services.replaceAll((name, service) -> {
            boolean shared =
                    isInTag(service) || repositories(service).anyMatch(repository -> users.get(repository) > 1);
            return with(service, foreign(service, named), shared);
        });
    }

    /** Where tags say which service it is, and repositories do not, others have these too, though no catalog names them. */
    private static boolean isInTag(Service service) {
        return service.productionTag().contains(service.name())
                && Stream.of(service.devRepository(), service.productionRepository())
                        .noneMatch(repository -> repository.contains(service.name()));
    }

    private static Stream<String> repositories(Service service) {
        return Stream.of("dev " + service.devRepository(), "production " + service.productionRepository());
    }

    private static Set<String> foreign(Service service, Map<String, Set<String>> named) {
        Collection<Workload> own = service.workloads();
        return own.stream()
                .flatMap(w -> named.getOrDefault(whole(w), Set.of()).stream()
                        .filter(container -> own.stream()
                                .noneMatch(o -> whole(o).equals(whole(w))
                                        && o.container().equals(container)))
                        .map(container -> whole(w) + "/" + container))
                .collect(Collectors.toSet());
    }

    private static String whole(Workload workload) {
        return workload.kind().kubernetesName() + "/" + workload.name();
    }

    private static Service with(Service s, Set<String> foreign, boolean shared) {
        return new Service(
                s.name(),
                s.devRepository(),
                s.productionRepository(),
                s.productionTag(),
                s.workload(),
                s.group(),
                s.dependsOn(),
                new Service.Parts(s.parts().others(), foreign, shared));
    }
}
