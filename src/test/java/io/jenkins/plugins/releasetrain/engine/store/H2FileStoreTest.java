package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2FileStoreTest extends StoreContract {
    @TempDir
    private Path directory;

    private int databases;

    @Override
    StoreSettings freshDatabase() {
        return StoreSettings.h2(directory.resolve("database " + databases++));
    }

    @Override
    String product() {
        return "H2";
    }

    @Test
    void shouldOpenAgainWhatWasClosed() {
        StoreSettings settings = freshDatabase();
        try (SqlStore store = SqlStore.open(settings)) {
            store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
            store.saveSnapshot("train/shop", 1, "{}");
        }
        try (SqlStore store = SqlStore.open(settings)) {
            assertThat(store.load("train/shop").snapshot()).isPresent();
            assertThat(store.change("c1").orElseThrow().queued()).isEqualTo(Samples.queued("c1"));
        }
    }

    /**
     * As H2 does when it cannot write: its file is closed under all of its connections, which call themselves valid. Once
     * there is room again it is opened anew.
     */
    @Test
    void I8_shouldGoOnAfterTheDiskWasFull() throws Exception {
        StoreSettings settings = freshDatabase();
        try (SqlStore store = SqlStore.open(settings)) {
            store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
            String url = "jdbc:h2:" + ((StoreSettings.H2) settings).database()
                    + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";
            try (Connection connection = DriverManager.getConnection(url, "sa", "")) {
                ((SessionLocal) connection.unwrap(JdbcConnection.class).getSession())
                        .getDatabase()
                        .getStore()
                        .getMvStore()
                        .closeImmediately();
            } catch (SQLException e) {
                // It cannot be closed once more.
            }
            // Longer than a connection is taken for valid after its last use.
            Thread.sleep(600);

            store.append("train/shop", 1, Samples.AT, List.of(Samples.ended("c1")));
            assertThat(store.events("train/shop", 0, 10)).hasSize(2);
        }
    }

    /** Aborting a build interrupts its threads; H2's usual file access closes the database then. */
    @Test
    void I8_shouldLoseNothingWhereAWriterIsInterrupted() throws Exception {
        try (SqlStore store = SqlStore.open(freshDatabase())) {
            AtomicLong acknowledged = new AtomicLong();
            AtomicBoolean enough = new AtomicBoolean();
            Thread writer = new Thread(() -> {
                while (!enough.get()) {
                    appendOne(store, acknowledged);
                }
            });
            writer.start();
            for (int i = 0; i < 300; i++) {
                writer.interrupt();
                store.version("train/shop");
            }
            enough.set(true);
            writer.join();

            long version = store.version("train/shop");
            assertThat(version).isGreaterThanOrEqualTo(acknowledged.get());
            assertThat(store.append("train/shop", version, Samples.AT, List.of(Samples.ended("c1"))))
                    .isEqualTo(version + 1);
            assertThat(store.events("train/shop", 0, Integer.MAX_VALUE)).hasSize((int) version + 1);
        }
    }

    private static void appendOne(SqlStore store, AtomicLong acknowledged) {
        try {
            long version = store.version("train/shop");
            acknowledged.set(store.append("train/shop", version, Samples.AT, List.of(Samples.ended("c1"))));
        } catch (EngineException e) {
            // An interrupted call may fail; what counts is that the store goes on and holds what it acknowledged.
            assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
        }
    }

    @Test
    void shouldSayWhatIsWrongWhereTheFileIsNotADatabase() throws Exception {
        Files.writeString(directory.resolve("release-train.mv.db"), "not a database");

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> SqlStore.open(StoreSettings.h2(directory)))
                .withMessageNotContaining(directory.toString())
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE))
                .extracting(SqlFailures::detail)
                .asString()
                .contains(directory.toString());
    }

    @Test
    void shouldRefuseADirectoryThatAnH2UrlCannotName() {
        assertThatThrownBy(() -> StoreSettings.h2(directory.resolve("a;INIT=x")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("';'");
    }
}
