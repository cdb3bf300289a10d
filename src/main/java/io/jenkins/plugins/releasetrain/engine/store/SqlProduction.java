package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What production holds: reads {@code rt_production}. All of it is read by many pages and changes seldom, so it is kept until a
 * row changes.
 */
final class SqlProduction {
    /** Controllers of before revisions change rows, and when that happened, without their revision. */
    static final String REVISION =
            "SELECT COUNT(*) AS n, COALESCE(SUM(revision), 0) AS revision, MAX(happened) AS newest FROM rt_production";

    private static final int MOST_KEPT = 20_000;

    private volatile Kept kept = new Kept(new Revision(-1, -1, null), List.of());

    /** Another one whenever something changed. @param newest null where nothing is there */
    private record Revision(long count, long sum, OffsetDateTime newest) {}

    /** @param rows by service and repository, as Java sorts them: databases have collations */
    private record Kept(Revision revision, List<Production> rows) {}

    /** By service; {@code after} is exclusive. */
    List<Production> after(Handle handle, String after, int limit) {
        List<Production> all = all(handle);
        if (all == null) {
            return handle.createQuery("SELECT * FROM rt_production WHERE service > :after"
                            + " ORDER BY service, repository LIMIT :limit")
                    .bind("after", after)
                    .bind("limit", limit)
                    .map((row, context) -> production(row))
                    .list();
        }
        int from = after.isEmpty() ? 0 : firstAfter(all, after);
        // The very same list while nothing changes, so that who derives something of it need not do it again.
        return from == 0 && limit >= all.size()
                ? all
                : all.subList(from, (int) Math.min(all.size(), (long) from + limit));
    }

    private static int firstAfter(List<Production> all, String service) {
        int found = Collections.binarySearch(
                all.stream().map(Production::service).toList(), service, Comparator.naturalOrder());
        int at = found < 0 ? -found - 1 : found;
        while (at < all.size() && all.get(at).service().equals(service)) {
            at++;
        }
        return at;
    }

    /** Null where it is more than is kept. */
    private List<Production> all(Handle handle) {
        Kept known = kept;
        // Before the rows: what is changed meanwhile is read again next time.
        Revision now = handle.createQuery(REVISION)
                .map((row, context) -> new Revision(
                        row.getLong("n"), row.getLong("revision"), row.getObject("newest", OffsetDateTime.class)))
                .one();
        if (now.count() > MOST_KEPT) {
            return null;
        }
        if (!now.equals(known.revision())) {
            List<Production> rows =
                    handle.createQuery("SELECT * FROM rt_production").map((row, context) -> production(row)).stream()
                            .sorted(Comparator.comparing(Production::service)
                                    .thenComparing(p -> p.image().repository()))
                            .toList();
            known = new Kept(now, rows);
            kept = known;
        }
        return known.rows();
    }

    static List<Production> of(Handle handle, String service) {
        return handle.createQuery("SELECT * FROM rt_production WHERE service = :service"
                        + " ORDER BY service, repository LIMIT 100")
                .bind("service", service)
                .map((row, context) -> production(row))
                .list();
    }

    static Set<String> releases(Handle handle, Collection<String> services) {
        return services.isEmpty()
                ? Set.of()
                : Set.copyOf(handle.createQuery(
                                "SELECT DISTINCT release_id FROM rt_production WHERE service = ANY(:services)")
                        .bindArray("services", String.class, List.copyOf(services))
                        .mapTo(String.class)
                        .list());
    }

    static List<Production> of(Handle handle, Digest digest) {
        return handle.createQuery("SELECT * FROM rt_production WHERE digest = :digest ORDER BY repository LIMIT 100")
                .bind("digest", digest.value())
                .map((row, context) -> production(row))
                .list();
    }

    private static Production production(ResultSet row) throws SQLException {
        return new Production(
                row.getString("service"),
                new PinnedImage(row.getString("repository"), new Digest(row.getString("digest")), row.getString("tag")),
                row.getString("release_id"),
                SqlHistory.instant(row, "happened"));
    }
}
