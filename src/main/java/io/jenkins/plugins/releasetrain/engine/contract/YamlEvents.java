package io.jenkins.plugins.releasetrain.engine.contract;

import java.io.StringReader;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;

/** Reads YAML event by event, by YAML 1.2's core schema, which OpenAPI and AsyncAPI demand: {@code on} is text. */
final class YamlEvents {
    private static final String STANDARD = "tag:yaml.org,2002:";
    private static final Set<String> TAGS =
            Set.of("map", "seq", "str", "null", "int", "float", "bool", "timestamp", "merge");
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    static final int LONGEST_NUMBER = 1_000;

    private YamlEvents() {}

    static Json read(String file, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Bounds.FILE_BYTES);
        JsonBuilder builder = new JsonBuilder(file);
        try {
            Iterator<Event> events =
                    new Yaml(options).parse(new StringReader(text)).iterator();
            int documents = 0;
            while (events.hasNext()) {
                Event event = events.next();
                if (event.is(Event.ID.DocumentStart) && ++documents > 1) {
                    throw Texts.invalid(file, line(event.getStartMark()), "has more than one YAML document");
                }
                event(file, event, builder);
            }
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
            throw Texts.invalid(file, line(mark), "is neither JSON nor YAML: " + e.getProblem());
        } catch (YAMLException e) {
            throw Texts.invalid(file, 0, "is neither JSON nor YAML: " + e.getMessage());
        }
        if (!builder.root().isThere()) {
            throw Texts.invalid(file, 0, "is empty");
        }
        return builder.root();
    }

    private static int line(Mark mark) {
        return mark == null ? 0 : mark.getLine() + 1;
    }

    private static void event(String file, Event event, JsonBuilder builder) {
        int line = line(event.getStartMark());
        if (builder.expectsKey() && event instanceof NodeEvent) {
            if (!(event instanceof ScalarEvent key)) {
                throw Texts.invalid(file, line, "has a key that is no text");
            }
            builder.key(key.getValue(), line);
        } else if (event instanceof CollectionStartEvent start) {
            known(file, start.getTag(), line);
            builder.begin(start.is(Event.ID.MappingStart), line, start.getAnchor());
        } else if (event instanceof AliasEvent alias) {
            builder.alias(alias.getAnchor(), line);
        } else if (event instanceof ScalarEvent scalar) {
            known(file, scalar.getTag(), line);
            builder.scalar(value(scalar), line, scalar.getAnchor());
        } else if (event.is(Event.ID.MappingEnd) || event.is(Event.ID.SequenceEnd)) {
            builder.end();
        }
    }

    private static void known(String file, String tag, int line) {
        if (tag != null
                && !tag.equals("!")
                && !(tag.startsWith(STANDARD) && TAGS.contains(tag.substring(STANDARD.length())))) {
            throw Texts.invalid(file, line, "has the tag '" + Texts.shown(tag) + "', which is not read");
        }
    }

    private static Object value(ScalarEvent scalar) {
        String text = scalar.getValue();
        String tag = scalar.getTag();
        boolean plain = tag == null ? scalar.isPlain() : !tag.equals("!") && !tag.equals(STANDARD + "str");
        if (!plain) {
            return text;
        }
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> null;
            case "true", "True", "TRUE" -> Boolean.TRUE;
            case "false", "False", "FALSE" -> Boolean.FALSE;
            default -> number(text);
        };
    }

    /** Most scalars are words. */
    private static boolean mayBeNumber(String text) {
        char first = text.charAt(0);
        return first >= '0' && first <= '9' || first == '-' || first == '+' || first == '.';
    }

    /** What is too long, or has an exponent beyond what can be counted, stays text. */
    static Object number(String text) {
        if (text.length() > LONGEST_NUMBER
                || !mayBeNumber(text)
                || !NUMBER.matcher(text).matches()) {
            return text;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return text;
        }
    }
}
