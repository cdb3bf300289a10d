package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a controller that dies at any moment finds: a copy of H2's file, taken while it is written. The file only grows while
 * a test runs, so that a copy from its beginning on has what its header names.
 */
class SavedFileTest {
    private static final String FILE = "release-train.mv.db";
    private static final int IMAGES = 12;

    @TempDir
    private Path directory;

    private int images;

    /** Of a transaction all is there or nothing, whatever else is saved meanwhile, and no row is held by one that is gone. */
    @Test
    void I8_imageOfTheFileHoldsWhatWasAcknowledgedAndNothingInPart() throws Exception {
        Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        List<Thread> writers = new ArrayList<>();
        try (SqlStore store = SqlStore.open(StoreSettings.h2(directory))) {
            for (int i = 0; i < AppendingProcess.THREADS; i++) {
                writers.add(writer(store, "train/" + i, acknowledged));
            }
            for (int i = 0; i < IMAGES; i++) {
                Thread.sleep(50);
                Map<String, Long> before = new HashMap<>(acknowledged);
                requireWhole(image(), before);
            }
            assertThat(acknowledged).hasSize(AppendingProcess.THREADS);
        }
        for (Thread writer : writers) {
            writer.join();
        }
    }

    /** Whoever is interrupted, as an aborted build is, is told that something is recorded only when it is. */
    @Test
    void I8_whatIsAcknowledgedToWhoIsInterruptedIsInTheFile() throws Exception {
        int acknowledged = 0;
        try (SqlStore store = SqlStore.open(StoreSettings.h2(directory))) {
            for (int i = 0; i < IMAGES; i++) {
                Map<String, Long> appended = appendInterrupted(store);
                acknowledged += appended.size();
                requireWhole(image(), appended);
            }
        }
        assertThat(acknowledged).isPositive();
    }

    /** Space of the file that is free is used again, after 45 s by default; H2 2.5.252 opens an older state then. */
    @Test
    void I8_imageHoldsWhatWasAcknowledgedWhereSpaceIsUsedAgain() throws Exception {
        try (SqlStore store = SqlStore.open(StoreSettings.h2(directory))) {
            try (Connection connection = connect(directory)) {
                connection.createStatement().execute("SET RETENTION_TIME 0");
            }
            long version = 0;
            for (int i = 0; i < 10 * IMAGES; i++) {
                version = store.append("train/shop", version, Samples.AT, List.of(Samples.queued("c" + i)));
                if (i % 10 == 0) {
                    requireWhole(image(), Map.of("train/shop", version));
                }
            }
        }
    }

    private static Map<String, Long> appendInterrupted(SqlStore store) {
        long version = store.version("train/shop");
        Thread.currentThread().interrupt();
        try {
            return Map.of(
                    "train/shop",
                    store.append("train/shop", version, Samples.AT, List.of(Samples.queued("c" + (version + 1)))));
        } catch (EngineException e) {
            return Map.of();
        } finally {
            Thread.interrupted();
        }
    }

    private static Thread writer(SqlStore store, String stream, Map<String, Long> acknowledged) {
        Thread writer = new Thread(() -> {
            try {
                AppendingProcess.cycle(store, stream, noting(acknowledged));
            } catch (EngineException e) {
                // The store was closed: the test is over.
            }
        });
        writer.start();
        return writer;
    }

    /** Takes what a writer says: {@code stream version ok}. */
    private static PrintStream noting(Map<String, Long> acknowledged) {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                String[] words = line.split(" ");
                acknowledged.put(words[0], Long.valueOf(words[1]));
            }
        };
    }

    private Path image() throws IOException {
        Path image = Files.createDirectory(directory.resolve("image " + images++));
        Files.copy(directory.resolve(FILE), image.resolve(FILE));
        return image;
    }

    private static void requireWhole(Path image, Map<String, Long> acknowledged) throws SQLException {
        try (SqlStore store = SqlStore.open(StoreSettings.h2(image))) {
            acknowledged.forEach((stream, version) ->
                    assertThat(store.version(stream)).as(stream).isGreaterThanOrEqualTo(version));
            for (String stream : store.streams("train/")) {
                assertThat(store.events(stream, 0, Integer.MAX_VALUE))
                        .as(stream)
                        .extracting(RecordedEvent::version)
                        .containsExactlyElementsOf(LongStream.rangeClosed(1, store.version(stream))
                                .boxed()
                                .toList());
            }
            assertThat(held(image)).as("rows that nobody can change").isEmpty();
        }
    }

    private static Map<String, Long> held(Path image) throws SQLException {
        Map<String, Long> held = new HashMap<>();
        try (Connection connection = connect(image)) {
            connection.setAutoCommit(false);
            for (String table : tables(connection)) {
                long all = count(connection, "SELECT COUNT(*) FROM " + table, false);
                long free = count(connection, "SELECT * FROM " + table + " FOR UPDATE SKIP LOCKED", true);
                if (free != all) {
                    held.put(table, all - free);
                }
            }
            connection.rollback();
        }
        return held;
    }

    private static Connection connect(Path directory) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:h2:async:" + directory.toAbsolutePath().resolve("release-train")
                        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
                "sa",
                "");
    }

    private static List<String> tables(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet rows = connection.getMetaData().getTables(null, null, "rt%", new String[] {"BASE TABLE"})) {
            while (rows.next()) {
                tables.add(rows.getString("TABLE_NAME"));
            }
        }
        return tables;
    }

    private static long count(Connection connection, String query, boolean rows) throws SQLException {
        try (ResultSet answer = connection.createStatement().executeQuery(query)) {
            long count = 0;
            while (answer.next()) {
                count += rows ? 1 : answer.getLong(1);
            }
            return count;
        }
    }
}
