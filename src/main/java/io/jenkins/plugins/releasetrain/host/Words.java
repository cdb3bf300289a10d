package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.MovingTags;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Text of others for one line of a log. */
@Restricted(NoExternalUse.class)
public final class Words {
    private static final int LONGEST = 500;
    private static final int SHOWN = 20;

    private Words() {}

    /** Without line breaks and other control characters, and not too long. */
    public static String line(String text) {
        return line(text, LONGEST);
    }

    /** @param most characters that are kept */
    public static String line(String text, int most) {
        String line = text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
        return line.length() <= most ? line : line.substring(0, most) + "…";
    }

    /** Images by service, as in {@code cart 1.2}; one without a tag has its digest, for which a log says the version. */
    public static String images(Map<String, PinnedImage> images) {
        return some(images.entrySet().stream()
                .map(e -> image(e.getKey(), e.getValue()))
                .toList());
    }

    private static String image(String service, PinnedImage image) {
        boolean named =
                !image.tag().isEmpty() && !MovingTags.USUAL.matcher(image.tag()).matches();
        return service + " " + (named ? image.tag() : image.digest());
    }

    /** Images as a step names them, by service, in the same way. */
    public static String asked(Map<String, String> images) {
        return some(images.entrySet().stream()
                .map(e -> e.getKey() + " " + version(e.getValue()))
                .toList());
    }

    /** The tag of a reference unless that moves, else its digest, else all of it. */
    private static String version(String image) {
        if (Digest.isDigest(image)) {
            return image;
        }
        int at = image.indexOf('@');
        String name = at < 0 ? image : image.substring(0, at);
        int colon = name.lastIndexOf(':');
        String tag = colon > name.lastIndexOf('/') ? name.substring(colon + 1) : "";
        if (!tag.isEmpty() && !MovingTags.USUAL.matcher(tag).matches()) {
            return tag;
        }
        return at < 0 ? image : image.substring(at + 1);
    }

    /** The first ones by name, and how many more there are. */
    public static String some(Collection<?> all) {
        String first = all.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
        return all.size() <= SHOWN ? first : first + " and " + (all.size() - SHOWN) + " more";
    }
}
