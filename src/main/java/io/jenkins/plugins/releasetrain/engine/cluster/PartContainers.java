package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which containers of a workload are a service's (ADR 18): the named one, and all others of the same repository, init
 * containers and native sidecars included, since a verdict about new code beside old code of the same image is worth nothing.
 */
final class PartContainers {
    private final DeployedWorkload workload;
    private final Service service;
    private final Workload part;

    private PartContainers(DeployedWorkload workload, Service service, Workload part) {
        this.workload = workload;
        this.service = service;
        this.part = part;
    }

    /**
     * By place, the first one being the one whose image tells what is installed.
     *
     * @throws EngineException INVALID_INPUT where no container is named and several may be meant, NOT_FOUND where there is
     *     none of that name
     */
    static SortedMap<Slot, Container> of(DeployedWorkload workload, Service service, Workload part) {
        return new PartContainers(workload, service, part).find();
    }

    private SortedMap<Slot, Container> find() {
        SortedMap<Slot, Container> all = workload.slots();
        Container first = part.container().isEmpty() ? only(all) : named(all);
        SortedMap<Slot, Container> found = new TreeMap<>();
        all.forEach((slot, container) -> {
            if (container == first || belongs(container, first)) {
                found.put(slot, container);
            }
        });
        return found;
    }

    private boolean belongs(Container container, Container first) {
        String place = part.kind().kubernetesName() + "/" + workload.name() + "/" + container.getName();
        if (service.parts().foreign().contains(place)) {
            return false;
        }
        return service.parts().shared()
                ? SpecImage.sameName(container.getImage(), first.getImage())
                        && SpecImage.sameContent(container.getImage(), first.getImage())
                : SpecImage.sameName(container.getImage(), first.getImage())
                        || isOfService(container)
                        || isMirrored(container, first);
    }

    /** Whatever registry or mirror it is pulled from; many others' repositories end in the same single word. */
    private boolean isOfService(Container container) {
        return isNamed(
                container,
                (repository, own) -> repository.equals(own) || own.contains("/") && repository.endsWith("/" + own));
    }

    private boolean isMirrored(Container container, Container first) {
        return SpecImage.digest(container.getImage()).isPresent()
                && SpecImage.sameContent(container.getImage(), first.getImage())
                && isNamed(container, (repository, own) -> repository.endsWith("/" + own));
    }

    private boolean isNamed(Container container, BiPredicate<String, String> named) {
        String repository = SpecImage.reference(container.getImage()).repository();
        return Stream.of(service.devRepository(), service.productionRepository())
                .anyMatch(own -> named.test(repository, own));
    }

    private Container named(SortedMap<Slot, Container> all) {
        return all.values().stream()
                .filter(c -> c.getName().equals(part.container()))
                .findFirst()
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        workload + " has no container '" + part.container() + "'; it has " + names(all)));
    }

    private Container only(SortedMap<Slot, Container> all) {
        List<Container> containers = workload.containers();
        if (containers.size() == 1) {
            return containers.get(0);
        }
        return containers.stream()
                .filter(c -> !service.parts().shared() && isOfService(c))
                .findFirst()
                .orElseThrow(() -> EngineException.invalid(
                        workload + " has several containers: name the service's one, one of " + names(all)));
    }

    private static String names(SortedMap<Slot, Container> all) {
        return all.values().stream().map(Container::getName).collect(Collectors.joining(", "));
    }
}
