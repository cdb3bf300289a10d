package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistryConnections;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.testkit.registry.DockerRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What promotions take besides time: requests, threads, heap; and how they go where requests are limited. */
final class PromotionCost {
    private static final int MEGABYTE = 1 << 20;
    private static final int COUNTED = Integer.getInteger("counted", 200);
    private static final int MANY = Integer.getInteger("many", 5_000);
    private static final int LARGE_LAYERS = 16;
    private static final int LARGE_LAYER = 128 * MEGABYTE;
    private static final int LIMITED = 400;
    private static final int PER_SECOND = 20;

    private final Map<String, Double> figures;
    private final PrintStream out;
    private final Sites sites;

    /** Runs something at an empty target. */
    interface Sites {
        void with(DockerRegistry source, Promotion.Act act) throws IOException, InterruptedException;
    }

    PromotionCost(Map<String, Double> figures, PrintStream out, Sites sites) {
        this.figures = figures;
        this.out = out;
        this.sites = sites;
    }

    void measure(DockerRegistry source) throws Exception {
        if (Promotion.wanted("cost", "requests")) {
            requests(source);
        }
        if (Promotion.wanted("cost", "limited")) {
            limited();
        }
        if (Promotion.wanted("cost", "many")) {
            many(source);
        }
        if (Promotion.wanted("cost", "large")) {
            large(source);
        }
    }

    /** Each image in a repository of its own, with four blobs that no other has. */
    private void requests(DockerRegistry source) throws Exception {
        SampleImages images = SampleImages.at(source.origin());
        List<Promoter.Item> items = new ArrayList<>();
        for (int i : Promotion.numbers(COUNTED)) {
            SampleImage image = SampleImage.empty()
                    .random(1000 + i, 9999)
                    .random(2000 + i, 9999)
                    .random(3000 + i, 9999);
            String digest = images.push("count/s" + i, "1", image);
            items.add(new Promoter.Item("count/s" + i, "count/s" + i, new Digest(digest), "1", false));
        }
        sites.with(source, site -> {
            long before = site.requests();
            site.promote(items);
            long cold = site.requests() - before;
            site.promote(items);
            put("promotion.requests_cold", (double) cold / COUNTED);
            put("promotion.requests_unchanged", (double) (site.requests() - before - cold) / COUNTED);
        });
    }

    private void put(String name, double value) {
        figures.put(name, Promotion.hundredths(value));
        out.printf("%s: %.2f%n", name, value);
    }

    private void limited() throws Exception {
        RegistryOptions options = RegistryOptions.DEFAULT.being(
                Personalities.serving(PER_SECOND, Clock.systemUTC(), Personalities.RetryAfter.SECONDS));
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(options)) {
            SampleImage.Content content = SampleImage.of("cart", "1").content();
            SampleImages images = SampleImages.at(registry.origin());
            images.push("shop/cart", "v0", SampleImage.of("cart", "1"));
            List<Tag> tags = new ArrayList<>();
            for (int i : Promotion.numbers(LIMITED)) {
                images.pushManifest("shop/cart", "v" + i, content.mediaType(), content.manifest());
                tags.add(new Tag("shop/cart", "v" + i));
            }
            HttpRegistry client = new HttpRegistry(
                    RegistrySettings.of(registry.host()).withPlainHttp(),
                    new RegistryConnections(Clock.systemUTC(), Sleeper.real()));
            double seconds = Promotion.seconds(() -> {
                if (client.resolveAll(tags).size() != LIMITED) {
                    throw new IllegalStateException("Not all tags were found");
                }
            });
            put("promotion.limited20", seconds / ((double) LIMITED / PER_SECOND));
        }
    }

    private void many(DockerRegistry source) throws Exception {
        SampleImages images = SampleImages.at(source.origin());
        List<Promoter.Item> items = new ArrayList<>();
        for (int i : Promotion.numbers(MANY)) {
            String repository = "many/r" + i % 50;
            SampleImage image = SampleImage.empty().label("number", "" + i).file("app", "the same");
            String digest = images.push(repository, "v" + i, image);
            items.add(new Promoter.Item(repository, repository, new Digest(digest), "v" + i, false));
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        sites.with(source, site -> {
            threads.resetPeakThreadCount();
            double seconds = Promotion.seconds(() -> site.promote(items));
            put("promotion.threads_5000", threads.getPeakThreadCount());
            put("promotion.seconds_5000", seconds);
        });
    }

    private void large(DockerRegistry source) throws Exception {
        SampleImages images = SampleImages.at(source.origin());
        StringBuilder layers = new StringBuilder();
        for (int i : Promotion.numbers(LARGE_LAYERS)) {
            byte[] content = new byte[LARGE_LAYER];
            new Random(i).nextBytes(content);
            layers.append(i == 0 ? "" : ",")
                    .append("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"size\":")
                    .append(LARGE_LAYER)
                    .append(",\"digest\":\"")
                    .append(images.pushBlob("shop/huge", content))
                    .append("\"}");
        }
        String type = "application/vnd.oci.image.manifest.v1+json";
        String config = images.pushBlob("shop/huge", "{}".getBytes(StandardCharsets.UTF_8));
        String manifest = "{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"config\":{\"mediaType\":"
                + "\"application/vnd.oci.image.config.v1+json\",\"size\":2,\"digest\":\"" + config + "\"},\"layers\":["
                + layers + "]}";
        Digest digest =
                new Digest(images.pushManifest("shop/huge", "1", type, manifest.getBytes(StandardCharsets.UTF_8)));
        sites.with(source, site -> {
            long idle = live();
            AtomicLong most = new AtomicLong(idle);
            AtomicBoolean over = new AtomicBoolean();
            Thread watching = new Thread(() -> {
                while (!over.get()) {
                    most.accumulateAndGet(live(), Math::max);
                }
            });
            watching.start();
            site.promote(List.of(new Promoter.Item("shop/huge", "shop/huge", digest, "1", false)));
            over.set(true);
            watching.join();
            put("promotion.heap_mb_2gb", (double) (most.get() - idle) / MEGABYTE);
        });
    }

    /** Heap that is in use for something. */
    private static long live() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
