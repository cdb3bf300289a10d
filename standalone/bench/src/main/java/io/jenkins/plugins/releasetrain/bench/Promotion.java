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
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
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
 * {@code skopeo copy}: an empty target each time, the JVM warm, the rounds of both interleaved. A set is one promotion of
 * ours and one skopeo after another.
 */
final class Promotion implements Benchmark {
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final int MEGABYTE = 1 << 20;
    private static final int SET = 200;
    /** A server's JVM has run for days: rounds are not counted until the compiler has little left to do in one. */
    private static final int MOST_WARM_UP = Integer.getInteger("warm", 40);

    private static final int SET_WARM_UP = Integer.getInteger("set.warm", 8);
    private static final long COMPILING = Long.getLong("compiling", 30);
    /**
     * What to measure: cost (requests, limited, many, large), images (cold, present, index), set (set200, unchanged200,
     * tags_only_after_early200); all where it is empty.
     */
    private static final String ONLY = System.getProperty("only", "");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SortedMap<String, Double> figures = new TreeMap<>();
    private PrintStream out;
    /** One for all rounds, as a controller's is open for months. */
    private Store store;

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
        try (DockerRegistry source = DockerRegistry.start();
                Store open =
                        SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()))) {
            store = open;
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
        List<Double> cold = new ArrayList<>();
        List<Double> unchanged = new ArrayList<>();
        List<Double> early = new ArrayList<>();
        List<Double> skopeoCold = new ArrayList<>();
        List<Double> skopeoUnchanged = new ArrayList<>();
        for (int round = -SET_WARM_UP; round < ROUNDS; round++) {
            with(source, site -> {
                cold.add(seconds(() -> site.promote(items)));
                unchanged.add(seconds(() -> site.promote(items)));
            });
            with(source, site -> {
                copyContent(site, items);
                early.add(seconds(() -> site.promote(items)));
            });
            if (round >= 0) {
                // In the same minute, for other work on the machine slows both then.
                try (DockerRegistry target = DockerRegistry.start()) {
                    skopeoCold.add(seconds(() -> skopeo(source, target, names)));
                    skopeoUnchanged.add(seconds(() -> skopeo(source, target, names)));
                }
            }
        }
        double skopeo = median(skopeoCold);
        report("promotion.set200", counted(cold), skopeo);
        report("promotion.unchanged200", counted(unchanged), median(skopeoUnchanged));
        report("promotion.tags_only_after_early200", counted(early), skopeo);
    }

    private static double counted(List<Double> rounds) {
        return median(rounds.subList(rounds.size() - ROUNDS, rounds.size()));
    }

    private static void copyContent(Site site, List<Promoter.Item> items) {
        List<ImageCopier.Image> content = items.stream()
                .map(i -> new ImageCopier.Image(i.sourceRepository(), i.digest(), i.targetRepository()))
                .toList();
        site.copier()
                .carryOut(
                        site.copier().plan(site.from(), site.to(), content).contentOnly(),
                        site.from(),
                        site.to(),
                        CopyProgress.NONE);
    }

    private void report(String name, double ours, double skopeo) {
        figures.put(name, hundredths(ours / skopeo));
        figures.put(name + "_skopeo_seconds", Math.round(1000 * skopeo) / 1000.0);
        out.printf("| %s | %.3f | %.3f | %.2f |%n", name, ours, skopeo, ours / skopeo);
    }

    private static Promoter.Item item(String repository, String digest, String tag) {
        return new Promoter.Item(repository, repository, new Digest(digest), tag, false);
    }

    /** @param copies what skopeo copies: one name for both sides, or two, of which the second is measured */
    private void compare(String name, DockerRegistry source, Act before, Act act, List<String> copies)
            throws Exception {
        if (!wanted("images", name.substring(name.indexOf('.') + 1))) {
            return;
        }
        Timed one = () -> with(source, site -> {
            before.run(site);
            act.run(site);
        });
        for (int round = 0; round < MOST_WARM_UP && compiled(one) > COMPILING; round++) {
            // the compiler is still busy
        }
        List<Double> ours = new ArrayList<>();
        List<Double> skopeo = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            with(source, site -> {
                before.run(site);
                ours.add(seconds(() -> act.run(site)));
            });
            try (DockerRegistry target = DockerRegistry.start()) {
                if (copies.get(0).contains(" ")) {
                    skopeo(source, target, List.of(copies.get(0).split(" ")[0]));
                }
                skopeo.add(seconds(() -> skopeo(source, target, copies)));
            }
        }
        report(name, median(ours), median(skopeo));
    }

    /** Milliseconds for which the compiler was at work meanwhile. */
    private static long compiled(Timed work) throws IOException, InterruptedException {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long before = compiler.getTotalCompilationTime();
        work.run();
        return compiler.getTotalCompilationTime() - before;
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
        try (DockerRegistry target = DockerRegistry.start()) {
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
