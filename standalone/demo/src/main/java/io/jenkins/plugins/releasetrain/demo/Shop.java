package io.jenkins.plugins.releasetrain.demo;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The sample shop: its catalog, its images, its workloads. */
final class Shop {
    private static final int LAYER_BYTES = 40_000;

    private final String name;
    private final String run;
    private final Catalog catalog;
    private final SampleImages dev;

    /**
     * @param name prefix of the repositories
     * @param run makes the images of each run other images, so that no verdict of an earlier run is good for them
     */
    Shop(String name, String run, SampleImages dev) throws IOException {
        this.name = name;
        this.run = run;
        this.dev = dev;
        try (InputStream yaml = Shop.class.getResourceAsStream("shop.yaml")) {
            this.catalog = new CatalogReader()
                    .read(new String(yaml.readAllBytes(), StandardCharsets.UTF_8).replace("${shop}", name));
        }
    }

    String name() {
        return name;
    }

    Catalog catalog() {
        return catalog;
    }

    private static String revision(String service, String version) {
        return Digest.sha256(service + " " + version).hex().substring(0, 40);
    }

    /** A good image: answers, and needs the first level of what it calls. */
    SampleImage image(String service, String version) {
        String needs = catalog.service(service).dependsOn().stream()
                .map(other -> other + "=1")
                .collect(Collectors.joining(" "));
        return SampleImage.of(service, version)
                .random(service.hashCode(), LAYER_BYTES)
                .random((service + version + run).hashCode(), LAYER_BYTES)
                .label("org.opencontainers.image.version", version)
                .label("org.opencontainers.image.source", "https://git.example.com/shop/" + service)
                .label("org.opencontainers.image.revision", revision(service, version))
                .label(ShopImages.ANSWERS, "200")
                .label(ShopImages.OFFERS, "1")
                .label(ShopImages.NEEDS, needs)
                .label(ShopImages.STARTS, "yes")
                .label("org.opencontainers.image.revision", run);
    }

    void build(String service, String version) {
        push(service, version, image(service, version));
    }

    void push(String service, String version, SampleImage image) {
        dev.push(name + "/" + service, version, image);
    }

    /** For two architectures, as one index. */
    void buildMultiArch(String service, String version) {
        SampleImage image = image(service, version);
        dev.pushIndex(name + "/" + service, version, List.of(image, image.architecture("arm64")));
    }

    /** Creates the workloads and a Service per service. */
    void install(KubernetesClient kubernetes, String namespace, Map<String, ImageReference> images) {
        ShopWorkloads workloads = new ShopWorkloads(kubernetes, namespace);
        images.forEach((service, image) -> workloads.create(catalog.service(service), image));
    }
}
