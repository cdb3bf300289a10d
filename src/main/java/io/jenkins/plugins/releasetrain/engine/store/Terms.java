package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What items of the history are found by, as {@code kind:text}. */
public final class Terms {
    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]+");
    private static final int WORDS = 200;

    private Terms() {}

    /** @param owner a train's name, or environment and group of a lane */
    public static String owner(String owner) {
        return "owner:" + owner;
    }

    public static String service(String service) {
        return "service:" + service;
    }

    public static String digest(Digest digest) {
        return "digest:" + digest;
    }

    /** {@code made}, {@code promoted}, {@code refused}, or an outcome's name in small letters. */
    public static String state(String state) {
        return "state:" + state.toLowerCase(Locale.ROOT);
    }

    public static String person(String user) {
        return "person:" + user.toLowerCase(Locale.ROOT);
    }

    /** The words of a text, which must all be found: letters and digits, whole and without regard to case. */
    public static List<String> words(String text) {
        return SEPARATORS
                .splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(w -> !w.isEmpty())
                .distinct()
                .limit(WORDS)
                .map(w -> "word:" + w)
                .toList();
    }

    static String state(Event ended) {
        if (ended instanceof Event.ChangeEnded e) {
            return state(e.outcome().name());
        } else if (ended instanceof Event.LaneEnded e) {
            return state(e.outcome().name());
        }
        return state(ended instanceof Event.ReleasePromoted ? "promoted" : "refused");
    }

    static Set<String> of(Entry entry, String owner, Collection<Origin> origins) {
        Set<String> terms = new TreeSet<>();
        terms.add(owner(owner));
        terms.add(entry.ended().map(Terms::state).orElse(state("made")));
        entry.images().forEach((service, image) -> {
            terms.add(service(service));
            terms.add(digest(image.digest()));
        });
        terms.addAll(words(entry.id()));
        for (Origin origin : origins) {
            terms.addAll(words(origin.build()));
            if (!origin.user().isEmpty()) {
                terms.add(person(origin.user()));
            }
        }
        if (entry.began() instanceof Event.ReleaseMade made) {
            made.reason().ifPresent(reason -> terms.addAll(words(reason)));
        }
        entry.ended().map(Terms::reason).ifPresent(reason -> terms.addAll(words(reason)));
        return terms;
    }

    private static String reason(Event ended) {
        if (ended instanceof Event.ChangeEnded e) {
            return e.reason();
        }
        return ended instanceof Event.LaneEnded e ? e.reason() : "";
    }

    /** The first 64 bits of its SHA-256: short keys, and texts of any length. */
    static long key(String term) {
        return Long.parseUnsignedLong(Digest.sha256(term).hex().substring(0, 16), 16);
    }
}
