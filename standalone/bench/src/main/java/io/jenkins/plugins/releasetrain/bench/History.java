package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Every call of the history API on H2 (in a file) and PostgreSQL, with 1,000 and with 100,000 releases, interleaved. The
 * environment variable HISTORY_RELEASES sets another number for the large one. Where the small one has few items of a kind,
 * the page asked for is short, so that it is as full in both.
 */
final class History implements Benchmark {
    private static final int SMALL = 1_000;
    private static final int WARM_UP = 30;
    private static final int CALLS = 100;

    private final int large = Integer.parseInt(System.getenv().getOrDefault("HISTORY_RELEASES", "100000"));
    private final Random random = new Random(7);

    /** One store under test. */
    private record Subject(String product, int releases, SqlStore store, HistoryApi api) {}

    @Override
    public SortedMap<String, Double> run(PrintStream out) throws Exception {
        Path directory = Files.createTempDirectory("release-train-history");
        List<Subject> subjects = new ArrayList<>();
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .start()) {
            for (int releases : new int[] {SMALL, large}) {
                StoreSettings h2 = StoreSettings.h2(directory.resolve("h2-" + releases));
                StoreSettings postgres = database(server, "history" + releases);
                CompletableFuture<Subject> other =
                        CompletableFuture.supplyAsync(() -> subject("PostgreSQL", releases, postgres, out));
                subjects.add(subject("H2", releases, h2, out));
                subjects.add(other.join());
            }
            tune(server);
            return report(out, measure(subjects));
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
        return new StoreSettings(
                "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name + "?reWriteBatchedInserts=true",
                "postgres",
                () -> "");
    }

    /** What the server's autovacuum does by itself some minutes after such a load. */
    private void tune(EmbeddedPostgres server) throws SQLException {
        for (int releases : new int[] {SMALL, large}) {
            try (Connection connection =
                            server.getDatabase("postgres", "history" + releases).getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("VACUUM ANALYZE");
            }
        }
    }

    private static Subject subject(String product, int releases, StoreSettings settings, PrintStream out) {
        long start = System.nanoTime();
        SqlStore store = SqlStore.open(settings);
        new HistoryData(store, releases).make();
        out.printf(
                "%s: %d releases, %d events, made in %.0f s%n",
                product, releases, releases * HistoryData.EVENTS, (System.nanoTime() - start) / 1e9);
        return new Subject(
                product, releases, store, new HistoryApi(store, Clock.fixed(HistoryData.END, ZoneOffset.UTC)));
    }

    /** Requests by name; each gets the number of releases and makes another one each time. */
    private Map<String, IntFunction<String>> calls() {
        Map<String, IntFunction<String>> calls = new LinkedHashMap<>();
        calls.put("now", n -> "now");
        calls.put("history, newest", n -> "history");
        calls.put("history, any page", n -> "history?before=" + (1 + random.nextInt(n)));
        calls.put("history, 100 of a train", n -> "history?limit=100&owner=shop&before=" + (1 + random.nextInt(n)));
        calls.put("history, service", n -> "history?limit=5&service=" + service());
        calls.put("history, rejected", n -> "history?state=EJECTED");
        calls.put("history, person", n -> "history?limit=10&person=person" + random.nextInt(HistoryData.PEOPLE));
        calls.put(
                "history, person and state",
                n -> "history?limit=2&state=EJECTED&person=person" + random.nextInt(HistoryData.PEOPLE));
        calls.put(
                "history, service, train, state",
                n -> "history?limit=5&owner=shop&state=PROMOTED&service=" + service());
        calls.put(
                "history, service and words",
                n -> "history?limit=5&service=" + service() + "&text=passed+failed+80+tests");
        calls.put("history, nothing found", n -> "history?owner=shop&state=PROMOTED&text=tests");
        calls.put("history, a day", n -> "history?owner=shop&from=2026-10-30&to=2026-10-31");
        calls.put("release", n -> "releases/shop-" + kept(n));
        calls.put("change", n -> "changes/c" + (1 + random.nextInt(n)) + "b");
        calls.put("compare", n -> "compare?from=shop-" + kept(n) + "&to=shop-" + kept(n));
        calls.put("matrix", n -> "matrix?after=" + service());
        calls.put("service", n -> "services/" + service() + "?limit=5");
        calls.put("digest", n -> "digests/" + HistoryData.digest(service(), 1 + random.nextInt(n)));
        calls.put("trends, 30 days", n -> "trends?owner=shop");
        calls.put("trends, a year", n -> "trends?owner=shop&from=2025-11-01&to=2026-11-01");
        return calls;
    }

    private String service() {
        return HistoryData.service(random.nextInt(HistoryData.SERVICES));
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
                    double time =
                            time(subjects.get(s), request.apply(subjects.get(s).releases()));
                    times[s][Math.max(0, i)] = time;
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
        double worst = 0;
        double ratio = 0;
        for (Map.Entry<String, double[]> call : times.entrySet()) {
            double[] t = call.getValue();
            out.printf("| %s | %.1f | %.1f | %.1f | %.1f |%n", call.getKey(), t[0], t[1], t[2], t[3]);
            worst = Math.max(worst, Arrays.stream(t).max().orElseThrow());
            ratio = Math.max(ratio, Math.max(t[2] / t[0], t[3] / t[1]));
        }
        SortedMap<String, Double> figures = new TreeMap<>();
        figures.put("history.p95_ms", Math.round(10 * worst) / 10.0);
        figures.put("history.ratio_100k_to_1k", Math.round(100 * ratio) / 100.0);
        return figures;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
