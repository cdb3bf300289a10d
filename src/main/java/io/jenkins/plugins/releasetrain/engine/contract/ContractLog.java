package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of the contract of one service: a fold over its stream, bounded, newest last. What is forgotten is looked
 * at again.
 */
public record ContractLog(
        List<Event.ContractChecked> checks,
        List<Event.ContractWaived> waivers,
        List<Event.ContractPublished> published,
        List<Event.ContractAttested> attested,
        List<Event.ContractNeeded> needed) {
    private static final int MOST_CHECKS = 50;
    private static final int MOST = 200;

    static final Journal.Type<ContractLog> TYPE = new Journal.Type<>(
            ContractLog.class,
            new ContractLog(List.of(), List.of(), List.of(), List.of(), List.of()),
            ContractLog::fold);

    public ContractLog {
        checks = List.copyOf(checks);
        waivers = List.copyOf(waivers);
        published = List.copyOf(published);
        attested = List.copyOf(attested);
        needed = List.copyOf(needed);
    }

    static String stream(String service) {
        return "contract/" + service;
    }

    private static ContractLog fold(ContractLog s, RecordedEvent recorded) {
        if (recorded.event() instanceof Event.ContractChecked e) {
            return new ContractLog(newest(s.checks, e, MOST_CHECKS), s.waivers, s.published, s.attested, s.needed);
        } else if (recorded.event() instanceof Event.ContractWaived e) {
            return new ContractLog(s.checks, newest(s.waivers, e, MOST), s.published, s.attested, s.needed);
        } else if (recorded.event() instanceof Event.ContractPublished e) {
            List<Event.ContractChecked> left = s.checks.stream()
                    .filter(c -> !c.before().equals(e.image()) && !c.after().equals(e.image()))
                    .toList();
            List<Event.ContractNeeded> edges = s.needed.stream()
                    .filter(n -> !n.image().equals(e.image()) && !n.with().equals(e.image()))
                    .toList();
            return new ContractLog(left, s.waivers, newest(s.published, e, MOST), s.attested, edges);
        } else if (recorded.event() instanceof Event.ContractAttested e) {
            return new ContractLog(s.checks, s.waivers, s.published, newest(s.attested, e, MOST), s.needed);
        } else if (recorded.event() instanceof Event.ContractNeeded e) {
            return new ContractLog(s.checks, s.waivers, s.published, s.attested, newest(s.needed, e, MOST_CHECKS));
        }
        return s;
    }

    private static <T> List<T> newest(List<T> all, T last, int most) {
        List<T> longer = new ArrayList<>(all);
        longer.add(last);
        return longer.subList(Math.max(0, longer.size() - most), longer.size());
    }

    /** Of whoever compared them: the built-in checkers, and each tool; the newest of each. */
    List<Event.ContractChecked> known(Digest before, Digest after) {
        List<Event.ContractChecked> newest = new ArrayList<>();
        for (Event.ContractChecked check : checks) {
            if (check.before().equals(before) && check.after().equals(after)) {
                newest.removeIf(c -> c.by().equals(check.by()));
                newest.add(check);
            }
        }
        return newest;
    }

    /** Of an image with what production ran when it was compared last, by whoever compared it. */
    List<Event.ContractChecked> newestOf(Digest after) {
        return checks.stream()
                .filter(c -> c.after().equals(after))
                .reduce((first, last) -> last)
                .map(last -> known(last.before(), after))
                .orElse(List.of());
    }

    /** Whether this is what was published of the image last. */
    boolean isPublished(Digest image, Digest contract) {
        return contract(image).filter(contract::equals).isPresent();
    }

    /** The artifact that was published of an image last. */
    Optional<Digest> contract(Digest image) {
        return published.stream()
                .filter(p -> p.image().equals(image))
                .reduce((first, last) -> last)
                .map(Event.ContractPublished::contract);
    }

    /** What was said of an image last, or could not be. */
    Optional<Event.ContractAttested> attested(Digest image) {
        return attested.stream().filter(a -> a.after().equals(image)).reduce((first, last) -> last);
    }

    /** Whether any image of the service said what it needs of others. */
    boolean needsAny() {
        return published.stream().anyMatch(p -> !needs(p).isEmpty());
    }

    /** The services of which an image said that it needs something. */
    Set<String> needs(Digest image) {
        return published.stream()
                .filter(p -> p.image().equals(image))
                .reduce((first, last) -> last)
                .map(ContractLog::needs)
                .orElse(Set.of());
    }

    /** Files are told as {@code openapi needs/pay/api.yaml}. */
    private static Set<String> needs(Event.ContractPublished published) {
        return published.files().stream()
                .map(file -> file.substring(file.indexOf(' ') + 1))
                .filter(name ->
                        name.startsWith(ContractFile.NEEDS) && name.indexOf('/', ContractFile.NEEDS.length()) > 0)
                .map(name ->
                        name.substring(ContractFile.NEEDS.length(), name.indexOf('/', ContractFile.NEEDS.length())))
                .collect(Collectors.toSet());
    }

    boolean knows(Consumers.Edge edge) {
        return needed.stream()
                .anyMatch(n -> n.consumer().equals(edge.consumer().service())
                        && n.image().equals(edge.consumer().image())
                        && n.provider().equals(edge.provider().service())
                        && n.with().equals(edge.provider().image()));
    }

    /** Whether an image is warned of: by what it is compared with, or by what it needs and others need of it. */
    boolean doubts(Digest image) {
        return newestOf(image).stream()
                        .flatMap(c -> c.findings().stream())
                        .anyMatch(f -> Severity.valueOf(f.severity()) != Severity.INFO)
                || edges(image).stream().anyMatch(n -> !n.findings().isEmpty());
    }

    /** Of an image, as a consumer and as a provider. */
    List<Event.ContractNeeded> edges(Digest image) {
        return needed.stream()
                .filter(n -> n.image().equals(image) || n.with().equals(image))
                .toList();
    }

    Optional<Event.ContractWaived> waiver(Digest image) {
        return waivers.stream().filter(w -> w.image().equals(image)).reduce((first, last) -> last);
    }
}
