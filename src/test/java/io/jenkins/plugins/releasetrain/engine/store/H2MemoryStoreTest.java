package io.jenkins.plugins.releasetrain.engine.store;

import java.util.UUID;

class H2MemoryStoreTest extends StoreContract {
    private final String name = UUID.randomUUID().toString();

    @Override
    StoreSettings settings() {
        return StoreSettings.inMemory(name);
    }

    @Override
    String product() {
        return "H2";
    }
}
