package io.jenkins.plugins.releasetrain.actions;

import io.jenkins.plugins.releasetrain.actions.ImagesAction.Image;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** A build's changes and lanes as the history tells them. */
final class StoredImages {
    private static final String UNDECIDED_YET = "waiting";

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
                    word(e.outcome()),
                    seen.apply(e.reason()));
        } else if (ended instanceof Event.LaneEnded e) {
            return new Image(service, name, digest, e.release(), word(e.outcome()), seen.apply(e.reason()));
        }
        return new Image(service, name, digest, "", UNDECIDED_YET, "");
    }

    /** What else it may be related to is no release, but the change that superseded it. */
    private static String release(Event.Outcome outcome, String related) {
        return outcome == Event.Outcome.SUPERSEDED ? "" : related;
    }

    /** As the pages call it. */
    private static String word(Event.Outcome outcome) {
        return outcome == Event.Outcome.EJECTED
                ? "rejected"
                : outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
