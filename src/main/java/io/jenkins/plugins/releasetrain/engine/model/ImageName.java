package io.jenkins.plugins.releasetrain.engine.model;

import java.util.function.Predicate;

/** What an image is called, by one rule for pages, logs and notes. */
public final class ImageName {
    private static final int REVISION = 7;
    private static final int APART = 6;

    private ImageName() {}

    /**
     * Its tag unless that moves, else a tag that the history knows for it, else the version that it says of itself, else its
     * commit, else the beginning of its digest.
     *
     * @param tag that it was pinned by; empty for none
     * @param known a tag of it in the history that does not move; empty for none
     * @param moves whether a tag names something else tomorrow
     */
    public static String of(Digest digest, String tag, String known, ImageLabels labels, Predicate<String> moves) {
        if (isTag(tag, moves)) {
            return tag;
        } else if (isTag(known, moves)) {
            return known;
        } else if (!labels.version().isEmpty()) {
            return labels.version();
        } else if (!labels.revision().isEmpty()) {
            String revision = labels.revision();
            return "commit " + revision.substring(0, Math.min(REVISION, revision.length()));
        }
        return digest.abbreviated();
    }

    /** Whether an image is called by its tag, whatever else is known of it. */
    public static boolean isTag(String tag, Predicate<String> moves) {
        return !tag.isEmpty() && !moves.test(tag);
    }

    /** The same name, told from that of another image of the service. */
    public static String apart(String name, Digest digest) {
        return name + " (" + digest.hex().substring(0, APART) + ")";
    }
}
