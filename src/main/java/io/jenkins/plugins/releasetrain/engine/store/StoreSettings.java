package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Where the store's database is. There is no way to say it as a free JDBC URL: options of such URLs run code, write files
 * and load classes.
 */
public sealed interface StoreSettings {
    /** For administrators only: it has a path or a host. */
    String where();

    /**
     * H2 within this process.
     *
     * @param database as H2 names it: {@code async:} and a file, or {@code mem:} and a name; without options
     */
    record H2(String database) implements StoreSettings {
        public H2 {
            if (database.indexOf(';') >= 0 || !database.matches("(async|mem):.+")) {
                throw EngineException.invalid("H2 cannot keep its file in '" + database
                        + "', because ';' ends the path in its JDBC URL; choose another directory or PostgreSQL");
            }
        }

        boolean file() {
            return database.startsWith("async:");
        }

        /**
         * There is its file, and nothing in it, as a full disk or a lost write of its blocks leaves it; H2 takes that for a
         * new database, and what production holds would be forgotten without a word. Whoever makes the file has it empty
         * for a moment.
         */
        boolean empty() {
            try {
                return file() && Files.size(Path.of(path() + ".mv.db")) == 0;
            } catch (IOException e) {
                return false; // there is none, or H2 says what is wrong with it
            }
        }

        private String path() {
            return database.substring(database.indexOf(':') + 1);
        }

        @Override
        public String where() {
            return "H2 in '" + path() + "'";
        }
    }

    /**
     * A PostgreSQL server.
     *
     * @param password asked whenever a store is opened
     */
    record Postgresql(PostgresqlServer server, String user, Supplier<String> password) implements StoreSettings {
        @Override
        public String where() {
            return "PostgreSQL, database '" + server.database() + "' at " + server.host() + ":" + server.port();
        }
    }

    /** An H2 database in a file of this directory; for one controller. */
    static StoreSettings h2(Path directory) {
        // "async": with H2's default file access, interrupting a thread in the middle of a write closes the whole
        // store.
        return new H2("async:" + directory.toAbsolutePath().resolve("release-train"));
    }

    /** An H2 database in memory, shared by the stores that are open under this name and gone with the last of them. */
    static StoreSettings inMemory(String name) {
        return new H2("mem:" + name);
    }
}
