package io.jenkins.plugins.releasetrain.engine.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One challenge of a {@code WWW-Authenticate} header (RFC 7235 section 4.1).
 *
 * @param scheme in lower case
 * @param parameters by lower-case name
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final String TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
    private static final Pattern PART = Pattern.compile(
            "[\\s,]*(?:(" + TOKEN + ")\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))|(" + TOKEN + "))");
    /** What Negotiate and NTLM say, which looks like anything. */
    private static final Pattern TOKEN68 =
            Pattern.compile("[\\s,]*(" + TOKEN + ")[ \\t]+[A-Za-z0-9._~+/-]+=*[ \\t]*(?=,|$)");

    static List<Challenge> parse(List<String> headers) {
        List<Challenge> challenges = new ArrayList<>();
        for (String header : headers) {
            Matcher token = TOKEN68.matcher(header);
            Matcher part = PART.matcher(header);
            int at = 0;
            while (at < header.length()) {
                token.region(at, header.length());
                part.region(at, header.length());
                if (token.lookingAt()) {
                    add(challenges, token.group(1));
                    at = token.end();
                } else if (part.lookingAt()) {
                    read(challenges, part);
                    at = part.end();
                } else {
                    // It is none of it; the next one may be well.
                    int comma = header.indexOf(',', at + 1);
                    at = comma < 0 ? header.length() : comma;
                }
            }
        }
        return challenges;
    }

    private static void read(List<Challenge> challenges, Matcher part) {
        if (part.group(4) != null) {
            add(challenges, part.group(4));
        } else if (!challenges.isEmpty()) {
            String quoted = part.group(2);
            String value = quoted == null ? part.group(3) : quoted.replaceAll("\\\\(.)", "$1");
            challenges.get(challenges.size() - 1).parameters.put(part.group(1).toLowerCase(Locale.ROOT), value);
        }
    }

    private static void add(List<Challenge> challenges, String scheme) {
        challenges.add(new Challenge(scheme.toLowerCase(Locale.ROOT), new LinkedHashMap<>()));
    }

    static Optional<Challenge> find(List<Challenge> challenges, String scheme) {
        return challenges.stream().filter(c -> c.scheme.equals(scheme)).findFirst();
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** The scopes that it names, separated by blanks; empty where it names none. */
    Optional<String> scopes() {
        return parameter("scope").map(String::trim).filter(s -> !s.isEmpty());
    }

    /** With what an earlier one of the same scheme said and this one does not: some say all only the first time. */
    Challenge completedBy(Challenge earlier) {
        if (!scheme.equals(earlier.scheme) || parameters.containsKey("realm")) {
            return this;
        }
        Map<String, String> all = new LinkedHashMap<>(earlier.parameters);
        all.putAll(parameters);
        return new Challenge(scheme, all);
    }

    Challenge without(String name) {
        Map<String, String> fewer = new LinkedHashMap<>(parameters);
        fewer.remove(name);
        return new Challenge(scheme, fewer);
    }
}
