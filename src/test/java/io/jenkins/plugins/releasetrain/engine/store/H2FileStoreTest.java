package io.jenkins.plugins.releasetrain.engine.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class H2FileStoreTest extends StoreContract {
    @TempDir
    private Path directory;

    @Override
    StoreSettings settings() {
        return StoreSettings.h2(directory);
    }

    @Override
    String product() {
        return "H2";
    }
}
