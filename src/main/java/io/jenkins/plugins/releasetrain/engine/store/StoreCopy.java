package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Brings all that one store holds into another, which is empty: from H2 to PostgreSQL, when the file is outgrown. */
public final class StoreCopy {
    private static final int BATCH = 500;
    private static final String TABLES =
            "SELECT LOWER(table_name) FROM information_schema.tables WHERE LOWER(table_name)"
                    + " LIKE 'rt\\_%' ESCAPE '\\' AND LOWER(table_name) <> 'rt_schema_history' ORDER BY 1";

    private StoreCopy() {}

    /** Rows of a table on both sides afterwards. */
    public record Rows(long from, long to) {}

    /**
     * Copies all tables in one transaction of the other store; the one is not changed.
     *
     * @param from a store of this version of the plugin
     * @return rows by table, equal on both sides
     * @throws EngineException CONFLICT where the other holds something already, or the one grew meanwhile; nothing is
     *     copied then
     */
    public static SortedMap<String, Rows> copy(StoreSettings from, StoreSettings to) {
        try (SqlDatabase source = SqlDatabase.open(from);
                SqlDatabase target = SqlDatabase.open(to)) {
            return target.write(
                    "copy the store",
                    there -> source.read("copy the store", here -> {
                        SortedMap<String, Rows> rows = new TreeMap<>();
                        for (String table :
                                here.createQuery(TABLES).mapTo(String.class).list()) {
                            rows.put(table, copy(table, here, there));
                        }
                        long next = here.createQuery("SELECT nextval('rt_item_key')")
                                .mapTo(long.class)
                                .one();
                        there.execute("ALTER SEQUENCE rt_item_key RESTART WITH " + (next + 1));
                        return rows;
                    }));
        }
    }

    /** In words. */
    public static String text(Map<String, Rows> rows) {
        return rows.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue().from() + " = "
                        + e.getValue().to())
                .collect(Collectors.joining(", "));
    }

    private static Rows copy(String table, Handle here, Handle there) {
        if (count(table, there) != 0) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Nothing was copied: table " + table + " of the other store holds rows already; give it an empty"
                            + " database");
        }
        long read = 0;
        try (Statement all = here.getConnection().createStatement()) {
            all.setFetchSize(BATCH);
            try (ResultSet rows = all.executeQuery("SELECT * FROM " + table)) {
                read = write(table, rows, there.getConnection());
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Table " + table + " cannot be copied", e);
        }
        Rows counted = new Rows(count(table, here), count(table, there));
        if (counted.from() != read || counted.to() != read) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "Nothing was copied: table " + table + " has " + counted.from() + " rows now, and " + read
                            + " were copied; pause the trains, and copy again");
        }
        return counted;
    }

    private static long count(String table, Handle handle) {
        return handle.createQuery("SELECT COUNT(*) FROM " + table)
                .mapTo(long.class)
                .one();
    }

    private static long write(String table, ResultSet rows, Connection there) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        StringBuilder names = new StringBuilder();
        for (int column = 1; column <= columns.getColumnCount(); column++) {
            names.append(column == 1 ? "" : ", ").append(columns.getColumnName(column));
        }
        String places = "?, ".repeat(columns.getColumnCount() - 1) + "?";
        long written = 0;
        try (PreparedStatement insert =
                there.prepareStatement("INSERT INTO " + table + " (" + names + ") VALUES (" + places + ")")) {
            while (rows.next()) {
                for (int column = 1; column <= columns.getColumnCount(); column++) {
                    insert.setObject(column, value(rows, column, columns.getColumnType(column)));
                }
                insert.addBatch();
                if (++written % BATCH == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
        }
        return written;
    }

    /** Large objects as what they hold, and times with their zone: each driver has types of its own for these. */
    private static Object value(ResultSet rows, int column, int type) throws SQLException {
        return switch (type) {
            case Types.BLOB, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> rows.getBytes(column);
            case Types.CLOB, Types.NCLOB, Types.LONGVARCHAR -> rows.getString(column);
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> rows.getObject(column, OffsetDateTime.class);
            default -> rows.getObject(column);
        };
    }
}
