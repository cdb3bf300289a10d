package io.jenkins.plugins.releasetrain.engine.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A real server; each test has a database of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostgresqlStoreTest extends StoreContract {
    private EmbeddedPostgres server;
    private int databases;

    @BeforeAll
    void startServer() throws IOException {
        server = EmbeddedPostgres.builder().setServerConfig("listen_addresses", "127.0.0.1").start();
    }

    @AfterAll
    void stopServer() throws IOException {
        server.close();
    }

    @Override
    @BeforeEach
    void openStore() {
        databases++;
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE test" + databases + " TEMPLATE template0 ENCODING 'UTF8'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        super.openStore();
    }

    @Override
    StoreSettings settings() {
        return new StoreSettings(
                "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/test" + databases, "postgres", () -> "");
    }

    @Override
    String product() {
        return "PostgreSQL";
    }
}
