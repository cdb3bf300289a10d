package io.jenkins.plugins.releasetrain.engine.block;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** @param blocked the newest block of each image that is blocked now, by digest */
public record BlockState(Map<String, Event.ImageBlocked> blocked) {
    static final Journal.Type<BlockState> TYPE =
            new Journal.Type<>(BlockState.class, new BlockState(Map.of()), BlockState::fold);

    public BlockState {
        blocked = Map.copyOf(blocked);
    }

    /** Why one of these images is refused; empty where none is. */
    public Optional<String> refusal(Collection<Digest> images) {
        return images.stream()
                .map(image -> blocked.get(image.value()))
                .filter(Objects::nonNull)
                .map(block -> "the image of service '" + block.service() + "' is blocked: "
                        + block.reason() + " (release " + block.release()
                        + (block.user().isEmpty() ? " was marked bad" : " was marked bad by " + block.user()) + ")")
                .findFirst();
    }

    private static BlockState fold(BlockState s, RecordedEvent recorded) {
        Map<String, Event.ImageBlocked> blocked = new HashMap<>(s.blocked());
        if (recorded.event() instanceof Event.ImageBlocked e) {
            blocked.put(e.digest().value(), e);
        } else if (recorded.event() instanceof Event.ImageUnblocked e) {
            blocked.remove(e.digest().value());
        }
        return new BlockState(blocked);
    }
}
