package io.jenkins.plugins.releasetrain.engine.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcDataSource;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.postgresql.ds.PGSimpleDataSource;

/** A migrated database behind a connection pool; turns what goes wrong in it into {@link EngineException}. */
final class SqlDatabase implements AutoCloseable {
    static final int CONNECTIONS = 8;

    // Fixed here and not in the settings: our SQL depends on the mode, and a shutdown hook would close the database
    // under threads that still append.
    private static final String H2_OPTIONS = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
            + ";DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=20000;MAX_LENGTH_INPLACE_LOB=8192"
            // else a page, which asks more than eight kinds of things, has each of them parsed and planned anew
            + ";QUERY_CACHE_SIZE=128;OPTIMIZE_REUSE_RESULTS=0";
    private static final int MIGRATION_ATTEMPTS = 3;
    private static final int LOOKS_AT_EMPTY_FILE = 100;
    private static final Duration LOOKS_APART = Duration.ofMillis(50);

    private final boolean h2;
    private final Optional<FileWrites> file;
    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private volatile String trouble = "";

    private SqlDatabase(StoreSettings settings, HikariDataSource pool) {
        this.h2 = settings instanceof StoreSettings.H2;
        this.file = settings instanceof StoreSettings.H2 embedded && embedded.file()
                ? Optional.of(new FileWrites())
                : Optional.empty();
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
    }

    /** Connects, brings the tables to the newest version, and proves that they can be written. */
    static SqlDatabase open(StoreSettings settings) {
        boolean h2 = settings instanceof StoreSettings.H2;
        refuseEmptyFile("open the store", settings);
        HikariDataSource pool = null;
        try {
            pool = new HikariDataSource(poolOf(settings, h2));
            migrate(pool, h2);
            SqlDatabase database = new SqlDatabase(settings, pool);
            database.write("open the store", SqlDatabase::prove);
            return database;
        } catch (RuntimeException e) {
            if (pool != null) {
                pool.close();
            }
            throw e instanceof EngineException ? e : SqlFailures.of("open the store", e);
        }
    }

    /** Where nothing is to be upgraded, what is read-only or has no room can be opened all the same. */
    private static int prove(Handle handle) {
        handle.execute("INSERT INTO rt_reader (name, holder, held_until) VALUES ('opening', '', CURRENT_TIMESTAMP)"
                + " ON CONFLICT DO NOTHING");
        return handle.execute("DELETE FROM rt_reader WHERE name = 'opening'");
    }

    private static void refuseEmptyFile(String what, StoreSettings settings) {
        if (settings instanceof StoreSettings.H2 embedded && staysEmpty(embedded)) {
            throw SqlFailures.empty(what);
        }
    }

    /** Another opener that makes the file just now is done with that soon. */
    private static boolean staysEmpty(StoreSettings.H2 embedded) {
        for (int look = 1; embedded.empty(); look++) {
            if (look == LOOKS_AT_EMPTY_FILE) {
                return true;
            }
            LockSupport.parkNanos(LOOKS_APART.toNanos());
        }
        return false;
    }

    /** Connects once, changes nothing, and makes no H2 file either. */
    static Schema inspect(StoreSettings settings) {
        refuseEmptyFile("look at the store", settings);
        boolean h2 = settings instanceof StoreSettings.H2;
        try {
            DataSource source = dataSource(settings);
            if (source instanceof JdbcDataSource file) {
                file.setURL(file.getURL() + ";IFEXISTS=TRUE");
            } else if (source instanceof PGSimpleDataSource server) {
                server.setReadOnly(true);
            }
            String product;
            try (Connection connection = source.getConnection()) {
                product = connection.getMetaData().getDatabaseProductName();
            }
            return Schema.of(product, flyway(source, h2).info());
        } catch (SQLException e) {
            if (h2 && e.getErrorCode() == ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1) {
                return Schema.NONE;
            }
            throw SqlFailures.of("look at the store", new ConnectionException(e));
        } catch (FlywayException e) {
            throw SqlFailures.of("look at the store", e);
        }
    }

    /** What the tables are like now. */
    Schema schema() {
        return Schema.of(product(), flyway(pool, h2).info());
    }

    private static HikariConfig poolOf(StoreSettings settings, boolean h2) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("release-train-store");
        config.setDataSource(dataSource(settings));
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        // Whoever asks while the database is away is told soon: it is asked again, and a thread waits meanwhile.
        config.setConnectionTimeout(5_000);
        if (h2) {
            config.setMaxLifetime(0); // an embedded database lives as long as its last connection
            // After a full disk H2 is closed for all of its connections, which call themselves valid nevertheless.
            config.setConnectionTestQuery("SELECT 1");
        }
        return config;
    }

    private static DataSource dataSource(StoreSettings settings) {
        if (settings instanceof StoreSettings.Postgresql server) {
            return server.server().dataSource(server.user(), server.password());
        }
        JdbcDataSource source = new JdbcDataSource();
        StoreSettings.H2 embedded = (StoreSettings.H2) settings;
        source.setURL("jdbc:h2:" + embedded.database() + H2_OPTIONS + (embedded.file() ? FileWrites.OPTION : ""));
        source.setUser("sa");
        source.setPassword("");
        return source;
    }

    /**
     * Several controllers may do this at once. Flyway locks its own table for it, but not the making of that table, so
     * that whoever comes second there has to ask again.
     */
    private static void migrate(DataSource source, boolean h2) {
        FlywayException first = null;
        for (int attempt = 0; attempt < MIGRATION_ATTEMPTS; attempt++) {
            try {
                flyway(source, h2).migrate();
                return;
            } catch (FlywayException e) {
                first = first == null ? e : first;
            }
        }
        throw first;
    }

    private static Flyway flyway(DataSource source, boolean h2) {
        return Flyway.configure(SqlDatabase.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:" + SqlDatabase.class.getPackageName().replace('.', '/') + "/db")
                .table("rt_schema_history")
                // others' tables may be in the same schema
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .placeholders(Map.of(
                        "key", h2 ? "VARCHAR(255)" : "VARCHAR(255) COLLATE \"C\"",
                        "bytes", h2 ? "BINARY LARGE OBJECT" : "BYTEA"))
                .load();
    }

    /** As the database calls itself. */
    String product() {
        return read("ask for its name", handle -> {
            try {
                return handle.getConnection().getMetaData().getDatabaseProductName();
            } catch (SQLException e) {
                throw new ConnectionException(e);
            }
        });
    }

    /** In bytes; 0 where it is in memory. */
    long size() {
        String query = h2
                ? "SELECT COALESCE(MAX(CAST(setting_value AS BIGINT)), 0) FROM information_schema.settings"
                        + " WHERE setting_name = 'info.FILE_SIZE'"
                : "SELECT pg_database_size(current_database())";
        return read(
                "measure the store",
                handle -> handle.createQuery(query).mapTo(long.class).one());
    }

    /** @param what for the message of a failure, as in "could not {@code what}" */
    <T> T read(String what, Function<Handle, T> work) {
        try {
            return jdbi.withHandle(work::apply);
        } catch (JdbiException e) {
            throw pool.isClosed()
                    ? new EngineException(FailureKind.UNAVAILABLE, "Could not " + what + ": the store is closed", e)
                    : SqlFailures.of(what, e);
        }
    }

    /** Runs work in one transaction, and makes it durable before returning. */
    <T> T write(String what, Function<Handle, T> work) {
        Supplier<T> write = () -> read(what, handle -> {
            T result = handle.inTransaction(work::apply);
            file.ifPresent(f -> f.force(handle));
            return result;
        });
        try {
            T result = file.isPresent() ? file.get().alone(write) : write.get();
            trouble = "";
            return result;
        } catch (EngineException e) {
            trouble = e.kind() == FailureKind.UNAVAILABLE && e.getCause() instanceof JdbiException why
                    ? SqlFailures.of("write to the store", why).getMessage()
                    : "";
            throw e;
        }
    }

    /** Why the last write could not be; empty where it could. */
    String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        pool.close();
    }
}
