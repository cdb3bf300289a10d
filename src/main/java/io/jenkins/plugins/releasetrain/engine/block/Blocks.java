package io.jenkins.plugins.releasetrain.engine.block;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Provenance;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Marks releases bad: their new images are refused by every train and lane until somebody unblocks them (design §5.9). */
public final class Blocks {
    private static final int LONGEST_NOTE = 4_000;

    private final Store store;
    private final Journal<BlockState> journal;

    /** @param listener told of every event once it is durable */
    public Blocks(Store store, Clock clock, Consumer<Event> listener) {
        this.store = store;
        this.journal = new Journal<>(store, "blocks", BlockState.TYPE, clock, listener);
    }

    /**
     * Blocks the images that a release brought, that is, those that its parent does not have.
     *
     * @throws EngineException NOT_FOUND unknown release; INVALID_INPUT no reason
     */
    public void markBad(String release, String reason, String user) {
        markBad(List.of(release), reason, user);
    }

    /** The same of several at once; asked for once more it changes nothing. */
    public void markBad(List<String> releases, String reason, String user) {
        List<Event.ImageBlocked> blocked = new ArrayList<>();
        for (String release : releases) {
            Event.ReleaseMade made = store.release(release)
                    .orElseThrow(() -> new EngineException(
                            FailureKind.NOT_FOUND,
                            "Release '" + release + "' cannot be marked bad: it is not in the store"))
                    .made();
            if (reason.isBlank()) {
                throw EngineException.invalid("Marking release '" + release + "' bad needs a reason");
            }
            made.changed()
                    .forEach((service, image) ->
                            blocked.add(new Event.ImageBlocked(image.digest(), service, release, reason, user)));
        }
        journal.update(s -> blocked.stream()
                .filter(e -> !e.equals(s.blocked().get(e.digest().value())))
                .toList());
    }

    /**
     * Writes a note on a release, which replaces the one before, and marks it as known to be good or not.
     *
     * @throws EngineException NOT_FOUND unknown release; INVALID_INPUT a text of more than {@value #LONGEST_NOTE} characters
     */
    public void note(String release, String text, boolean good, String user) {
        if (store.release(release).isEmpty()) {
            throw new EngineException(FailureKind.NOT_FOUND, "There is no release '" + release + "' in the history");
        } else if (text.length() > LONGEST_NOTE) {
            throw EngineException.invalid(
                    "The note has " + text.length() + " characters; at most " + LONGEST_NOTE + " are kept");
        }
        Event.ReleaseNoted noted = new Event.ReleaseNoted(release, text, good ? Provenance.GOOD : "NONE", user);
        journal.update(
                s -> store.provenance().note(release).filter(noted::equals).isPresent() ? List.of() : List.of(noted));
    }

    /** Does nothing where the image is not blocked. */
    public void unblock(Digest digest, String user) {
        journal.update(s ->
                s.blocked().containsKey(digest.value()) ? List.of(new Event.ImageUnblocked(digest, user)) : List.of());
    }

    /** Whoever is blocked now. */
    public BlockState state() {
        return journal.state();
    }

    /** Why one of these images is refused; empty where none is. */
    public Optional<String> refusal(Map<String, PinnedImage> images) {
        return refusal(images.values().stream().map(PinnedImage::digest).toList());
    }

    /** The same, of images that are known by their digest only. */
    public Optional<String> refusal(Collection<Digest> images) {
        return journal.state().refusal(images);
    }

    /** @throws EngineException FORBIDDEN where one of the images is blocked */
    public void check(Map<String, PinnedImage> images) {
        check(images.values().stream().map(PinnedImage::digest).toList());
    }

    /** The same, of images that are known by their digest only. */
    public void check(Collection<Digest> images) {
        refusal(images).ifPresent(why -> {
            throw new EngineException(FailureKind.FORBIDDEN, why + "; build another image, or unblock this one");
        });
    }
}
