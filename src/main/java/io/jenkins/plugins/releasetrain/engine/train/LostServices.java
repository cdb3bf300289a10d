package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Services that the catalog lost, or has elsewhere by now, while a candidate may have been in their place in an environment:
 * no baseline brings what production runs there any more. Not thread safe: the environment's track alone asks it.
 */
final class LostServices {
    private final TrainContext context;
    private final Environment environment;
    private final Installer installer;
    private final Map<String, Service> lost = new HashMap<>();
    private Optional<Catalog> seen = Optional.empty();

    LostServices(TrainContext context, Environment environment) {
        this.context = context;
        this.environment = environment;
        this.installer = new Installer(environment);
    }

    /** To be called before and after another catalog may be taken. */
    void look(TrainState state) {
        Catalog now = context.catalog();
        seen.filter(before -> before != now).ifPresent(before -> {
            lost.values().removeIf(service -> isIn(now, service));
            if (!state.settledIn(environment.name())) {
                before.services().values().stream()
                        .filter(service -> !isIn(now, service))
                        .forEach(service -> lost.put(service.name(), service));
            }
        });
        seen = Optional.of(now);
    }

    private static boolean isIn(Catalog catalog, Service service) {
        Service other = catalog.services().get(service.name());
        return other != null && other.workloads().equals(service.workloads());
    }

    /**
     * Brings what production runs of them. What cannot be done now stops nobody, and is tried next time (I14).
     *
     * @param token of the lock that the train holds
     */
    void restore(long token) throws InterruptedException {
        if (lost.isEmpty() || !context.plan().installs()) {
            return;
        }
        try {
            ImageSet production = context.registries().productionSet(lost.values());
            Map<Service, ImageReference> images = new HashMap<>();
            lost.values()
                    .forEach(service -> Optional.ofNullable(production.images().get(service.name()))
                            .ifPresent(image ->
                                    images.put(service, context.registries().released(service, image))));
            installer.install(
                    new Installer.Subject(images, Set.of(), context.plan().lockId(), token));
            lost.clear();
        } catch (EngineException e) {
            // The workload may be gone with its service; whatever else is wrong there, the next trial tells.
        }
    }
}
