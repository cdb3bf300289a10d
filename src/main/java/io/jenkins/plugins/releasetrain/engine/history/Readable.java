package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.model.ImageName;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.store.ImageRecord;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sentences of logs as people read them: images by their versions instead of by their digests, moments by the clock on the
 * wall, trials that prove something by their times alone. Events and the API keep all that as it is.
 */
public final class Readable {
    /** With the tag before it, where there is one, as in {@code shop/cart:1.2@sha256:…}. */
    private static final Pattern PINNED =
            Pattern.compile("(?::(\\w[\\w.-]{0,127})@|(@))?(sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128}))(?![0-9a-f])");

    /** As {@link java.time.Instant} and {@link ZonedDateTime} write themselves. */
    private static final Pattern MOMENT = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:\\d\\d(?:\\[[\\w/+-]+])?)");

    private static final String ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    /** As {@link io.jenkins.plugins.releasetrain.engine.blame.Proof} names the runs that it consists of. */
    private static final Pattern PROOF = Pattern.compile(" in " + ID + "(?= \\()");

    private static final Pattern TRIALS = Pattern.compile("as trials " + ID + "(?:, " + ID + ")* say");

    private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm z", Locale.ENGLISH);
    private static final DateTimeFormatter LATER = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z", Locale.ENGLISH);

    private Readable() {}

    /**
     * The same sentence with versions and times.
     *
     * @param names what images are called, of all digests in the sentence at once; what it does not know is told by the
     *     beginning of its digest
     * @param clock with the zone of whoever reads
     */
    public static String of(String text, Function<Set<Digest>, Map<Digest, String>> names, Clock clock) {
        return moments(images(trials(text), names), clock);
    }

    private static String trials(String text) {
        return TRIALS.matcher(PROOF.matcher(text).replaceAll("")).replaceAll("as failed trials say");
    }

    /** What the history calls images: by a tag that stays, the version that they say of themselves, or their commit. */
    public static Map<Digest, String> names(Store store, Collection<Digest> digests) {
        Map<Digest, String> names = new HashMap<>();
        for (Map.Entry<Digest, ImageRecord> known : store.images(digests).entrySet()) {
            ImageRecord record = known.getValue();
            ImageLabels labels = record.labels() == null ? ImageLabels.NONE : record.labels();
            names.put(known.getKey(), ImageName.of(known.getKey(), "", record.tag(), labels, Readable::moves));
        }
        return names;
    }

    private static boolean moves(String tag) {
        return MovingTags.USUAL.matcher(tag).matches();
    }

    private static String images(String text, Function<Set<Digest>, Map<Digest, String>> names) {
        if (!text.contains("sha256:") && !text.contains("sha512:")) {
            return text;
        }
        Set<Digest> asked = new TreeSet<>();
        PINNED.matcher(text).results().filter(found -> !isNamed(found)).forEach(found -> asked.add(digest(found)));
        Map<Digest, String> known = asked.isEmpty() ? Map.of() : names.apply(asked);
        return PINNED.matcher(text).replaceAll(found -> Matcher.quoteReplacement(image(found, known)));
    }

    private static Digest digest(MatchResult found) {
        return new Digest(found.group(3));
    }

    private static boolean isNamed(MatchResult found) {
        return found.group(1) != null && !moves(found.group(1));
    }

    private static String image(MatchResult found, Map<Digest, String> known) {
        if (isNamed(found)) {
            return ":" + found.group(1);
        }
        Digest digest = digest(found);
        boolean alone = found.group(1) == null && found.group(2) == null;
        return (alone ? "" : " ") + known.getOrDefault(digest, digest.abbreviated());
    }

    private static String moments(String text, Clock clock) {
        return MOMENT.matcher(text).replaceAll(found -> Matcher.quoteReplacement(moment(found.group(), clock)));
    }

    private static String moment(String text, Clock clock) {
        try {
            ZonedDateTime at = ZonedDateTime.parse(text);
            ZonedDateTime there = text.endsWith("Z") ? at.withZoneSameInstant(clock.getZone()) : at;
            boolean today = there.toLocalDate()
                    .equals(clock.instant().atZone(there.getZone()).toLocalDate());
            return (today ? TODAY : LATER).format(there);
        } catch (DateTimeException e) {
            return text;
        }
    }
}
