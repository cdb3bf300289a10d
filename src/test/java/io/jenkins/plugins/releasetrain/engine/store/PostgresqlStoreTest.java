package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresqlStoreTest extends StoreContract {
    private EmbeddedPostgres server;
    private int databases;

    @BeforeAll
    void startServer() throws IOException {
        server = EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .start();
    }

    @AfterAll
    void stopServer() throws IOException {
        server.close();
    }

    @Override
    StoreSettings freshDatabase() {
        databases++;
        execute("CREATE DATABASE test" + databases + " TEMPLATE template0 ENCODING 'UTF8'");
        return settings("test" + databases, "postgres");
    }

    private StoreSettings settings(String database, String user) {
        return new StoreSettings.Postgresql(
                PostgresqlServer.parse("jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database),
                user,
                () -> "");
    }

    private void execute(String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Override
    String product() {
        return "PostgreSQL";
    }

    @Test
    void shouldGoOnAfterTheServerDroppedItsConnections() {
        StoreSettings settings = freshDatabase();
        try (SqlStore store = SqlStore.open(settings)) {
            store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));

            execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test" + databases + "'");

            assertThat(versionOnceReachable(store)).isEqualTo(1);
        }
    }

    /** A connection that was in use within the last half second is not checked before it is used again. */
    private static long versionOnceReachable(SqlStore store) {
        for (int connection = 0; connection < SqlDatabase.CONNECTIONS; connection++) {
            try {
                return store.version("train/shop");
            } catch (EngineException e) {
                assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
                assertThat(e.kind().retryable()).isTrue();
            }
        }
        return store.version("train/shop");
    }

    @Test
    void shouldShareADatabaseWithTablesOfOthers() throws Exception {
        StoreSettings settings = freshDatabase();
        try (Connection connection =
                        server.getDatabase("postgres", "test" + databases).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE release (id INT)");
        }
        try (SqlStore store = SqlStore.open(settings)) {
            assertThat(store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"))))
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldSayWhoWasRefusedWhereTheUserIsUnknown() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> SqlStore.open(settings("postgres", "nobody")))
                .withMessageContaining("Check the store's user and password")
                .withMessageNotContaining("nobody")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAUTHENTICATED))
                .extracting(SqlFailures::detail)
                .asString()
                .contains("nobody");
    }
}
