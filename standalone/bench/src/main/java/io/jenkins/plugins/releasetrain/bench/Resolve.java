package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.promotion.ProductionCache;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.DockerRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * 5,000 tags to digests on Debian's docker-registry over loopback: {@link HttpRegistry#resolveAll} on distinct tags
 * against ApacheBench (C, {@code ab -i -k -c64}) that asks for one tag again and again.
 */
final class Resolve implements Benchmark {
    private static final int TAGS = 5000;
    private static final int CHANGED = 10;
    private static final int ROUNDS = 3;
    private static final int WARM_UP = 2;
    private static final String REPOSITORY = "bench/cart";
    private static final Pattern SECONDS = Pattern.compile("Time taken for tests:\\s+([0-9.]+) seconds");
    private static final Pattern FAILED = Pattern.compile("(?:Failed requests|Non-2xx responses):\\s+([1-9]\\d*)");

    @Override
    public SortedMap<String, Double> run(PrintStream out) throws Exception {
        requirePrograms();
        try (DockerRegistry server = DockerRegistry.start()) {
            List<Tag> tags = push(server);
            Registry registry = new HttpRegistry(
                    RegistrySettings.of(server.host()).withPlainHttp(), Clock.systemUTC(), Sleeper.real());
            for (int i = 0; i < WARM_UP; i++) {
                ours(registry, tags);
                ab(server);
            }
            List<Double> ab = new ArrayList<>();
            List<Double> ours = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                ab.add(ab(server));
                ours.add(ours(registry, tags));
            }
            SortedMap<String, Double> figures = report(out, ab, ours);
            figures.put("resolve.unchanged_ratio_to_first", unchanged(out, registry));
            return figures;
        }
    }

    /** What production runs, of a catalog of 5,000 services, for a lane that changes ten of them: first, and again. */
    private static double unchanged(PrintStream out, Registry registry) {
        SortedMap<String, Service> services = new TreeMap<>();
        for (int i = 0; i < TAGS; i++) {
            String name = "s" + i;
            Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
            services.put(name, new Service(name, REPOSITORY, REPOSITORY, "v" + i, workload, name, new TreeSet<>()));
        }
        List<String> changed = List.copyOf(services.keySet()).subList(0, CHANGED);
        List<Double> ratios = new ArrayList<>();
        Registries registries = new Registries(registry, registry);
        for (int round = 0; round < ROUNDS; round++) {
            try (Store store =
                    SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()))) {
                ProductionCache production = new Promoter(
                                store,
                                new HttpImageCopier(CopySettings.DEFAULT, Runnable::run),
                                Runnable::run,
                                Clock.systemUTC(),
                                event -> {},
                                "bench")
                        .production();
                Timed read = () -> production.of(registries, services.values(), changed);
                double first = seconds(read);
                double again = seconds(read);
                out.printf("production of %d services: %.3f s, again %.3f s%n", TAGS, first, again);
                ratios.add(again / first);
            }
        }
        return Math.round(1000 * median(ratios)) / 1000.0;
    }

    /** Reads what production runs. */
    private interface Timed {
        ImageSet read();
    }

    private static double seconds(Timed production) {
        long start = System.nanoTime();
        if (production.read().images().size() != TAGS) {
            throw new IllegalStateException("Not all of production was found");
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void requirePrograms() {
        if (!DockerRegistry.available() || !DockerRegistry.onPath("ab")) {
            throw new IllegalStateException("Needs docker-registry and ab (apache2-utils) on the PATH");
        }
    }

    private static List<Tag> push(DockerRegistry server) {
        SampleImages images = SampleImages.at(server.origin());
        SampleImage image = SampleImage.of("cart", "1.0");
        images.push(REPOSITORY, "v0", image);
        SampleImage.Content content = image.content();
        return IntStream.range(0, TAGS)
                .mapToObj(i -> {
                    images.pushManifest(REPOSITORY, "v" + i, content.mediaType(), content.manifest());
                    return new Tag(REPOSITORY, "v" + i);
                })
                .toList();
    }

    private static double ours(Registry registry, List<Tag> tags) {
        long start = System.nanoTime();
        Map<Tag, ?> resolved = registry.resolveAll(tags);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (resolved.size() != TAGS) {
            throw new IllegalStateException("Resolved " + resolved.size() + " of " + TAGS + " tags");
        }
        return seconds;
    }

    private static double ab(DockerRegistry server) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "ab",
                        "-i",
                        "-k",
                        "-c64",
                        "-n" + TAGS,
                        "-H",
                        "Accept: application/vnd.oci.image.manifest.v1+json",
                        server.origin() + "/v2/" + REPOSITORY + "/manifests/v0")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher seconds = SECONDS.matcher(output);
        if (process.waitFor() != 0 || !seconds.find() || FAILED.matcher(output).find()) {
            throw new IllegalStateException("ab failed: " + output);
        }
        return Double.parseDouble(seconds.group(1));
    }

    private static SortedMap<String, Double> report(PrintStream out, List<Double> ab, List<Double> ours) {
        double abMedian = median(ab);
        double oursMedian = median(ours);
        double ratio = Math.round(100 * abMedian / oursMedian) / 100.0;
        out.printf("%n%d tags to digests, %d rounds, interleaved, docker-registry on loopback%n%n", TAGS, ROUNDS);
        out.println("| client | seconds | median | requests/s | ratio to ab |");
        out.println("|---|---|---|---|---|");
        out.printf("| ab -i -k -c64, one tag | %s | %.2f | %.0f | 1.00 |%n", ab, abMedian, TAGS / abMedian);
        out.printf(
                "| HttpRegistry.resolveAll, distinct tags | %s | %.2f | %.0f | %.2f |%n",
                ours.stream().map(s -> Math.round(1000 * s) / 1000.0).toList(), oursMedian, TAGS / oursMedian, ratio);
        SortedMap<String, Double> figures = new TreeMap<>();
        figures.put("resolve.ratio_to_ab", ratio);
        figures.put("resolve.requests_per_second", (double) Math.round(TAGS / oursMedian));
        figures.put("resolve.ab_requests_per_second", (double) Math.round(TAGS / abMedian));
        return figures;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
