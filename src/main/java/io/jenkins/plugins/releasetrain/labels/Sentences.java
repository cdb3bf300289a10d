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

    private final List<Sentence> all = new ArrayList<>();

    private record Sentence(Pattern is, List<String> gaps, String said) {}

    /** @param lines empty for none */
    public Sentences(String lines) {
        lines.lines().map(String::strip).filter(line -> line.contains(INSTEAD)).forEach(this::add);
    }

    private void add(String line) {
        String[] parts = line.split(INSTEAD, 2);
        List<String> gaps = new ArrayList<>();
        StringBuilder is = new StringBuilder();
        int from = 0;
        for (Matcher gap = GAP.matcher(parts[0]); gap.find(); from = gap.end()) {
            is.append(Pattern.quote(parts[0].substring(from, gap.start()))).append("(.*)");
            gaps.add(gap.group());
        }
        is.append(Pattern.quote(parts[0].substring(from)));
        all.add(new Sentence(Pattern.compile(is.toString()), gaps, parts[1]));
    }

    /** Lines as they are where nothing else is said for them; what is before a colon stays where only the rest is known. */
    public String said(String lines) {
        return lines.lines().map(this::line).collect(Collectors.joining("\n"));
    }

    private String line(String line) {
        int from = 0;
        do {
            Optional<String> known = known(line.substring(from));
            if (known.isPresent()) {
                return line.substring(0, from) + known.get();
            }
            from = line.indexOf(": ", from) + 2;
        } while (from > 1);
        return line;
    }

    private Optional<String> known(String sentence) {
        for (Sentence one : all) {
            Matcher found = one.is.matcher(sentence);
            if (found.matches()) {
                return Optional.of(GAP.matcher(one.said)
                        .replaceAll(gap -> Matcher.quoteReplacement(found.group(one.gaps.indexOf(gap.group()) + 1))));
            }
        }
        return Optional.empty();
    }
}
