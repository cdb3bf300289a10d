package io.jenkins.plugins.releasetrain.engine.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * One statement that asks the same of several keys, each with a limit of its own: joined to a list of keys, databases would
 * rather read all that a frequent one has, and one by one each would be a way to the database. It is always of so many keys, so
 * that databases keep what they made of it; those that are left over are of nothing.
 */
final class EachOf {
    static final int KEYS = 20;

    private EachOf() {}

    /** @param each where {@code #} is the number of a key, as in {@code :key#} */
    static String union(String each) {
        return IntStream.range(0, KEYS)
                .mapToObj(i -> "(" + each.replace("#", String.valueOf(i)) + ")")
                .collect(Collectors.joining(" UNION ALL ", "(", ")"));
    }

    /** Those of {@code :digests}, an array of distinct ones, as rows of {@code w}. */
    static String digests() {
        return "UNNEST(CAST(:digests AS VARCHAR ARRAY)) w(digest)";
    }

    /** Binds keys to {@code :key0} and so on. */
    interface Binder<K> {
        /** @param key null for none */
        void bind(Query query, int number, K key);
    }

    /** What reads a statement whose keys are bound. */
    interface Reading<R> {
        List<R> read(Query query);
    }

    static <K, R> List<R> read(
            Handle handle, String sql, Collection<K> keys, Binder<K> binder, int limit, Reading<R> reading) {
        // As a number and not as a parameter: of a statement that H2 kept, it takes the limit of the time before.
        String limited = sql.replace(":limit", String.valueOf(limit));
        List<K> all = List.copyOf(keys);
        List<R> rows = new ArrayList<>();
        for (int from = 0; from < all.size(); from += KEYS) {
            Query query = handle.createQuery(limited);
            for (int i = 0; i < KEYS; i++) {
                binder.bind(query, i, from + i < all.size() ? all.get(from + i) : null);
            }
            rows.addAll(reading.read(query));
        }
        return rows;
    }

    /** Keys that are texts, of which none is empty. */
    static void text(Query query, int number, String key) {
        query.bind("key" + number, key == null ? "" : key);
    }
}
