package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
        List<Event> ended = new ArrayList<>();
        Map<String, PinnedImage> tags = new HashMap<>();
        for (Change change : changes) {
            Optional<String> why = why(change).or(() -> taken(change, tags));
            why.ifPresent(text -> ended.add(new Event.ChangeEnded(
                    change.id(), Outcome.UNDECIDED, "passed, but cannot be promoted: " + text, "")));
            if (why.isEmpty()) {
                change.images().values().stream()
                        .filter(this::carriesTag)
                        .forEach(image -> tags.put(name(image), image));
            }
        }
        return ended;
    }

    /** Services that share a repository in production may be built under one tag: the first of a release has it. */
    private Optional<String> taken(Change change, Map<String, PinnedImage> tags) {
        return change.images().values().stream()
                .filter(image -> carriesTag(image)
                        && tags.containsKey(name(image))
                        && !tags.get(name(image)).digest().equals(image.digest()))
                .findFirst()
                .map(image -> "version tag " + name(image) + " becomes "
                        + tags.get(name(image)).digest() + " in the same release; build under another tag");
    }

    private static String name(PinnedImage image) {
        return image.repository() + ":" + image.tag();
    }

    /** Why no environment can bring its image in, whoever made it. */
    Optional<String> missing(Change change) {
        return why(change, this::checkInDev);
    }

    /** Pods that were moved to a node that finds nothing to pull are nothing against the change (I4). */
    Judged unlessMissing(TrainState.Trial trial, Judged tests, Judged judged) {
        if (judged.verdict() != Verdict.FAILED || judged.equals(tests)) {
            return judged;
        }
        return context.journal()
                .state()
                .undecided()
                .filter(c -> trial.changes().contains(c.id()))
                .flatMap(c -> missing(c).stream())
                .findFirst()
                .map(why -> new Judged(Verdict.VOID, why))
                .orElse(judged);
    }

    private Optional<String> why(Change change) {
        return why(change, (service, image) -> {
            if (carriesTag(image)) {
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

    private boolean carriesTag(PinnedImage image) {
        return PromotionItems.carriesTag(
                image, context.catalog(), context.settings().movingTags());
    }

    /** What production holds already is not copied there. */
    private void checkThere(Service service, PinnedImage image) {
        boolean there = context.registries()
                .production()
                .resolve(service.productionRepository(), image.digest().value())
                .isPresent();
        if (!there) {
            checkInDev(service, image);
        }
    }

    private void checkInDev(Service service, PinnedImage image) {
        PromotionItems.missing(context.registries(), service, image).ifPresent(why -> {
            throw new EngineException(FailureKind.NOT_FOUND, why);
        });
    }
}
