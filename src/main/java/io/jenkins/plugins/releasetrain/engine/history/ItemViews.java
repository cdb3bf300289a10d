package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.HistoryPage;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Item;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The history as a list. */
final class ItemViews {
    static final int PAGE = 20;
    static final int LARGEST_PAGE = 100;

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
                told(page.items()), page.next().map(String::valueOf).orElse(""));
    }

    /** What production does not hold any more is told as such; what is not known for want of a name stays. */
    private List<Item> told(List<Item> items) {
        Set<String> services = items.stream()
                .filter(ItemViews::isPromoted)
                .flatMap(i -> i.services().stream())
                .collect(Collectors.toSet());
        Set<String> there = store.releasesInProduction(services);
        return items.stream()
                .map(i -> isPromoted(i) && i.more() == 0 && !there.contains(i.id()) ? i.replaced() : i)
                .toList();
    }

    private static boolean isPromoted(Item item) {
        return item.kind().equals(Item.RELEASE) && item.state().equals("PROMOTED");
    }

    /** A change or lane. */
    static Item item(Entry request) {
        return Item.of(request, owner(request.place().stream()), request.origin());
    }

    static String owner(String stream) {
        return stream.substring(stream.indexOf('/') + 1);
    }
}
