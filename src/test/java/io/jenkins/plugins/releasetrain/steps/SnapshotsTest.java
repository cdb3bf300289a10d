package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    private final FakeBuildHost host = new FakeBuildHost();
    private final Map<Registry.Tag, Registry.Descriptor> dev = new HashMap<>();
    private final Map<Registry.Tag, Registry.Descriptor> production = new HashMap<>();

    /** Of which nothing is asked but what tags name. */
    private static Registry registry(Map<Registry.Tag, Registry.Descriptor> tags) {
        return (Registry) Proxy.newProxyInstance(
                SnapshotsTest.class.getClassLoader(), new Class<?>[] {Registry.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("resolveAll");
                    Map<Registry.Tag, Registry.Descriptor> found = new HashMap<>(tags);
                    found.keySet().retainAll((Collection<?>) arguments[0]);
                    return found;
                });
    }

    private Map<String, String> images(String tag) {
        host.catalog = new CatalogReader()
                .read("defaults: {dev: acme/demo, production: acme/demo, productionTag: \"production-{service}\"}\n"
                        + "services: {cart: , pay: }\n");
        host.registries = new Registries(registry(dev), registry(production));
        return Snapshots.images(
                new MonoReleaseStep.Order("shop", new LinkedHashMap<>(), "registry", tag, true, 0, null), host);
    }

    private static Registry.Descriptor image(String text) {
        return new Registry.Descriptor("application/vnd.oci.image.manifest.v1+json", Digest.sha256(text), 7);
    }

    @Test
    void CAT_1_aTagPatternThatMatchesNothingIsToldAsSuch() {
        dev.put(new Registry.Tag("acme/demo", "latest-cart"), image("cart"));

        assertThatThrownBy(() -> images("newest-{service}"))
                .hasMessage("monoRelease: no service has an image tagged 'newest-{service}' in the dev registry");
        assertThat(images("latest-{service}"))
                .as("one that has none yet takes no part")
                .containsExactly(Map.entry("cart", Digest.sha256("cart").value()));
        production.put(new Registry.Tag("acme/demo", "production-cart"), image("cart"));
        assertThatThrownBy(() -> images("latest-{service}"))
                .hasMessageContaining("tagged 'latest-{service}' in the dev registry differs");
    }
}
