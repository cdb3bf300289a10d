package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Where the store's database is.
 *
 * @param jdbcUrl {@code jdbc:h2:…} or {@code jdbc:postgresql:…}, without a password, because it is shown in messages
 *     (I9)
 * @param password asked once, when the store is opened
 */
public record StoreSettings(String jdbcUrl, String user, Supplier<String> password) {
    private static final Pattern SECRET = Pattern.compile("[?&;]\\s*(ssl)?password\\s*=", Pattern.CASE_INSENSITIVE);

    public StoreSettings {
        if (SECRET.matcher(jdbcUrl).find() || jdbcUrl.matches("jdbc:postgresql://[^/]*@.*")) {
            throw EngineException.invalid(
                    "The store's JDBC URL contains a password; take it out and give it as credentials instead");
        }
    }

    /** An H2 database in a file of this directory; for one controller. */
    public static StoreSettings h2(Path directory) {
        String file = directory.toAbsolutePath().resolve("release-train").toString();
        if (file.indexOf(';') >= 0) {
            throw EngineException.invalid("H2 cannot keep its file in '" + directory
                    + "', because ';' ends the path in its JDBC URL; choose another directory or PostgreSQL");
        }
        // "async": with H2's default file access, interrupting a thread in the middle of a write closes the whole
        // store.
        return new StoreSettings("jdbc:h2:async:" + file, "sa", () -> "");
    }

    /** An H2 database in memory, shared by the stores that are open under this name and gone with the last of them. */
    public static StoreSettings inMemory(String name) {
        return new StoreSettings("jdbc:h2:mem:" + name, "sa", () -> "");
    }
}
