package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a test opened, closed after it. */
final class Opened implements AfterEachCallback {
    private final List<AutoCloseable> resources = new ArrayList<>();

    <T extends AutoCloseable> T add(T resource) {
        resources.add(resource);
        return resource;
    }

    EmbeddedRegistry start(RegistryOptions options) throws IOException {
        return add(EmbeddedRegistry.start(options));
    }

    /** With an image as {@code shop/cart:1.0}. */
    EmbeddedRegistry holding(RegistryOptions options, SampleImage cart) throws IOException {
        EmbeddedRegistry registry = start(options);
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", cart);
        return registry;
    }

    /** Of somebody who is known, or of nobody. */
    static HttpRegistry client(EmbeddedRegistry registry, FakeTime time, Supplier<Optional<Credentials>> account) {
        return new HttpRegistry(
                RegistrySettings.of(registry.host()).withPlainHttp().withCredentials(account), time, time);
    }

    static HttpRegistry client(EmbeddedRegistry registry, FakeTime time) {
        return client(registry, time, Optional::empty);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
    }
}
