package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.ImageName;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a list shows of a release, or of a change or lane that did not become one.
 *
 * @param kind RELEASE or CHANGE
 * @param owner a train's name, or environment and group of a lane
 * @param state MADE, PROMOTED, REFUSED, WAITING, or an outcome; of a list for readers also REPLACED
 * @param services the first ones; {@code more} are not named
 * @param versions of these services, in their order, by the tags that they were pinned by; empty where a tag moves. None for
 *     what older versions of the plugin listed
 * @param reason cut where it is long
 * @param build as {@code url} and {@code user} of a release's first change
 */
public record Item(
        String kind,
        String id,
        String owner,
        String state,
        List<String> services,
        List<String> versions,
        int more,
        String reason,
        String build,
        String url,
        String user,
        Instant at) {
    public static final String RELEASE = "RELEASE";
    public static final String CHANGE = "CHANGE";

    private static final Predicate<String> MOVES = MovingTags.USUAL.asMatchPredicate();
    private static final int SERVICES = 8;
    private static final int REASON = 500;

    public Item {
        versions = versions == null ? List.of() : versions;
    }

    public static Item of(Entry entry, String owner, Origin origin) {
        List<String> services = List.copyOf(entry.images().keySet());
        List<String> versions = entry.images().values().stream()
                .limit(SERVICES)
                .map(PinnedImage::tag)
                .map(tag -> ImageName.isTag(tag, MOVES) ? tag : "")
                .toList();
        boolean release = entry.began() instanceof Event.ReleaseMade;
        return new Item(
                release ? RELEASE : CHANGE,
                entry.id(),
                owner,
                state(entry),
                services.subList(0, Math.min(SERVICES, services.size())),
                versions,
                Math.max(0, services.size() - SERVICES),
                reason(entry),
                origin.build(),
                origin.url(),
                origin.user(),
                release ? entry.beganAt() : entry.endedAt().orElse(entry.beganAt()));
    }

    /** A release of which production holds nothing any more. */
    public Item replaced() {
        return with("REPLACED", reason);
    }

    Item with(String newState, String newReason) {
        return new Item(kind, id, owner, newState, services, versions, more, cut(newReason), build, url, user, at);
    }

    private static String state(Entry entry) {
        if (entry.ended().isEmpty()) {
            return entry.began() instanceof Event.ReleaseMade ? "MADE" : "WAITING";
        }
        return state(entry.ended().get());
    }

    /** @param ended the event that ended it */
    static String state(Event ended) {
        if (ended instanceof Event.ChangeEnded e) {
            return e.outcome().name();
        } else if (ended instanceof Event.LaneEnded e) {
            return e.outcome().name();
        }
        return ended instanceof Event.ReleasePromoted ? "PROMOTED" : "REFUSED";
    }

    private static String reason(Entry entry) {
        Event ended = entry.ended().orElse(null);
        if (ended instanceof Event.ChangeEnded e) {
            return cut(e.reason());
        } else if (ended instanceof Event.LaneEnded e) {
            return cut(e.reason());
        }
        return entry.began() instanceof Event.ReleaseMade e ? cut(reason(e)) : "";
    }

    static String reason(Event.ReleaseMade made) {
        return made.rollbackOf().isEmpty()
                ? ""
                : "back to " + made.rollbackOf()
                        + made.reason().map(why -> ": " + why).orElse("");
    }

    static String cut(String text) {
        // Not in the middle of an emoji, which PostgreSQL would refuse.
        int end = Math.min(REASON - 1, text.length());
        return text.length() <= REASON
                ? text
                : text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + '…';
    }
}
