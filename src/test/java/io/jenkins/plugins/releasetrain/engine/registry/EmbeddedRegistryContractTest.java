package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class EmbeddedRegistryContractTest extends RegistryContract {
    private static EmbeddedRegistry embedded;

    @BeforeAll
    static void start() throws IOException {
        embedded = EmbeddedRegistry.start();
    }

    @AfterAll
    static void stop() {
        embedded.close();
    }

    @Override
    Site site() {
        return new Site() {
            @Override
            public RegistrySettings settings() {
                return RegistrySettings.of(embedded.host()).withPlainHttp();
            }

            @Override
            public SampleImages images(String repository) {
                return SampleImages.at(embedded.origin());
            }
        };
    }
}
