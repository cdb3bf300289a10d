package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * One row of the table that tells whose trouble it is when a pod does not start.
 *
 * @param reasons as Kubernetes names them; empty for any
 * @param restarts of the container, at least
 * @param message a regular expression that is found anywhere; empty for any
 */
public record FaultRule(
        Set<Condition> conditions, Set<String> reasons, int restarts, Moment when, Fault fault, String message) {
    static final String IMAGE = "{image}";
    private static final int COLUMNS = 6;

    /** What was seen. */
    public enum Condition {
        /** A container waits. */
        WAITING,
        /** Pods are not created. */
        CREATE,
        /** No node takes the pod. */
        SCHEDULE,
        /** The pod itself ended, or was taken away. */
        POD,
        /** A Deployment's own deadline is over. */
        PROGRESS,
        /** The API server refuses the workload's new image. */
        PATCH
    }

    /** From when on it is believed. */
    public enum Moment {
        NOW,
        /** Once it was seen for some seconds. */
        LASTING,
        /** Only when the rollout's deadline is over. */
        DEADLINE
    }

    /**
     * What a pod, or a workload, shows.
     *
     * @param image that was asked for
     */
    public record Sign(
            Condition condition, String reason, int restarts, String message, Optional<ImageReference> image) {
        /** The message without the names of the image and of its pods: a service may be called {@code rate-limiter}. */
        String nameless() {
            return image.map(i -> names(i).matcher(message).replaceAll("")).orElse(message);
        }

        private static Pattern names(ImageReference image) {
            String repository = image.repository();
            String last = repository.substring(repository.lastIndexOf('/') + 1);
            return Pattern.compile("(?<![\\w.-])(?:" + Pattern.quote(image.registry() + "/" + repository) + "|"
                    + Pattern.quote(repository) + "(?=[@:\"/])|" + Pattern.quote(last)
                    + "(?:(?:-[a-z0-9]+)+|(?=[@:\"/])))");
        }
    }

    /**
     * @param row {@code condition | reason | restarts | when | fault | message}
     * @throws EngineException INVALID_INPUT that names the field and its value
     */
    public static FaultRule parse(String row) {
        String[] columns = row.split("\\|", COLUMNS);
        if (columns.length < COLUMNS) {
            throw EngineException.invalid("Fault rule '" + row.strip() + "' has " + columns.length + " columns, not "
                    + COLUMNS + ": condition | reason | restarts | when | fault | message");
        }
        Set<Condition> conditions = split(columns[0]).stream()
                .map(text -> parse(Condition.class, "condition", text, row))
                .collect(Collectors.toCollection(TreeSet::new));
        String reason = columns[1].strip();
        FaultRule rule = new FaultRule(
                conditions,
                reason.equals("*") ? Set.of() : Set.copyOf(split(reason)),
                restarts(columns[2].strip(), row),
                parse(Moment.class, "when", columns[3].strip(), row),
                parse(Fault.class, "fault", columns[4].strip(), row),
                columns[5].strip());
        if (conditions.isEmpty() || reason.isEmpty()) {
            throw EngineException.invalid("Fault rule '" + row.strip() + "': "
                    + (reason.isEmpty() ? "reason is empty; * stands for any" : "condition is empty"));
        }
        try {
            rule.pattern(Optional.empty());
        } catch (PatternSyntaxException e) {
            throw EngineException.invalid("Fault rule '" + row.strip() + "': message '" + rule.message
                    + "' is not a regular expression: " + e.getDescription());
        }
        return rule;
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(s -> !s.isEmpty())
                .toList();
    }

    private static int restarts(String text, String row) {
        if (!text.matches("\\d{1,4}")) {
            throw EngineException.invalid(
                    "Fault rule '" + row.strip() + "': restarts is '" + text + "', not a number from 0 to 9999");
        }
        return Integer.parseInt(text);
    }

    private static <E extends Enum<E>> E parse(Class<E> type, String field, String text, String row) {
        return Arrays.stream(type.getEnumConstants())
                .filter(e -> e.name().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> EngineException.invalid("Fault rule '" + row.strip() + "': " + field + " is '" + text
                        + "', not one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(e -> e.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    boolean fits(Sign sign, boolean deadline) {
        return conditions.contains(sign.condition())
                && (reasons.isEmpty() || reasons.contains(sign.reason()))
                && sign.restarts() >= restarts
                && (deadline || when != Moment.DEADLINE)
                && (message.isEmpty()
                        || pattern(sign.image()).matcher(said(sign)).find());
    }

    private String said(Sign sign) {
        return message.contains(IMAGE) ? sign.message() : sign.nameless();
    }

    /** Whether both decide about exactly the same signs. */
    boolean sameSigns(FaultRule other) {
        return conditions.equals(other.conditions)
                && reasons.equals(other.reasons)
                && restarts == other.restarts
                && when == other.when
                && message.equals(other.message);
    }

    private Pattern pattern(Optional<ImageReference> image) {
        String names = image.map(i -> "(?:" + Pattern.quote(i.registry() + "/" + i.repository())
                        + i.digest().map(d -> "|" + Pattern.quote(d.toString())).orElse("") + ")")
                .orElse("(?!)");
        return Pattern.compile(message.replace(IMAGE, names), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }
}
