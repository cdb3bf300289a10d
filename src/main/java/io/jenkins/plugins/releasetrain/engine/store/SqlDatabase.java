package io.jenkins.plugins.releasetrain.engine.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
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
    private static final int DETAIL_LIMIT = 500;

    private final boolean h2;
    private final Optional<FileWrites> file;
    private final HikariDataSource pool;
    private final Jdbi jdbi;

    private SqlDatabase(StoreSettings settings, HikariDataSource pool) {
        this.h2 = settings instanceof StoreSettings.H2;
        this.file = settings instanceof StoreSettings.H2 embedded && embedded.file()
                ? Optional.of(new FileWrites())
                : Optional.empty();
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
    }

    /** Connects, and brings the tables to the newest version. */
    static SqlDatabase open(StoreSettings settings) {
        boolean h2 = settings instanceof StoreSettings.H2;
        HikariDataSource pool = null;
        try {
            pool = new HikariDataSource(poolOf(settings, h2));
            migrate(pool, h2);
            return new SqlDatabase(settings, pool);
        } catch (RuntimeException e) {
            if (pool != null) {
                pool.close();
            }
            throw e instanceof EngineException ? e : failure("open the store", e);
        }
    }

    /** Connects once, changes nothing, and makes no H2 file either. */
    static Schema inspect(StoreSettings settings) {
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
            throw failure("look at the store", new ConnectionException(e));
        } catch (FlywayException e) {
            throw failure("look at the store", e);
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
                    : failure(what, e);
        }
    }

    /** Runs work in one transaction, and makes it durable before returning. */
    <T> T write(String what, Function<Handle, T> work) {
        Supplier<T> write = () -> read(what, handle -> {
            T result = handle.inTransaction(work::apply);
            file.ifPresent(f -> f.force(handle));
            return result;
        });
        return file.isPresent() ? file.get().alone(write) : write.get();
    }

    @Override
    public void close() {
        pool.close();
    }

    /** Without the driver's own words, which name hosts, paths and values: they are in the cause, for the log. */
    private static EngineException failure(String what, RuntimeException e) {
        Throwable cause = cause(e);
        String state = cause instanceof SQLException sql ? String.valueOf(sql.getSQLState()) : "";
        FailureKind kind = cause instanceof SQLException
                ? kind(state)
                : e instanceof FlywayException ? FailureKind.UNSUPPORTED : FailureKind.UNAVAILABLE;
        return new EngineException(
                kind,
                "Could not " + what + ": the database "
                        + (kind == FailureKind.UNAVAILABLE ? "is not available" : "refused")
                        + (state.matches("[0-9A-Z]{5}") ? " (SQL state " + state + ")" : "") + advice(kind),
                e);
    }

    private static Throwable cause(Throwable e) {
        Throwable cause = e;
        while (!(cause instanceof SQLException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** What the driver said, for administrators. */
    static String detail(EngineException failure) {
        String text = String.valueOf(cause(failure).getMessage());
        return text.substring(0, Math.min(DETAIL_LIMIT, text.length()));
    }

    /** By the classes of SQLSTATE (ISO/IEC 9075-2, "SQLSTATE class and subclass codes"; PostgreSQL, appendix A). */
    private static FailureKind kind(String state) {
        return switch (state.length() == 5 ? state.substring(0, 2) : "") {
            case "22" -> FailureKind.INVALID_INPUT;
            case "23" -> FailureKind.CONFLICT;
            case "28" -> FailureKind.UNAUTHENTICATED;
            case "42" -> "42501".equals(state) ? FailureKind.FORBIDDEN : FailureKind.UNSUPPORTED;
            default -> FailureKind.UNAVAILABLE;
        };
    }

    private static String advice(FailureKind kind) {
        return switch (kind) {
            case INVALID_INPUT -> ". Shorten or correct the value";
            case CONFLICT -> ". It is recorded already; load again and decide anew";
            case UNAUTHENTICATED -> ". Check the store's user and password";
            case FORBIDDEN -> ". Grant the store's user the right to create and change its tables";
            case UNSUPPORTED -> ". Check that the database was made by this version of the plugin or an older one";
            default -> ". Check that the database runs, is reachable, and is not opened by another process";
        };
    }
}
