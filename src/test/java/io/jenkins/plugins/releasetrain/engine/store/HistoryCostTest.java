package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.Query;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a page reads may not grow with the history, and a release may not cost as much as its set is long: counted in rows
 * that the database looks at and in bytes, not in time.
 */
class HistoryCostTest {
    private static final int RELEASES = 2_000;
    private static final int PAGE = 20;
    /** Releases and sets of both sides, and the builds of all images. */
    private static final int COMPARED = 6;

    private static final Pattern SCANNED = Pattern.compile("scanCount: (\\d+)");

    private static final List<String> SETS =
            List.of(Digest.sha256("set7").value(), Digest.sha256("set8").value());

    private SqlDatabase database;
    private SqlStore store;

    @BeforeEach
    void open() {
        StoreSettings settings = StoreSettings.inMemory(UUID.randomUUID().toString());
        database = SqlDatabase.open(settings);
        store = SqlStore.open(settings);
    }

    private void makeReleases() {
        List<Event> events = new ArrayList<>();
        IntStream.rangeClosed(1, RELEASES).forEach(n -> {
            Digest set = Digest.sha256("set" + n);
            events.add(Samples.queued("c" + n));
            events.add(Samples.trial("t" + n, "b" + n, set));
            events.add(Samples.verdict("t" + n, set, "all", Verdict.PASSED));
            events.add(Samples.release("shop", n));
            events.add(Samples.ended("c" + n));
            events.add(new Event.ReleasePromoted("shop-" + n, "p" + n));
        });
        store.append("train/shop", 0, Samples.AT, events);
        // One stream for each image.
        database.write(
                "make streams",
                handle -> handle.execute("INSERT INTO rt_stream (name, version) SELECT 'image/' || \"X\", 1"
                        + " FROM SYSTEM_RANGE(1, " + RELEASES + ")"));
        // One job of one service makes them all.
        store.append(
                "image/builds",
                0,
                Samples.AT,
                IntStream.rangeClosed(1, RELEASES)
                        .mapToObj(n -> built(Samples.image("cart", n), "cart", n, n - 1))
                        .toList());
    }

    /** By a job that is called as its service. @param since number of the image before; 0 for none */
    private static Event built(PinnedImage image, String service, int number, int since) {
        Origin origin = new Origin(service + "#" + number, "https://ci/job/" + service + "/" + number + "/", "ada");
        Commit commit =
                new Commit(service + number, "does it", "Bob", "bob", Optional.of(Samples.AT), "", List.of("SHOP-1"));
        return new Event.ImageBuilt(
                image.digest(),
                new Built(
                        service,
                        origin,
                        "main",
                        false,
                        List.of(),
                        Optional.of(since)
                                .filter(n -> n > 0)
                                .map(n -> Samples.image(service, n).digest()),
                        List.of(commit),
                        0));
    }

    @AfterEach
    void close() {
        store.close();
        database.close();
    }

    private static Stream<String> queries() {
        return Stream.of(
                SqlHistory.RELEASE,
                SqlHistory.RELEASES,
                SqlHistory.CHANGE,
                SqlHistory.TRIALS,
                SqlHistory.LAST_TRIALS,
                SqlHistory.REQUESTS,
                SqlHistory.RUNS,
                SqlIndex.EVENTS,
                Search.NEWEST,
                Search.OF_TERM,
                SqlActivity.OPEN,
                SqlActivity.RUNNING,
                SqlActivity.NEWEST,
                SqlActivity.PRIORITIES,
                SqlBehind.NEWEST,
                SqlImages.IMAGES,
                SqlProvenance.BUILDS,
                SqlProvenance.BETWEEN,
                Cursors.STREAMS,
                Cursors.VERSIONS);
    }

    @ParameterizedTest
    @MethodSource("queries")
    void shouldLookAtNoMoreRowsThanThePageShows(String query) {
        makeReleases();
        String plan = database.read(
                "explain",
                handle -> keys(query, handle.createQuery("EXPLAIN ANALYZE " + query))
                        .bind("id", "shop-1000")
                        .bind("owner", "shop")
                        .bind("before", RELEASES / 2)
                        .bind("floor", 0)
                        .bind("term0", Terms.key(Terms.owner("shop")))
                        .bind("batch", "b1000")
                        .bind("suite", "all")
                        .bindArray("sets", String.class, SETS)
                        .bindArray("digests", String.class, SETS)
                        .bindArray("ids", String.class, List.of("c7", "c8"))
                        .bind("since", Samples.AT.atOffset(ZoneOffset.UTC))
                        .bind("stream", "train/shop")
                        .bind("after", RELEASES)
                        .bind("prefix", "train/")
                        .bind("end", "train0")
                        .bind("limit", PAGE)
                        .mapTo(String.class)
                        .one());

        List<Integer> scanned = SCANNED.matcher(plan)
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .toList();
        assertThat(scanned).as(plan).isNotEmpty().allMatch(rows -> rows <= 2 * PAGE);
    }

    /** Of statements for several keys: one that there is, and others. */
    private static Query keys(String sql, Query query) {
        for (int i = 0; sql.equals(SqlProvenance.BETWEEN) && i < EachOf.KEYS; i++) {
            // all that a job made but the last, of which the newest are asked for
            query.bind("place" + i, i)
                    .bind("service" + i, i > 0 ? "" : "cart")
                    .bind("key" + i, i > 0 ? "" : "cart")
                    .bind("after" + i, 0L)
                    .bind("before" + i, i > 0 ? 0L : RELEASES);
        }
        if (sql.equals(SqlProvenance.BETWEEN)) {
            return query;
        }
        boolean terms = sql.equals(SqlBehind.NEWEST);
        for (int i = 0; i < EachOf.KEYS; i++) {
            String owner = i > 0 ? "" : sql.equals(SqlActivity.NEWEST) ? "shop" : "train/shop";
            query.bind("after" + i, 0L).bind("since" + i, 0L);
            if (terms) {
                query.bind("key" + i, i > 0 ? 0L : Terms.key(Terms.owner("shop")));
            } else {
                query.bind("key" + i, owner);
            }
        }
        return query;
    }

    @Test
    void shouldKeepASetOfTwoThousandServicesInAFewKilobytesWithAFullCopyNowAndThen() {
        int sets = 3 * SqlSets.FULL_COPY_EVERY + 1;
        Random random = new Random(42);
        ImageSet set = Samples.set(2_000);
        Optional<Digest> parent = Optional.empty();
        for (int i = 0; i < sets; i++) {
            store.saveSet(set, parent);
            parent = Optional.of(set.digest());
            set = Samples.changed(set, 20, random);
        }

        assertThat(count("SELECT COUNT(*) FROM rt_set")).isEqualTo(sets);
        assertThat(count("SELECT COUNT(*) FROM rt_set WHERE depth = 0")).isEqualTo(4);
        assertThat(count("SELECT MAX(depth) FROM rt_set")).isEqualTo(31);
        assertThat(count("SELECT SUM(OCTET_LENGTH(body)) FROM rt_set") / sets).isLessThan(6_000);
    }

    /** Departures have a new baseline each, which differs by what was released since. */
    @Test
    void shouldLookOnlyAtWhatIsNewInABaseline() {
        ImageSet set = Samples.set(2_000);
        store.saveSet(set, Optional.empty());
        ImageSet changed = Samples.changed(set, 20, new Random(42));
        store.saveSet(changed, Optional.of(set.digest()));
        store.append("train/shop", 0, Samples.AT, List.of(new Event.BatchDeparted("b1", List.of(), set.digest())));
        store.append(
                "train/shop",
                1,
                Samples.AT.plusSeconds(60),
                List.of(new Event.BatchDeparted("b2", List.of(), changed.digest())));

        assertThat(count("SELECT COUNT(*) FROM rt_production")).isEqualTo(2_000);
        assertThat(count("SELECT COUNT(*) FROM rt_image WHERE happened > (SELECT MIN(happened) FROM rt_image)"))
                .isEqualTo(20);
    }

    /** Two sets of which each service has another image, and commits of several builds: the way to the database is what costs. */
    @ParameterizedTest
    @ValueSource(ints = {20, 100})
    void shouldCompareTwoReleasesWithTheSameFewStatementsHoweverManyServicesDiffer(int services) {
        ImageSet older = setOf(services, 1);
        ImageSet newer = setOf(services, 4);
        store.saveSet(older, Optional.empty());
        store.saveSet(newer, Optional.of(older.digest()));
        List<Event> built = new ArrayList<>();
        newer.images()
                .keySet()
                .forEach(service -> IntStream.rangeClosed(1, 4)
                        .forEach(n -> built.add(built(Samples.image(service, n), service, n, n - 1))));
        store.append("image/builds", 0, Samples.AT, built);
        store.append(
                "train/shop",
                0,
                Samples.AT,
                List.of(release(1, older.digest()), release(2, newer.digest()), Samples.queued("c1")));
        HistoryApi api = new HistoryApi(store, Clock.fixed(Samples.AT, ZoneOffset.UTC));
        database.read("count statements", handle -> handle.execute("SET QUERY_STATISTICS TRUE"));

        String answer =
                new String(api.get("compare", "from=shop-1&to=shop-2", "").body(), StandardCharsets.UTF_8);

        assertThat(answer.split("\"complete\":true", -1)).hasSize(services + 1);
        assertThat(answer.split("\"total\":3,", -1)).hasSize(services + 1);
        Map<String, Integer> statements = statements();
        // Names are the tags that images were pinned by, so no image is read.
        assertThat(statements.keySet()).noneMatch(sql -> sql.contains("rt_image"));
        int between = (services + EachOf.KEYS - 1) / EachOf.KEYS;
        assertThat(statements.values().stream().mapToInt(n -> n).sum())
                .as(statements.toString())
                .isLessThanOrEqualTo(COMPARED + between);
    }

    private Map<String, Integer> statements() {
        Map<String, Integer> statements = new TreeMap<>();
        database.read(
                "count statements",
                handle -> handle.createQuery(
                                "SELECT sql_statement, execution_count FROM information_schema.query_statistics"
                                        + " WHERE sql_statement LIKE '%rt_%'")
                        .map((row, context) -> statements.put(row.getString(1), row.getInt(2)))
                        .list());
        return statements;
    }

    private static ImageSet setOf(int services, int number) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        IntStream.range(0, services).forEach(i -> images.put("service-" + i, Samples.image("service-" + i, number)));
        return ImageSet.of(images);
    }

    private static Event.ReleaseMade release(int number, Digest set) {
        Event.ReleaseMade like = Samples.release("shop", number);
        return new Event.ReleaseMade(
                like.id(),
                like.owner(),
                like.number(),
                like.kind(),
                set,
                like.parent(),
                like.rollbackOf(),
                like.changed(),
                like.changes(),
                like.trial(),
                like.user(),
                like.reason(),
                like.skipped());
    }

    private long count(String query) {
        return database.read(
                "count", handle -> handle.createQuery(query).mapTo(long.class).one());
    }
}
