package io.jenkins.plugins.releasetrain.engine.image;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What is told of one image, each thing once, whoever tells it again. */
public final class ImageStream {
    private static final int EVENTS = 1_000;
    private static final int TRIES = 20;

    private final Store store;
    private final Digest image;
    private final Clock clock;
    private final Consumer<Event> listener;
    private final String name;

    /** @param listener told of every event once it is durable */
    public ImageStream(Store store, Digest image, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.image = image;
        this.clock = clock;
        this.listener = listener;
        this.name = "image/" + image.hex();
    }

    /** A build made the image; told once more by the same build for the same service it changes nothing. */
    public void built(Built built) {
        append(
                new Event.ImageBuilt(image, built),
                e -> e instanceof Event.ImageBuilt b
                        && b.built().service().equals(built.service())
                        && b.built().job().equals(built.job())
                        && b.built().number() == built.number());
    }

    /** @param same whether an event tells it already */
    void append(Event event, Predicate<Event> same) {
        for (int i = 0; ; i++) {
            List<Store.RecordedEvent> known = store.events(name, 0, EVENTS);
            if (known.size() == EVENTS || known.stream().anyMatch(r -> same.test(r.event()))) {
                // As many builds made the very same image as anybody wants to know.
                return;
            }
            try {
                store.append(name, known.size(), clock.instant(), List.of(event));
                listener.accept(event);
                return;
            } catch (EngineException e) {
                if (e.kind() != FailureKind.CONFLICT || i == TRIES) {
                    throw e;
                }
            }
        }
    }
}
