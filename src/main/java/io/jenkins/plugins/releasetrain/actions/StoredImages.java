package io.jenkins.plugins.releasetrain.actions;

import io.jenkins.plugins.releasetrain.actions.ImagesAction.Image;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A build's changes and lanes as the history tells them. */
final class StoredImages {
    private StoredImages() {}

    /** @param seen what of a reason its reader may see; asked once for all images of a change, which may be thousands */
    static List<Image> of(Collection<Entry> entries, UnaryOperator<String> seen) {
        return entries.stream().flatMap(entry -> of(entry, seen)).toList();
    }

    private static Stream<Image> of(Entry entry, UnaryOperator<String> seen) {
        Event ended = entry.ended().orElse(null);
        if (ended instanceof Event.ChangeEnded e) {
            String why = seen.apply(e.reason());
            return of(entry, release(e.outcome(), e.related()), States.of(e.outcome()), why);
        } else if (ended instanceof Event.LaneEnded e) {
            return of(entry, e.release(), States.of(e.outcome()), seen.apply(e.reason()));
        }
        return of(entry, "", States.WAITING, "");
    }

    private static Stream<Image> of(Entry entry, String release, States state, String why) {
        return entry.images().entrySet().stream()
                .map(image -> of(image.getKey(), image.getValue(), release, state, why));
    }

    private static Image of(String service, PinnedImage image, String release, States state, String why) {
        String name = image.repository() + (image.tag().isEmpty() ? "" : ":" + image.tag());
        return new Image(service, name, image.digest().value(), release, state.word(), why);
    }

    /** What else it may be related to is no release, but the change that superseded it. */
    private static String release(Event.Outcome outcome, String related) {
        return outcome == Event.Outcome.SUPERSEDED ? "" : related;
    }
}
