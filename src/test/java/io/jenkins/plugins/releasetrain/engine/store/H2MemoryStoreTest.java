package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class H2MemoryStoreTest extends StoreContract {
    @Override
    StoreSettings freshDatabase() {
        return StoreSettings.inMemory(UUID.randomUUID().toString());
    }

    @Override
    String product() {
        return "H2";
    }

    @Test
    void shouldBeGoneWithTheLastStoreThatHadItOpen() {
        StoreSettings settings = freshDatabase();
        try (SqlStore store = SqlStore.open(settings)) {
            store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
        }
        try (SqlStore store = SqlStore.open(settings)) {
            assertThat(store.version("train/shop")).isZero();
        }
    }
}
