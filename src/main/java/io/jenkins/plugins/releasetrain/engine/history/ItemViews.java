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
        return new View.History(page.items(), page.next().map(String::valueOf).orElse(""));
    }

    /** A change or lane. */
    static Item item(Entry request) {
        return Item.of(request, owner(request.place().stream()), request.origin());
    }

    static String owner(String stream) {
        return stream.substring(stream.indexOf('/') + 1);
    }
}
