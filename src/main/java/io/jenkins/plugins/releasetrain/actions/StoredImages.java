package io.jenkins.plugins.releasetrain.actions;

import io.jenkins.plugins.releasetrain.actions.ImagesAction.Image;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/** A build's changes and lanes as the history tells them. */
final class StoredImages {
    private StoredImages() {}

    /** @param seen what of a reason its reader may see */
    static List<Image> of(Collection<Entry> entries, UnaryOperator<String> seen) {
        return entries.stream()
                .flatMap(entry -> entry.images().entrySet().stream()
                        .map(image -> of(
                                image.getKey(), image.getValue(), entry.ended().orElse(null), seen)))
                .toList();
    }

    private static Image of(String service, PinnedImage image, Event ended, UnaryOperator<String> seen) {
        String name = image.repository() + (image.tag().isEmpty() ? "" : ":" + image.tag());
        String digest = image.digest().value();
        if (ended instanceof Event.ChangeEnded e) {
            return new Image(
                    service,
                    name,
                    digest,
                    release(e.outcome(), e.related()),
                    States.of(e.outcome()).word(),
                    seen.apply(e.reason()));
        } else if (ended instanceof Event.LaneEnded e) {
            return new Image(
                    service, name, digest, e.release(), States.of(e.outcome()).word(), seen.apply(e.reason()));
        }
        return new Image(service, name, digest, "", States.WAITING.word(), "");
    }

    /** What else it may be related to is no release, but the change that superseded it. */
    private static String release(Event.Outcome outcome, String related) {
        return outcome == Event.Outcome.SUPERSEDED ? "" : related;
    }
}
