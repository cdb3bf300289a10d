package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;

/**
 * What a release costs in the store, all tables and indexes included, and what it would cost if every release kept its set
 * in full. Only the newest sets are kept by {@link HistoryData}; their mean counts for every release.
 */
final class StoreSize {
    private StoreSize() {}

    static Map<String, Double> of(StoreSettings settings, int releases, PrintStream out)
            throws SQLException, IOException {
        try (Connection connection = connect(settings)) {
            String product = connection.getMetaData().getDatabaseProductName();
            double all = settings instanceof StoreSettings.H2 file
                    ? Files.size(Path.of(file.database().replace("async:", "") + ".mv.db"))
                    : number(connection, "SELECT pg_database_size(current_database())");
            double sets = number(connection, "SELECT SUM(OCTET_LENGTH(body)) FROM rt_set");
            double mean = sets / number(connection, "SELECT COUNT(*) FROM rt_set");
            double full = number(connection, "SELECT AVG(OCTET_LENGTH(body)) FROM rt_set WHERE depth = 0");
            double rest = (all - sets) / releases;
            out.printf(
                    "%n%s: %.0f bytes per release: events, lists and indexes %.0f, its set %.0f (a full copy: %.0f)%n",
                    product, rest + mean, rest, mean, full);
            String name = "history." + product.toLowerCase(Locale.ROOT);
            return Map.of(
                    name + ".store_bytes_per_release", (double) Math.round(rest + mean),
                    name + ".full_copy_bytes_per_release", (double) Math.round(rest + full));
        }
    }

    private static Connection connect(StoreSettings settings) throws SQLException {
        if (settings instanceof StoreSettings.Postgresql database) {
            return DriverManager.getConnection(
                    "jdbc:postgresql://" + database.server().host() + ":"
                            + database.server().port() + "/" + database.server().database(),
                    database.user(),
                    database.password().get());
        }
        return DriverManager.getConnection("jdbc:h2:" + ((StoreSettings.H2) settings).database(), "sa", "");
    }

    private static double number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getDouble(1);
        }
    }
}
