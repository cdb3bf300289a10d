package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Changes that passed and can be promoted at no time: their version tag is taken in production by now, or the dev registry
 * removed their image. They end; the others of their release go on without them (I14).
 */
record Unpromotable(TrainContext context) {
    List<Event> among(Collection<Change> changes) {
        return changes.stream()
                .flatMap(change -> why(change).stream()
                        .<Event>map(why -> new Event.ChangeEnded(
                                change.id(), Outcome.UNDECIDED, "passed, but cannot be promoted: " + why, "")))
                .toList();
    }

    /** Its image is in neither registry, as the catalog has them by now: no environment could bring it in, whoever made it. */
    Optional<String> missing(Change change) {
        return why(change, this::checkThere);
    }

    private Optional<String> why(Change change) {
        return why(change, (service, image) -> {
            if (PromotionItems.carriesTag(image, context.settings().movingTags())) {
                context.registries().checkTagFree(image);
            }
            checkThere(service, image);
        });
    }

    private Optional<String> why(Change change, BiConsumer<Service, PinnedImage> check) {
        try {
            for (Map.Entry<String, PinnedImage> e : change.images().entrySet()) {
                check.accept(context.catalog().service(e.getKey()), e.getValue());
            }
            return Optional.empty();
        } catch (EngineException e) {
            // Anything else says nothing about the image.
            boolean stays = e.kind() == FailureKind.CONFLICT || e.kind() == FailureKind.NOT_FOUND;
            return stays ? Optional.of(e.getMessage()) : Optional.empty();
        }
    }

    private void checkThere(Service service, PinnedImage image) {
        Registries registries = context.registries();
        String digest = image.digest().value();
        boolean there = registries
                        .production()
                        .resolve(service.productionRepository(), digest)
                        .isPresent()
                || registries.dev().resolve(service.devRepository(), digest).isPresent();
        if (!there) {
            throw new EngineException(
                    FailureKind.NOT_FOUND,
                    "image " + registries.candidate(service, image)
                            + " is not there any more; build it again, and let the dev registry keep images for longer");
        }
    }
}
