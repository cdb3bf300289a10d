package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What was published, compared and waived of the contract of a service. */
final class ContractViews {
    private static final int LOOKED_AT = 500;

    private final Store store;

    ContractViews(Store store) {
        this.store = store;
    }

    View.ContractHistory contracts(String service, Parameters p) {
        Optional<Digest> image = p.text("image").map(Digest::new);
        int limit = p.number("limit", ItemViews.PAGE, ItemViews.LARGEST_PAGE);
        String stream = "contract/" + service;
        long from = Math.max(0, store.version(stream) - LOOKED_AT);
        List<RecordedEvent> newest = new ArrayList<>(store.events(stream, from, LOOKED_AT));
        Collections.reverse(newest);
        return new View.ContractHistory(
                service,
                newest.stream()
                        .map(ContractViews::entry)
                        .flatMap(Optional::stream)
                        .filter(e ->
                                image.isEmpty() || e.image().equals(image.get().value()))
                        .limit(limit)
                        .toList());
    }

    private static Optional<View.ContractEntry> entry(RecordedEvent recorded) {
        if (recorded.event() instanceof Event.ContractChecked e) {
            return Optional.of(new View.ContractEntry(
                    recorded.at(),
                    "CHECKED",
                    e.before().value(),
                    e.after().value(),
                    List.of(),
                    e.findings(),
                    e.more(),
                    e.by().orElse(""),
                    ""));
        } else if (recorded.event() instanceof Event.ContractWaived e) {
            return Optional.of(new View.ContractEntry(
                    recorded.at(), "WAIVED", "", e.image().value(), List.of(), List.of(), 0, e.user(), e.reason()));
        } else if (recorded.event() instanceof Event.ContractPublished e) {
            return Optional.of(new View.ContractEntry(
                    recorded.at(), "PUBLISHED", "", e.image().value(), e.files(), List.of(), 0, "", ""));
        }
        return Optional.empty();
    }
}
