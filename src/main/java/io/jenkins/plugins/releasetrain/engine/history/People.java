package io.jenkins.plugins.releasetrain.engine.history;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Who wrote what comes with some images, and which issues that names: of what is listed, each once. */
final class People {
    private final Map<String, Brought.Person> people = new LinkedHashMap<>();
    private final Set<Brought.Issue> issues = new LinkedHashSet<>();

    People(List<View.Difference> differences) {
        Set<String> seen = new HashSet<>();
        differences.stream()
                .map(View.Difference::commits)
                .filter(Objects::nonNull)
                .flatMap(c -> c.commits().stream())
                .filter(c -> seen.add(c.id()))
                .forEach(this::add);
    }

    private void add(Brought.Commit commit) {
        issues.addAll(commit.issues());
        String key = commit.user().isEmpty() ? " " + commit.author() : commit.user();
        if (!key.isBlank()) {
            people.merge(
                    key,
                    new Brought.Person(commit.author(), commit.user(), 1),
                    (a, b) -> new Brought.Person(a.name(), a.user(), a.commits() + 1));
        }
    }

    /** Who wrote most first. */
    List<Brought.Person> all() {
        List<Brought.Person> all = new ArrayList<>(people.values());
        all.sort((a, b) -> Integer.compare(b.commits(), a.commits()));
        return all;
    }

    List<Brought.Issue> issues() {
        return List.copyOf(issues);
    }
}
