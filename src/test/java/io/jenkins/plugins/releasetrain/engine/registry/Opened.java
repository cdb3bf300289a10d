package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a test opened, closed after it. */
final class Opened implements AfterEachCallback {
    private final List<AutoCloseable> resources = new ArrayList<>();

    void add(AutoCloseable resource) {
        resources.add(resource);
    }

    EmbeddedRegistry start(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = EmbeddedRegistry.start(options);
        add(registry);
        return registry;
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
    }
}
