package io.jenkins.plugins.releasetrain.engine.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A catalog made of what a namespace holds or manifests say, for a person to go on with: what could not be decided is said
 * in comments.
 */
public final class CatalogDraft {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private final List<DeployedImages> images;
    private final CalledServices calls;
    private final Set<String> owners;

    private CatalogDraft(List<JsonNode> objects, List<String> own) {
        this.images = objects.stream()
                .flatMap(o -> DeployedImages.of(o).stream())
                .distinct()
                .toList();
        this.calls = new CalledServices(objects, images);
        this.owners = own.isEmpty() ? likelyOwners(images) : Set.copyOf(own);
    }

    /**
     * @param objects Kubernetes objects as JSON: workloads, and the Services and config maps that tell who calls whom
     * @param own beginnings of repositories, host included, whose images are built here, as in {@code registry.example/shop};
     *     where none is given, those that most workloads come from
     * @return the catalog's YAML with comments; without services where no image is known
     */
    public static String of(List<JsonNode> objects, List<String> own) {
        return new CatalogDraft(objects, own).yaml();
    }

    /** The one that most workloads come from, and whatever is as frequent. */
    private static Set<String> likelyOwners(List<DeployedImages> images) {
        Map<String, Long> workloads = images.stream()
                .filter(i -> !i.image().full().startsWith("docker.io/library/"))
                .collect(Collectors.groupingBy(
                        i -> i.image().owner(),
                        Collectors.mapping(
                                DeployedImages::workload,
                                Collectors.collectingAndThen(Collectors.toSet(), s -> (long) s.size()))));
        long most = workloads.values().stream().max(Long::compare).orElse(0L);
        return workloads.entrySet().stream()
                .filter(e -> e.getValue() == most)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private boolean isOwn(DeployedImages image) {
        String full = image.image().full();
        return owners.stream().anyMatch(o -> full.equals(o) || full.startsWith(o + "/"));
    }

    /** Parts that get one image together: one repository, and one tag where the tags of a repository differ. */
    private record Drafted(String name, String repository, List<DeployedImages> parts, SortedSet<String> calls) {}

    private List<Drafted> services() {
        Map<String, List<DeployedImages>> byRepository = images.stream()
                .filter(this::isOwn)
                .collect(Collectors.groupingBy(i -> i.image().full(), TreeMap::new, Collectors.toList()));
        List<Drafted> services = new ArrayList<>();
        byRepository.forEach((repository, parts) -> {
            Map<String, List<DeployedImages>> byImage = parts.stream()
                    .collect(
                            Collectors.groupingBy(p -> p.image().reference(), LinkedHashMap::new, Collectors.toList()));
            boolean tagsOfServices =
                    byImage.size() > 1 && byImage.size() == workloads(parts).size();
            if (tagsOfServices) {
                byImage.values().forEach(own -> services.add(drafted(own)));
            } else {
                services.add(drafted(parts));
            }
        });
        return unique(services);
    }

    private Drafted drafted(List<DeployedImages> parts) {
        String repository = parts.get(0).image().repository();
        Set<String> workloads = workloads(parts);
        String last = repository.substring(repository.lastIndexOf('/') + 1);
        String name = workloads.size() == 1 ? parts.get(0).name() : last;
        SortedSet<String> called = new TreeSet<>();
        parts.forEach(p -> called.addAll(calls.of(p)));
        called.removeAll(workloads);
        return new Drafted(sanitised(name), repository, parts, called);
    }

    private static Set<String> workloads(List<DeployedImages> parts) {
        return parts.stream().map(DeployedImages::workload).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String sanitised(String name) {
        String text =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-").replaceAll("^-+|-+$", "");
        String cut = text.length() > 63 ? text.substring(0, 63).replaceAll("-+$", "") : text;
        return NAME.matcher(cut).matches() ? cut : "service";
    }

    private static List<Drafted> unique(List<Drafted> services) {
        Map<String, Drafted> named = new TreeMap<>();
        for (Drafted s : services) {
            String name = s.name();
            for (int n = 2; named.containsKey(name); n++) {
                name = s.name() + "-" + n;
            }
            named.put(name, new Drafted(name, s.repository(), s.parts(), s.calls()));
        }
        return List.copyOf(named.values());
    }

    private String yaml() {
        List<Drafted> services = services();
        StringBuilder text = new StringBuilder();
        text.append("# A draft, made of ")
                .append(workloads(images).size())
                .append(" workloads. Read it before you use it.\n");
        if (!owners.isEmpty()) {
            text.append("# Taken for your own are the images below ")
                    .append(String.join(", ", new TreeSet<>(owners)))
                    .append(".\n");
        }
        leftOut(text);
        if (services.isEmpty()) {
            return text.append("# No workload has an image of your own: say which are.\nservices: {}\n")
                    .toString();
        }
        Optional<String> pattern = common(services, Drafted::repository).or(() -> shared(services));
        Optional<String> kind = common(services, CatalogDraft::onlyWorkload);
        kinds(text, services);
        defaults(text, services, pattern, kind);
        text.append("services:\n");
        Map<String, String> byWorkload = new TreeMap<>();
        services.forEach(s -> s.parts().forEach(p -> byWorkload.put(p.workload(), s.name())));
        services.forEach(s -> service(text, s, pattern, kind, byWorkload));
        return text.toString();
    }

    private void leftOut(StringBuilder text) {
        images.stream()
                .filter(i -> !isOwn(i))
                .map(i -> "#   " + i.workload() + ", container " + i.container() + ": "
                        + i.image().reference() + "\n")
                .distinct()
                .sorted()
                .reduce(String::concat)
                .ifPresent(lines ->
                        text.append("# Left out, as images of others:\n").append(lines));
    }

    /** What most services have, with {@code {service}} in the place of their names. */
    private static Optional<String> common(List<Drafted> services, Function<Drafted, String> value) {
        return services.stream()
                .map(s -> generalised(value.apply(s), s.name()))
                .filter(v -> v.contains("{service}"))
                .collect(Collectors.groupingBy(v -> v, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .max(Comparator.comparing(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }

    /** The repository of most services, where several have one. */
    private static Optional<String> shared(List<Drafted> services) {
        return services.stream()
                .collect(Collectors.groupingBy(Drafted::repository, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .filter(e -> e.getValue() > 1)
                .max(Comparator.comparing(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }

    private static String generalised(String value, String service) {
        return value.equals(service) || value.endsWith("/" + service)
                ? value.substring(0, value.length() - service.length()) + "{service}"
                : value;
    }

    private static String onlyWorkload(Drafted service) {
        return workloads(service.parts()).size() == 1 ? service.parts().get(0).workload() : "";
    }

    /** Of which a catalog has to say where their pods are. */
    private static void kinds(StringBuilder text, List<Drafted> services) {
        Map<String, String> unknown = new TreeMap<>();
        services.stream()
                .flatMap(s -> s.parts().stream())
                .filter(DeployedImages::stays)
                .filter(p -> WorkloadForm.known(p.kind()).isEmpty())
                .forEach(p -> unknown.put(p.kind(), p.apiVersion()));
        if (!unknown.isEmpty()) {
            text.append("kinds:  # their pod templates are taken to be at spec.template\n");
            unknown.forEach((kind, apiVersion) -> text.append("  ")
                    .append(kind)
                    .append(": {apiVersion: ")
                    .append(apiVersion)
                    .append("}\n"));
        }
    }

    private static void defaults(
            StringBuilder text, List<Drafted> services, Optional<String> pattern, Optional<String> workload) {
        Set<String> repositories = services.stream().map(Drafted::repository).collect(Collectors.toSet());
        boolean shared = repositories.size() < services.size();
        if (pattern.isPresent() || workload.isPresent() || shared) {
            text.append("defaults:\n");
        }
        pattern.ifPresent(p -> text.append("  dev: \"")
                .append(p)
                .append("\"\n  production: \"")
                .append(p)
                .append("\"  # where it is in production was not known\n"));
        if (shared) {
            text.append("  # Several services are in one repository, so each has a tag of its own.\n")
                    .append("  productionTag: \"production-{service}\"\n");
        }
        workload.filter(w -> !w.equals("Deployment/{service}"))
                .ifPresent(w -> text.append("  workload: \"").append(w).append("\"\n"));
    }

    private void service(
            StringBuilder text,
            Drafted s,
            Optional<String> pattern,
            Optional<String> workload,
            Map<String, String> byWorkload) {
        List<String> lines = new ArrayList<>();
        if (!s.repository()
                .equals(pattern.map(p -> p.replace("{service}", s.name())).orElse(s.name()))) {
            lines.add("dev: " + s.repository());
            lines.add("production: " + s.repository());
        }
        new DraftedParts(s.parts(), images, images.stream().filter(this::isOwn).toList())
                .lines(workload.orElse("Deployment/{service}").replace("{service}", s.name()))
                .forEach(lines::add);
        SortedSet<String> called = s.calls().stream()
                .map(byWorkload::get)
                .filter(c -> c != null && !c.equals(s.name()))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!called.isEmpty()) {
            lines.add("dependsOn: [" + String.join(", ", called) + "]");
        }
        text.append("  ").append(s.name()).append(":\n");
        lines.forEach(line -> text.append("    ").append(line).append('\n'));
    }
}
