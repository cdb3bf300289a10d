package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known of the contract of one service: a fold over its stream, bounded, newest last. What is forgotten is looked
 * at again.
 */
public record ContractLog(
        List<Event.ContractChecked> checks,
        List<Event.ContractWaived> waivers,
        List<Event.ContractPublished> published) {
    private static final int MOST_CHECKS = 50;
    private static final int MOST = 200;

    static final Journal.Type<ContractLog> TYPE =
            new Journal.Type<>(ContractLog.class, new ContractLog(List.of(), List.of(), List.of()), ContractLog::fold);

    public ContractLog {
        checks = List.copyOf(checks);
        waivers = List.copyOf(waivers);
        published = List.copyOf(published);
    }

    static String stream(String service) {
        return "contract/" + service;
    }

    private static ContractLog fold(ContractLog s, RecordedEvent recorded) {
        if (recorded.event() instanceof Event.ContractChecked e) {
            return new ContractLog(newest(s.checks, e, MOST_CHECKS), s.waivers, s.published);
        } else if (recorded.event() instanceof Event.ContractWaived e) {
            return new ContractLog(s.checks, newest(s.waivers, e, MOST), s.published);
        } else if (recorded.event() instanceof Event.ContractPublished e) {
            List<Event.ContractChecked> left = s.checks.stream()
                    .filter(c -> !c.before().equals(e.image()) && !c.after().equals(e.image()))
                    .toList();
            return new ContractLog(left, s.waivers, newest(s.published, e, MOST));
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
        return published.stream()
                .filter(p -> p.image().equals(image))
                .reduce((first, last) -> last)
                .filter(p -> p.contract().equals(contract))
                .isPresent();
    }

    Optional<Event.ContractWaived> waiver(Digest image) {
        return waivers.stream().filter(w -> w.image().equals(image)).reduce((first, last) -> last);
    }
}
