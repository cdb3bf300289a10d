package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.HistoryPage;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The history as a list. */
final class ItemViews {
    static final int PAGE = 20;
    static final int LARGEST_PAGE = 100;
    private static final int SERVICES = 8;

    private final Store store;

    ItemViews(Store store) {
        this.store = store;
    }

    View.History history(Parameters p) {
        List<String> terms = new ArrayList<>();
        p.text("owner").map(Terms::owner).ifPresent(terms::add);
        p.text("service").map(Terms::service).ifPresent(terms::add);
        p.text("state").map(Terms::state).ifPresent(terms::add);
        p.text("person").map(Terms::person).ifPresent(terms::add);
        p.text("digest").map(d -> Terms.digest(new Digest(d))).ifPresent(terms::add);
        p.text("text").map(Terms::words).ifPresent(terms::addAll);
        return history(new HistoryQuery(
                terms, p.time("from"), p.time("to"), p.key("before"), p.number("limit", PAGE, LARGEST_PAGE)));
    }

    View.History history(HistoryQuery query) {
        HistoryPage page = store.history(query);
        return new View.History(
                items(page.entries()), page.next().map(String::valueOf).orElse(""));
    }

    /** Releases get the build and the person of their first change. */
    List<View.Item> items(List<Entry> entries) {
        Map<String, Entry> requests = new LinkedHashMap<>();
        List<String> wanted = entries.stream()
                .map(Entry::began)
                .filter(Event.ReleaseMade.class::isInstance)
                .flatMap(e -> ((Event.ReleaseMade) e).changes().stream().limit(1))
                .toList();
        store.requests(wanted).forEach(r -> requests.put(r.id(), r));
        return entries.stream().map(e -> item(e, requests)).toList();
    }

    private static View.Item item(Entry entry, Map<String, Entry> requests) {
        Origin origin = entry.origin();
        String owner = owner(entry.place().stream());
        if (entry.began() instanceof Event.ReleaseMade made) {
            owner = made.owner();
            origin = made.changes().stream()
                    .limit(1)
                    .filter(requests::containsKey)
                    .map(c -> requests.get(c).origin())
                    .findFirst()
                    .orElse(Origin.UNKNOWN);
        }
        List<String> services = List.copyOf(entry.images().keySet());
        return new View.Item(
                entry.began() instanceof Event.ReleaseMade ? "RELEASE" : "CHANGE",
                entry.id(),
                owner,
                state(entry),
                services.subList(0, Math.min(SERVICES, services.size())),
                Math.max(0, services.size() - SERVICES),
                reason(entry),
                origin.build(),
                origin.url(),
                origin.user(),
                entry.began() instanceof Event.ReleaseMade
                        ? entry.beganAt()
                        : entry.endedAt().orElse(entry.beganAt()));
    }

    static String owner(String stream) {
        return stream.substring(stream.indexOf('/') + 1);
    }

    static String state(Entry entry) {
        if (entry.ended().isEmpty()) {
            return entry.began() instanceof Event.ReleaseMade ? "MADE" : "WAITING";
        }
        Event ended = entry.ended().get();
        if (ended instanceof Event.ChangeEnded e) {
            return e.outcome().name();
        } else if (ended instanceof Event.LaneEnded e) {
            return e.outcome().name();
        }
        return ended instanceof Event.ReleasePromoted ? "PROMOTED" : "REFUSED";
    }

    private static String reason(Entry entry) {
        Event ended = entry.ended().orElse(null);
        if (ended instanceof Event.ChangeEnded e) {
            return e.reason();
        } else if (ended instanceof Event.LaneEnded e) {
            return e.reason();
        } else if (ended instanceof Event.PromotionRefused e) {
            return e.reason();
        }
        return entry.began() instanceof Event.ReleaseMade e && !e.rollbackOf().isEmpty()
                ? "back to " + e.rollbackOf()
                : "";
    }
}
