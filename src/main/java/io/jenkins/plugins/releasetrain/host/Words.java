package io.jenkins.plugins.releasetrain.host;

import java.util.Collection;
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
        String line = text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    /** The first ones by name, and how many more there are. */
    public static String some(Collection<?> all) {
        String first = all.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
        return all.size() <= SHOWN ? first : first + " and " + (all.size() - SHOWN) + " more";
    }
}
