package io.jenkins.plugins.releasetrain.engine.store;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * One search of the history. Of several terms, the items of the one that is rarest here are looked at, some at first and
 * then more, whether they have the others too.
 */
final class Search {
    static final String NEWEST = "SELECT " + ItemRows.COLUMNS + " FROM rt_item"
            + " WHERE item < :before AND item > :floor ORDER BY item DESC LIMIT :limit";
    static final String OF_TERM = "SELECT item FROM rt_term WHERE term = :term0 AND item < :before AND item > :floor"
            + " ORDER BY term, item DESC LIMIT :limit";
    /** So many items of the rarest term are looked at for one page. */
    static final int LOOKED_AT = 250;

    private static final int LOOKED_AT_FIRST = 64;

    private final Handle handle;
    private final HistoryQuery query;
    private final List<Long> terms;
    private final long floor;
    private long before;

    Search(Handle handle, HistoryQuery query) {
        this.handle = handle;
        this.query = query;
        this.terms = new ArrayList<>(
                query.terms().stream().map(Terms::key).distinct().toList());
        this.before = query.to()
                .flatMap(to -> edge("happened >= :at ORDER BY happened, item", to))
                .map(item -> Math.min(item, query.before()))
                .orElse(query.before());
        this.floor = query.from()
                .flatMap(from -> edge("happened < :at ORDER BY happened DESC, item DESC", from))
                .orElse(0L);
    }

    private Optional<Long> edge(String where, Instant at) {
        return handle.createQuery("SELECT item FROM rt_item WHERE " + where + " LIMIT 1")
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .mapTo(long.class)
                .findOne();
    }

    HistoryPage page() {
        if (terms.isEmpty()) {
            SortedItems newest = new SortedItems();
            range(handle.createQuery(NEWEST), query.limit())
                    .map((row, context) -> newest.add(row.getLong("item"), ItemRows.read(row)))
                    .list();
            return newest.page(newest.keys, Optional.empty());
        }
        if (terms.size() == 1) {
            return read(candidates(terms.get(0), query.limit()), Optional.empty());
        }
        List<Long> found = new ArrayList<>();
        List<Long> looked = candidatesOfTheRarest();
        int most = LOOKED_AT_FIRST;
        int rest = LOOKED_AT;
        while (true) {
            found.addAll(having(Math.min(most, looked.size()), query.limit() - found.size()));
            rest -= most;
            boolean exhausted = looked.size() < most;
            if (exhausted || found.size() == query.limit() || rest <= 0) {
                Optional<Long> next = exhausted ? Optional.empty() : Optional.of(looked.get(looked.size() - 1));
                return read(found, next);
            }
            before = looked.get(looked.size() - 1);
            most = rest;
            looked = candidates(terms.get(0), most);
        }
    }

    /** Puts the terms into the order of how far so many items of each reach back: the rarest one first. */
    private List<Long> candidatesOfTheRarest() {
        Map<Long, List<Long>> newest = new HashMap<>();
        terms.forEach(term -> newest.put(term, candidates(term, LOOKED_AT_FIRST)));
        Comparator<Long> fewest = Comparator.comparing(term -> newest.get(term).size() == LOOKED_AT_FIRST);
        terms.sort(fewest.thenComparing(
                term -> newest.get(term).stream().reduce((first, last) -> last).orElse(0L)));
        return newest.get(terms.get(0));
    }

    private List<Long> candidates(long term, int limit) {
        return range(handle.createQuery(OF_TERM), limit)
                .bind("term0", term)
                .mapTo(long.class)
                .list();
    }

    private Query range(Query statement, int limit) {
        return statement.bind("before", before).bind("floor", floor).bind("limit", limit);
    }

    /**
     * The first of the candidates that have all terms. Counted one by one and not joined, since PostgreSQL would rather
     * read all items of a frequent term than look up these few.
     */
    private List<Long> having(int most, int limit) {
        StringBuilder sql =
                new StringBuilder("SELECT d.item FROM (" + OF_TERM.replace(":limit", ":most") + ") d WHERE 1 = 1");
        for (int i = 1; i < terms.size(); i++) {
            sql.append(" AND (SELECT COUNT(*) FROM rt_term x WHERE x.term = :term")
                    .append(i)
                    .append(" AND x.item = d.item) = 1");
        }
        Query statement = handle.createQuery(sql + " ORDER BY d.item DESC LIMIT :limit");
        for (int i = 0; i < terms.size(); i++) {
            statement.bind("term" + i, terms.get(i));
        }
        return range(statement, limit).bind("most", most).mapTo(long.class).list();
    }

    private HistoryPage read(List<Long> keys, Optional<Long> next) {
        SortedItems items = new SortedItems();
        if (!keys.isEmpty()) {
            handle.createQuery("SELECT " + ItemRows.COLUMNS + " FROM rt_item WHERE item = ANY(:items)")
                    .bindArray("items", Long.class, keys)
                    .map((row, context) -> items.add(row.getLong("item"), ItemRows.read(row)))
                    .list();
        }
        return items.page(keys, next);
    }

    /** Items by key, since a list of keys is not answered in its order. */
    private final class SortedItems {
        private final List<Long> keys = new ArrayList<>();
        private final Map<Long, Item> items = new HashMap<>();

        Item add(long key, Item item) {
            keys.add(key);
            items.put(key, item);
            return item;
        }

        HistoryPage page(List<Long> wanted, Optional<Long> otherwiseNext) {
            boolean full = wanted.size() == query.limit();
            return new HistoryPage(
                    wanted.stream().map(items::get).toList(),
                    full ? Optional.of(wanted.get(wanted.size() - 1)) : otherwiseNext);
        }
    }
}
