package io.jenkins.plugins.releasetrain.labels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * What is said in another language for sentences of rules, which are English wherever they are thrown: lines as
 * {@code At least {0} => Mindestens {0}}, the first that fits.
 */
@Restricted(NoExternalUse.class)
public final class Sentences {
    private static final String INSTEAD = " => ";
    private static final Pattern GAP = Pattern.compile("\\{(\\d)}");
    /** After which something begins that may be known by itself. */
    private static final Pattern PART = Pattern.compile("[:.] ");
    /** Looking for every part of something longer is not worth it. */
    private static final int LONGEST = 2_000;

    private final List<Sentence> all = new ArrayList<>();

    private record Sentence(Pattern is, List<Gap> gaps, String said) {}

    /** @param quoted a name, which is none of our sentences whatever it is */
    private record Gap(String key, boolean quoted) {}

    /** @param lines empty for none */
    public Sentences(String lines) {
        lines.lines().map(String::strip).filter(line -> line.contains(INSTEAD)).forEach(this::add);
    }

    private void add(String line) {
        String[] parts = line.split(INSTEAD, 2);
        List<Gap> gaps = new ArrayList<>();
        StringBuilder is = new StringBuilder();
        int from = 0;
        for (Matcher gap = GAP.matcher(parts[0]); gap.find(); from = gap.end()) {
            is.append(Pattern.quote(parts[0].substring(from, gap.start()))).append("(.*?)");
            gaps.add(new Gap(gap.group(), gap.start() > 0 && parts[0].charAt(gap.start() - 1) == '\''));
        }
        is.append(Pattern.quote(parts[0].substring(from)));
        all.add(new Sentence(Pattern.compile(is.toString()), gaps, parts[1]));
    }

    /**
     * Lines as they are where nothing else is said for them; what is before a colon or full stop stays where only the rest is
     * known. What a sentence holds that is not in quotes may be a sentence itself.
     */
    public String said(String lines) {
        return lines.lines().map(this::line).collect(Collectors.joining("\n"));
    }

    private String line(String line) {
        if (line.length() > LONGEST) {
            return line;
        }
        int from = 0;
        for (Matcher part = PART.matcher(line); ; from = part.end()) {
            Optional<String> known = known(line.substring(from));
            if (known.isPresent()) {
                return line.substring(0, from) + known.get();
            } else if (!part.find()) {
                return line;
            }
        }
    }

    private Optional<String> known(String sentence) {
        for (Sentence one : all) {
            Matcher found = one.is.matcher(sentence);
            if (found.matches()) {
                return Optional.of(GAP.matcher(one.said)
                        .replaceAll(gap -> Matcher.quoteReplacement(value(one.gaps, gap.group(), found))));
            }
        }
        return Optional.empty();
    }

    private String value(List<Gap> gaps, String key, Matcher found) {
        for (int i = 0; i < gaps.size(); i++) {
            if (gaps.get(i).key().equals(key)) {
                return gaps.get(i).quoted() ? found.group(i + 1) : line(found.group(i + 1));
            }
        }
        return key;
    }
}
