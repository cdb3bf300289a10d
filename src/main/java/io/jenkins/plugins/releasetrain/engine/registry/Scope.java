package io.jenkins.plugins.releasetrain.engine.registry;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a bearer token allows on one repository (distribution "Token Scope Documentation").
 *
 * @param actions such as pull and push; {@code *} stands for all
 */
record Scope(String repository, Set<String> actions) {
    private static final String TYPE = "repository:";
    private static final String ALL = "*";

    Scope {
        actions = Set.copyOf(actions);
    }

    static Scope pull(String repository) {
        return new Scope(repository, Set.of("pull"));
    }

    static Scope push(String repository) {
        return new Scope(repository, Set.of("pull", "push"));
    }

    static Scope delete(String repository) {
        return new Scope(repository, Set.of("pull", "push", "delete"));
    }

    /** Empty where the text is about something else than a repository. */
    static Optional<Scope> parse(String text) {
        int actions = text.lastIndexOf(':');
        if (!text.startsWith(TYPE) || actions < TYPE.length()) {
            return Optional.empty();
        }
        return Optional.of(new Scope(
                text.substring(TYPE.length(), actions),
                Arrays.stream(text.substring(actions + 1).split(","))
                        .map(String::trim)
                        .filter(a -> !a.isEmpty())
                        .collect(Collectors.toSet())));
    }

    boolean deletes() {
        return actions.contains("delete");
    }

    /** The same right as registries say it whose grammar knows no deletion, such as Quay's. */
    Scope everything() {
        return new Scope(repository, Set.of(ALL));
    }

    /** Whether a token for this allows all that a token for the other does. */
    boolean covers(Scope other) {
        return repository.equals(other.repository) && (actions.contains(ALL) || actions.containsAll(other.actions));
    }

    static boolean cover(Collection<Scope> held, Collection<Scope> wanted) {
        return wanted.stream().allMatch(w -> held.stream().anyMatch(h -> h.covers(w)));
    }

    static String text(Collection<Scope> scopes) {
        return scopes.stream().map(Scope::toString).collect(Collectors.joining(" "));
    }

    @Override
    public String toString() {
        // Servers compare texts: pull before push before delete, as everybody writes it.
        Set<String> sorted = new TreeSet<>(
                (a, b) -> Integer.compare(rank(a), rank(b)) != 0 ? Integer.compare(rank(a), rank(b)) : a.compareTo(b));
        sorted.addAll(actions);
        return TYPE + repository + ":" + String.join(",", sorted);
    }

    private static int rank(String action) {
        return switch (action) {
            case "pull" -> 0;
            case "push" -> 1;
            case "delete" -> 2;
            default -> 3;
        };
    }
}
