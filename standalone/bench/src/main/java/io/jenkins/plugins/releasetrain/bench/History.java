package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Every call of the history API on H2 (in a file) and PostgreSQL, with 1,000 and with 100,000 releases, interleaved. The
 * environment variable HISTORY_RELEASES sets another number for the large one. Where the small one has few items of a kind,
 * the page asked for is short, so that it is as full in both.
 *
 * <p>The ratio of the large to the small one is of calls about the newest 1,000 releases of each, so that nothing but the
 * size differs. Calls about any release are given besides: the small store is in the database's cache as a whole, the large
 * one is not, so that their ratio is mostly that of memory to disk.
 */
final class History implements Benchmark {
    private static final List<String> PRODUCTS = List.of("H2", "PostgreSQL");
    private static final int SMALL = 1_000;
    /** So that caches hold what those of a controller hold that has run for a while. */
    private static final int WARM_UP = 300;

    private static final int CALLS = 200;
    private static final String ANY_AGE = ", of any age";
    /** Twenty services, three builds each. */
    private static final String COMMITS = "compare, with commits";

    /** Names of stores: the larger one may be of as many releases as the smaller one. */
    private static final List<String> SIZES = List.of("small", "large");

    private final int large = Integer.parseInt(System.getenv().getOrDefault("HISTORY_RELEASES", "100000"));
    private final Random random = new Random(7);

    /** One store under test. */
    private record Subject(StoreSettings settings, int releases, SqlStore store, HistoryData data, HistoryApi api) {
        String product() {
            return store.product();
        }
    }

    @Override
    public SortedMap<String, Double> run(PrintStream out) throws Exception {
        Path directory = Files.createTempDirectory("release-train-history");
        List<Subject> subjects = new ArrayList<>();
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .start()) {
            for (String size : SIZES) {
                int releases = size.equals("small") ? SMALL : large;
                StoreSettings h2 = StoreSettings.h2(directory.resolve("h2-" + size));
                StoreSettings postgres = database(server, "history_" + size);
                CompletableFuture<Subject> other =
                        CompletableFuture.supplyAsync(() -> subject("PostgreSQL", releases, postgres, out));
                subjects.add(subject("H2", releases, h2, out));
                subjects.add(other.join());
            }
            tune(server);
            readOnce(directory);
            SortedMap<String, Double> figures = report(out, measure(subjects));
            for (Subject subject : subjects.subList(PRODUCTS.size(), subjects.size())) {
                figures.putAll(StoreSize.of(subject.settings(), subject.releases(), out));
            }
            figures.putAll(Overviews.figures(
                    Overviews.measure(subjects.get(PRODUCTS.size()).store(), out),
                    Overviews.measure(subjects.get(PRODUCTS.size() + 1).store(), out)));
            double places = Math.max(
                    Places.measure(subjects.get(PRODUCTS.size()).store(), out),
                    Places.measure(subjects.get(PRODUCTS.size() + 1).store(), out));
            figures.put("history.places_ms", Math.round(10 * places) / 10.0);
            figures.put(
                    "history.first_page_kb", FirstPage.kilobytes(subjects.get(0).api()));
            figures.put("history.store_bytes_per_release", figures.get("history.h2.store_bytes_per_release"));
            figures.put("history.full_copy_bytes_per_release", figures.get("history.h2.full_copy_bytes_per_release"));
            return figures;
        } finally {
            subjects.forEach(s -> s.store().close());
            delete(directory);
        }
    }

    private static StoreSettings database(EmbeddedPostgres server, String name) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'");
        }
        return new StoreSettings.Postgresql(
                PostgresqlServer.parse(
                        "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name + "?reWriteBatchedInserts=true"),
                "postgres",
                () -> "");
    }

    /** What the server's autovacuum does by itself some minutes after such a load. */
    private void tune(EmbeddedPostgres server) throws SQLException, IOException {
        for (String size : SIZES) {
            try (Connection connection =
                            server.getDatabase("postgres", "history_" + size).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("VACUUM ANALYZE");
                statement.execute("CHECKPOINT");
                try (ResultSet folder = statement.executeQuery("SHOW data_directory")) {
                    folder.next();
                    readOnce(Path.of(folder.getString(1), "base"));
                }
            }
        }
    }

    /** So that it is the database that is measured and not the disk, which a server with enough memory hardly needs. */
    private static void readOnce(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, OutputStream.nullOutputStream());
            }
        }
    }

    private static Subject subject(String product, int releases, StoreSettings settings, PrintStream out) {
        long start = System.nanoTime();
        SqlStore store = SqlStore.open(settings);
        HistoryData data = new HistoryData(store, releases);
        data.make();
        store.close(); // so that nothing is left to be done that a store does after such a load
        out.printf(
                "%s: %d releases, %d events, made in %.0f s%n",
                product, releases, releases * HistoryData.EVENTS, (System.nanoTime() - start) / 1e9);
        SqlStore opened = SqlStore.open(settings);
        return new Subject(
                settings, releases, opened, data, new HistoryApi(opened, Clock.fixed(HistoryData.END, ZoneOffset.UTC)));
    }

    /** Requests by name; each gets the store and makes another one each time. */
    private Map<String, Function<Subject, String>> calls() {
        Map<String, Function<Subject, String>> calls = new LinkedHashMap<>();
        calls.put("now", s -> "now");
        calls.put("history, newest", s -> "history");
        calls.put("history, a page", s -> "history?before=" + recent(s));
        calls.put("history, a page" + ANY_AGE, s -> "history?before=" + any(s));
        calls.put("history, 100 of a train", s -> "history?limit=100&owner=shop&before=" + recent(s));
        calls.put("history, 100 of a train" + ANY_AGE, s -> "history?limit=100&owner=shop&before=" + any(s));
        calls.put("history, service", s -> "history?limit=5&service=" + service());
        calls.put("history, rejected", s -> "history?state=EJECTED");
        calls.put("history, person", s -> "history?limit=10&person=person" + random.nextInt(HistoryData.PEOPLE));
        calls.put(
                "history, person and state",
                s -> "history?limit=2&state=EJECTED&person=person" + random.nextInt(HistoryData.PEOPLE));
        calls.put(
                "history, service, train, state",
                s -> "history?limit=5&owner=shop&state=PROMOTED&service=" + service());
        calls.put(
                "history, service and words",
                s -> "history?limit=5&service=" + service() + "&text=passed+failed+80+tests");
        calls.put("history, nothing found", s -> "history?owner=shop&state=PROMOTED&text=tests");
        calls.put(
                "history, from and to",
                s -> "history?owner=shop&from=" + s.data().before(60) + "&to="
                        + s.data().before(20));
        calls.put("release", s -> "releases/shop-" + kept(s.releases()));
        calls.put("release" + ANY_AGE, s -> "releases/shop-" + any(s));
        calls.put("change", s -> "changes/c" + recent(s) + "b");
        calls.put("change" + ANY_AGE, s -> "changes/c" + any(s) + "b");
        calls.put("compare", s -> "compare?from=shop-" + kept(s.releases()) + "&to=shop-" + kept(s.releases()));
        calls.put(COMMITS, this::twoThatFollow);
        calls.put("notes", s -> "releases/shop-" + kept(s.releases()) + "/notes?format=md");
        calls.put("matrix", s -> "matrix?after=" + service());
        calls.put("service", s -> "services/" + service() + "?limit=5");
        calls.put("digest", s -> "digests/" + HistoryData.digest(service(), any(s)));
        calls.put("trends, 30 days", s -> "trends?owner=shop");
        calls.put("trends, a year", s -> "trends?owner=shop&from=2025-11-01&to=2026-11-01");
        return calls;
    }

    private String twoThatFollow(Subject s) {
        int release = kept(s.releases());
        return "compare?from=shop-" + (release - 1) + "&to=shop-" + release;
    }

    private String service() {
        return HistoryData.service(random.nextInt(HistoryData.SERVICES));
    }

    private int any(Subject s) {
        return 1 + random.nextInt(s.releases());
    }

    private int recent(Subject s) {
        return s.releases() - random.nextInt(Math.min(s.releases(), SMALL));
    }

    private int kept(int releases) {
        return releases - random.nextInt(Math.min(releases, HistoryData.SETS) - 1);
    }

    /** p95 in milliseconds by call and subject. */
    private Map<String, double[]> measure(List<Subject> subjects) {
        Map<String, double[]> result = new LinkedHashMap<>();
        calls().forEach((name, request) -> {
            double[][] times = new double[subjects.size()][CALLS];
            for (int i = -WARM_UP; i < CALLS; i++) {
                for (int s = 0; s < subjects.size(); s++) {
                    times[s][Math.max(0, i)] = time(subjects.get(s), request.apply(subjects.get(s)));
                }
            }
            result.put(name, Arrays.stream(times).mapToDouble(History::p95).toArray());
        });
        return result;
    }

    private static double time(Subject subject, String request) {
        int mark = request.indexOf('?');
        String path = mark < 0 ? request : request.substring(0, mark);
        long start = System.nanoTime();
        Answer answer = subject.api().get(path, mark < 0 ? "" : request.substring(mark + 1), "");
        double time = (System.nanoTime() - start) / 1e6;
        if (answer.status() != 200) {
            throw new IllegalStateException(
                    request + " on " + subject.product() + ": " + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return time;
    }

    private static double p95(double[] times) {
        double[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(0.95 * sorted.length) - 1];
    }

    private SortedMap<String, Double> report(PrintStream out, Map<String, double[]> times) {
        out.printf("%np95 in ms of %d calls each, other parameters each time, interleaved%n%n", CALLS);
        out.printf("| call | H2 1k | PostgreSQL 1k | H2 %1$d | PostgreSQL %1$d |%n|---|---|---|---|---|%n", large);
        times.forEach((call, t) -> out.printf("| %s | %.1f | %.1f | %.1f | %.1f |%n", call, t[0], t[1], t[2], t[3]));
        SortedMap<String, Double> figures = new TreeMap<>();
        for (int product = 0; product < PRODUCTS.size(); product++) {
            int small = product;
            int big = product + PRODUCTS.size();
            String name = "history." + PRODUCTS.get(product).toLowerCase(Locale.ROOT);
            double worst = times.values().stream()
                    .mapToDouble(t -> Math.max(t[small], t[big]))
                    .max()
                    .orElseThrow();
            figures.put(name + ".p95_ms", Math.round(10 * worst) / 10.0);
            figures.put(name + ".compare_commits_ms", Math.round(10 * times.get(COMMITS)[big]) / 10.0);
            figures.put(name + ".ratio_100k_to_1k", ratio(times, small, big, false));
            figures.put(name + ".ratio_100k_to_1k_of_any_age", ratio(times, small, big, true));
            for (String figure :
                    List.of(".p95_ms", ".compare_commits_ms", ".ratio_100k_to_1k", ".ratio_100k_to_1k_of_any_age")) {
                figures.merge("history" + figure, figures.get(name + figure), Math::max);
            }
        }
        return figures;
    }

    private static double ratio(Map<String, double[]> times, int small, int big, boolean ofAnyAge) {
        double worst = times.entrySet().stream()
                .filter(call -> call.getKey().endsWith(ANY_AGE) == ofAnyAge)
                .mapToDouble(call -> call.getValue()[big] / call.getValue()[small])
                .max()
                .orElseThrow();
        return Math.round(100 * worst) / 100.0;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
