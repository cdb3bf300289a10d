package io.jenkins.plugins.releasetrain.host;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Catalogs on disk, so that what was good before a restart, and what a batch began with, is good after it. */
final class CatalogFiles {
    private static final Logger LOGGER = Logger.getLogger(CatalogFiles.class.getName());

    private final Path directory;
    private final CatalogReader reader;
    private final ObjectMapper json = Json.mapper();

    private record Kept(String text, String revision, Instant readAt) {}

    CatalogFiles(Path directory, CatalogReader reader) {
        this.directory = directory;
        this.reader = reader;
    }

    /** Empty where there is none that can be used. */
    Optional<CatalogVersion> load(String key) {
        Path file = file(key);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Kept kept = json.readValue(file.toFile(), Kept.class);
            return Optional.of(
                    new CatalogVersion(kept.text(), kept.revision(), kept.readAt(), reader.read(kept.text())));
        } catch (IOException | EngineException e) {
            LOGGER.log(Level.WARNING, e, () -> "The catalog kept in " + file + " cannot be used");
            return Optional.empty();
        }
    }

    /** A crash leaves the former or the new one. A failure is logged: what is kept is for the next start only. */
    void keep(String key, CatalogVersion version) {
        Path file = file(key);
        try {
            Files.createDirectories(directory);
            Path written = Files.createTempFile(directory, "catalog", ".tmp");
            json.writeValue(written.toFile(), new Kept(version.text(), version.revision(), version.readAt()));
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The catalog cannot be kept in " + file);
        }
    }

    void forget(String key) {
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The catalog kept in " + file(key) + " cannot be removed");
        }
    }

    private Path file(String key) {
        return directory.resolve(URLEncoder.encode(key, StandardCharsets.UTF_8) + ".json");
    }
}
