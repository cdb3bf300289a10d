package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.RegistryConnections;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.DockerRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Promotions from one docker-registry to another over loopback, with all that refers to the images, against
 * {@code skopeo copy}: interleaved, an empty target each time, the JVM warm. A set is one promotion of ours and one skopeo
 * after another.
 */
final class Promotion implements Benchmark {
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final int MEGABYTE = 1 << 20;
    private static final int SET = 200;
    /** A server's JVM has run for days; the compiler is done with what copies only after some. */
    private static final int WARM_UP = Integer.getInteger("warm", 8);
    /**
     * What to measure: cost (requests, limited, many, large), images (cold, present, index), set (set200, unchanged200,
     * tags_only_after_early200); all where it is empty.
     */
    private static final String ONLY = System.getProperty("only", "");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SortedMap<String, Double> figures = new TreeMap<>();
    private PrintStream out;

    /** Something that is measured. */
    interface Act {
        void run(Site site) throws IOException, InterruptedException;
    }

    /** An empty target, and all that is needed to get there. */
    record Site(
            DockerRegistry source,
            DockerRegistry target,
            HttpRegistry from,
            HttpRegistry to,
            ImageCopier copier,
            Promoter promoter) {
        void promote(List<Promoter.Item> items) {
            Promoter.Result result =
                    promoter.promote(new Promoter.Request(UUID.randomUUID().toString(), "", from, to, items, Map.of()));
            if (!result.promoted()) {
                throw new IllegalStateException(result.reason());
            }
        }

        long requests() {
            return from.traffic().requests() + to.traffic().requests();
        }
    }

    @Override
    public SortedMap<String, Double> run(PrintStream print) throws Exception {
        out = print;
        if (!DockerRegistry.available() || !DockerRegistry.onPath("skopeo")) {
            throw new IllegalStateException("Needs docker-registry and skopeo on the PATH");
        }
        try (DockerRegistry source = DockerRegistry.start()) {
            if (wanted("cost", "requests", "limited", "many", "large")) {
                new PromotionCost(figures, out, this::with).measure(source);
            }
            out.printf(
                    "%n%d rounds, medians, interleaved with skopeo, docker-registry on loopback, warm JVM%n%n", ROUNDS);
            out.println("| figure | ours, s | skopeo, s | ours / skopeo |");
            out.println("|---|---|---|---|");
            if (wanted("images", "cold", "present", "index")) {
                images(source);
            }
            if (wanted("set", "set200", "unchanged200", "tags_only_after_early200")) {
                set(source);
            }
        }
        figures.forEach((name, value) -> out.println(name + " " + value));
        return figures;
    }

    static boolean wanted(String... names) {
        return ONLY.isEmpty() || List.of(names).stream().anyMatch(List.of(ONLY.split(","))::contains);
    }

    private void images(DockerRegistry source) throws Exception {
        SampleImages images = SampleImages.at(source.origin());
        SampleImage large = SampleImage.empty();
        for (int i = 0; i < 5; i++) {
            large = large.random(i, 20 * MEGABYTE);
        }
        Promoter.Item cold = item("shop/large", images.push("shop/large", "1", large), "1");
        compare("promotion.cold", source, site -> {}, site -> site.promote(List.of(cold)), List.of("shop/large:1"));
        Promoter.Item again = new Promoter.Item("shop/large", "shop/large", cold.digest(), "2", false);
        compare(
                "promotion.present",
                source,
                site -> site.promote(List.of(cold)),
                site -> site.promote(List.of(again)),
                List.of("shop/large:1 shop/large:2"));
        SampleImage platform = SampleImage.empty().random(11, 15 * MEGABYTE);
        List<SampleImage> platforms = List.of(
                platform,
                SampleImage.empty().random(12, 15 * MEGABYTE).architecture("arm64"),
                SampleImage.empty().random(13, 15 * MEGABYTE).architecture("s390x"));
        Promoter.Item index = item("shop/index", images.pushIndex("shop/index", "1", platforms), "1");
        compare("promotion.index", source, site -> {}, site -> site.promote(List.of(index)), List.of("shop/index:1"));
    }

    private void set(DockerRegistry source) throws Exception {
        SampleImages images = SampleImages.at(source.origin());
        List<Promoter.Item> items = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < SET; i++) {
            SampleImage image = SampleImage.empty()
                    .random(100, MEGABYTE)
                    .random(101, MEGABYTE)
                    .file("app", "service " + i)
                    .label("number", "" + i);
            items.add(item("set/s" + i, images.push("set/s" + i, "1", image), "1"));
            names.add("set/s" + i + ":1");
        }
        compare("promotion.set200", source, site -> {}, site -> site.promote(items), names);
        compare("promotion.unchanged200", source, site -> site.promote(items), site -> site.promote(items), names);
        double skopeo = figures.get("promotion.set200_skopeo_seconds");
        List<Double> early = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            with(source, site -> {
                List<ImageCopier.Image> content = items.stream()
                        .map(i -> new ImageCopier.Image(i.sourceRepository(), i.digest(), i.targetRepository()))
                        .toList();
                site.copier()
                        .carryOut(
                                site.copier()
                                        .plan(site.from(), site.to(), content)
                                        .contentOnly(),
                                site.from(),
                                site.to(),
                                CopyProgress.NONE);
                early.add(seconds(() -> site.promote(items)));
            });
        }
        double median = median(early.subList(WARM_UP, early.size()));
        figures.put("promotion.tags_only_after_early200", hundredths(median / skopeo));
        out.printf("| tags_only_after_early200 | %.3f | %.3f | %.2f |%n", median, skopeo, median / skopeo);
    }

    private static Promoter.Item item(String repository, String digest, String tag) {
        return new Promoter.Item(repository, repository, new Digest(digest), tag, false);
    }

    /** @param copies what skopeo copies: one name for both sides, or two, of which the second is measured */
    private void compare(String name, DockerRegistry source, Act before, Act act, List<String> copies)
            throws Exception {
        String group = name.matches(".*(cold|present|index)") ? "images" : "set";
        if (!wanted(group, name.substring(name.indexOf('.') + 1))) {
            return;
        }
        List<Double> ours = new ArrayList<>();
        List<Double> skopeo = new ArrayList<>();
        boolean again = name.endsWith("unchanged200");
        // The first rounds warm up.
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            with(source, site -> {
                before.run(site);
                ours.add(seconds(() -> act.run(site)));
            });
            if (round < 0) {
                continue;
            }
            try (DockerRegistry target = DockerRegistry.start()) {
                if (again) {
                    skopeo(source, target, copies);
                }
                boolean twice = copies.get(0).contains(" ");
                if (twice) {
                    skopeo(source, target, List.of(copies.get(0).split(" ")[0]));
                }
                skopeo.add(seconds(() -> skopeo(source, target, copies)));
            }
        }
        double a = median(ours.subList(WARM_UP, ours.size()));
        double b = median(skopeo);
        figures.put(name, hundredths(a / b));
        figures.put(name + "_skopeo_seconds", Math.round(1000 * b) / 1000.0);
        out.printf("| %s | %.3f | %.3f | %.2f |%n", name, a, b, a / b);
    }

    private static void skopeo(DockerRegistry source, DockerRegistry target, List<String> copies)
            throws IOException, InterruptedException {
        for (String copy : copies) {
            String[] names = copy.split(" ");
            Process process = new ProcessBuilder(
                            "skopeo",
                            "copy",
                            "--all",
                            "--quiet",
                            "--src-tls-verify=false",
                            "--dest-tls-verify=false",
                            "docker://" + source.host() + "/" + names[0],
                            "docker://" + target.host() + "/" + names[names.length - 1])
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException("skopeo failed: " + output);
            }
        }
    }

    private void with(DockerRegistry source, Act act) throws IOException, InterruptedException {
        try (DockerRegistry target = DockerRegistry.start();
                Store store =
                        SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()))) {
            RegistryConnections connections = new RegistryConnections(Clock.systemUTC(), Sleeper.real());
            ImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, threads);
            act.run(new Site(
                    source,
                    target,
                    new HttpRegistry(RegistrySettings.of(source.host()).withPlainHttp(), connections),
                    new HttpRegistry(RegistrySettings.of(target.host()).withPlainHttp(), connections),
                    copier,
                    new Promoter(store, copier, threads, Clock.systemUTC(), event -> {}, "bench")));
        }
    }

    /** Work that may fail. */
    interface Timed {
        void run() throws IOException, InterruptedException;
    }

    static double seconds(Timed work) throws IOException, InterruptedException {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    static double hundredths(double value) {
        return Math.round(100 * value) / 100.0;
    }

    static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
