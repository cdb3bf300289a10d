package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event.ImageBuilt;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import io.jenkins.plugins.releasetrain.engine.store.Provenance;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What commits came, or were taken back, between two images of a service: those of the builds of one job that lead from one
 * to the other, each naming the image before it.
 */
final class Origins {
    /** Of one answer; who wants those of others asks for the services after these. */
    static final int SERVICES = 100;

    private static final int HOPS = 50;
    private static final int COMMITS = 500;
    private static final int LISTED = 2_000;

    private final Store store;
    private final Function<String, SourceLinks> links;

    /** @param links of a service */
    Origins(Store store, Function<String, SourceLinks> links) {
        this.store = store;
        this.links = links;
    }

    /**
     * An image of a service, and what was there before.
     *
     * @param from null where nothing was, or it is not known
     * @param to null where nothing is any more
     */
    record Step(String service, Digest from, Digest to) {
        private Stream<Digest> images() {
            return Stream.of(Optional.ofNullable(from), Optional.ofNullable(to)).flatMap(Optional::stream);
        }
    }

    /** Two builds of a job. */
    private record Span(ImageBuilt newer, ImageBuilt older, boolean back) {
        long length() {
            return newer.built().number() - older.built().number();
        }

        boolean isOneStep() {
            return newer.built().since().equals(Optional.of(older.digest()));
        }

        Provenance.Stretch between() {
            Built last = newer.built();
            return new Provenance.Stretch(
                    last.service(), last.job(), older.built().number(), last.number());
        }
    }

    /** Builds that lead to the newer one from the older, which is left out; those known where not all are. */
    private record Way(List<Built> builds, boolean complete) {}

    /** One for each step, in their order; null where there is nothing to tell. */
    List<Brought.Commits> of(List<Step> steps) {
        Provenance provenance = store.provenance();
        Map<Digest, List<ImageBuilt>> builds =
                provenance.builds(steps.stream().flatMap(Step::images).toList());
        List<Span> spans = steps.stream().map(s -> span(s, builds)).toList();
        List<Span> far = spans.stream()
                .filter(Objects::nonNull)
                .filter(s -> !s.isOneStep())
                .toList();
        List<List<ImageBuilt>> between =
                provenance.between(far.stream().map(Span::between).toList(), HOPS);
        List<Brought.Commits> told = new ArrayList<>();
        Listing listing = new Listing();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            Span span = spans.get(i);
            if (span == null) {
                told.add(unconnected(step, builds, listing));
            } else {
                // The very same span, of which another step may have an equal one.
                int at = indexOf(far, span);
                Way way = way(span, at < 0 ? List.of() : between.get(at));
                String link =
                        link(step.service(), span.older().built(), span.newer().built());
                told.add(listing.commits(
                        span.back() ? "BACK" : "ADDED", span.newer().built(), way, link));
            }
        }
        return told;
    }

    private static int indexOf(List<Span> spans, Span span) {
        for (int i = 0; i < spans.size(); i++) {
            if (spans.get(i) == span) {
                return i;
            }
        }
        return -1;
    }

    private Brought.Commits unconnected(Step step, Map<Digest, List<ImageBuilt>> builds, Listing listing) {
        boolean alone = step.from() == null;
        Optional<Built> to = of(step.service(), step.to(), builds)
                .map(ImageBuilt::built)
                .filter(b -> alone || !b.changeRequest())
                .findFirst();
        if (to.isEmpty()) {
            return null;
        } else if (alone) {
            return listing.commits("MADE", to.get(), new Way(List.of(to.get()), false), "");
        }
        String link = of(step.service(), step.from(), builds)
                .map(from -> link(step.service(), from.built(), to.get()))
                .filter(found -> !found.isEmpty())
                .findFirst()
                .orElse("");
        return listing.commits("UNKNOWN", to.get(), new Way(List.of(), false), link);
    }

    private static Stream<ImageBuilt> of(String service, Digest image, Map<Digest, List<ImageBuilt>> builds) {
        return image == null
                ? Stream.empty()
                : builds.getOrDefault(image, List.of()).stream()
                        .filter(e -> e.built().service().equals(service));
    }

    /** The shortest of those that lead forward; where none does, the shortest way back. */
    private static Span span(Step step, Map<Digest, List<ImageBuilt>> builds) {
        Span best = null;
        for (ImageBuilt from : of(step.service(), step.from(), builds).toList()) {
            for (ImageBuilt to : of(step.service(), step.to(), builds).toList()) {
                Span span = span(from, to);
                if (span != null && (best == null || isBetter(span, best))) {
                    best = span;
                }
            }
        }
        return best;
    }

    private static Span span(ImageBuilt from, ImageBuilt to) {
        Built a = from.built();
        Built b = to.built();
        if (!a.job().equals(b.job()) || a.changeRequest() || b.changeRequest() || a.number() == b.number()) {
            return null;
        }
        return b.number() < a.number() ? new Span(from, to, true) : new Span(to, from, false);
    }

    private static boolean isBetter(Span span, Span best) {
        return span.back() == best.back() ? span.length() < best.length() : best.back();
    }

    private static Way way(Span span, List<ImageBuilt> between) {
        List<Built> builds = new ArrayList<>(List.of(span.newer().built()));
        Optional<Digest> before = span.newer().built().since();
        Optional<Digest> wanted = Optional.of(span.older().digest());
        for (ImageBuilt build : between) {
            if (before.equals(wanted)) {
                break;
            } else if (before.equals(Optional.of(build.digest()))) {
                builds.add(build.built());
                before = build.built().since();
            }
        }
        return new Way(builds, before.equals(wanted));
    }

    private String link(String service, Built older, Built newer) {
        SourceLinks known = links.apply(service);
        return newer.sources().stream()
                .flatMap(to -> older.sources().stream().map(from -> known.compare(from, to)))
                .filter(link -> !link.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Counts all, and lists as many as an answer bears. */
    private final class Listing {
        private int left = LISTED;

        Brought.Commits commits(String state, Built newest, Way way, String link) {
            Map<String, Commit> all = new LinkedHashMap<>();
            int more = 0;
            for (Built build : way.builds()) {
                build.commits().forEach(c -> all.putIfAbsent(c.id(), c));
                more += build.more();
            }
            SourceLinks known = links.apply(newest.service());
            List<Brought.Commit> listed = all.values().stream()
                    .limit(Math.min(left, COMMITS))
                    .map(c -> told(c, known))
                    .toList();
            left -= listed.size();
            return new Brought.Commits(
                    state,
                    newest.origin().build(),
                    newest.origin().page(),
                    newest.changeRequest(),
                    all.size() + more,
                    listed,
                    way.complete(),
                    link);
        }

        private Brought.Commit told(Commit c, SourceLinks known) {
            return new Brought.Commit(
                    c.id(),
                    c.title(),
                    c.author(),
                    c.user(),
                    c.at(),
                    c.url(),
                    c.issues().stream()
                            .map(key -> new Brought.Issue(key, known.issueUrl(key)))
                            .toList());
        }
    }
}
