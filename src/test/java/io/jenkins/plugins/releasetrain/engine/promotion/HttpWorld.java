package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Two registries with real HTTP, a real store, and services whose second version is about to be promoted. */
final class HttpWorld implements AutoCloseable {
    static final int SERVICES = 2;
    private static final Set<String> TAGS = Set.of("tag", "untag");

    final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T08:00:00Z"));
    final Store store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    final EmbeddedRegistry dev;
    final EmbeddedRegistry production;
    final HttpRegistry from;
    final HttpRegistry to;
    final SortedMap<String, String> before;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    HttpWorld(RegistryOptions options) throws IOException {
        this(RegistryOptions.DEFAULT, options);
    }

    HttpWorld(RegistryOptions source, RegistryOptions options) throws IOException {
        dev = EmbeddedRegistry.start(source);
        production = EmbeddedRegistry.start(options);
        from = client(dev);
        to = client(production);
        for (int i = 0; i < SERVICES; i++) {
            SampleImages.at(production.origin()).push("shop/s" + i, "production", image(i, 1));
            SampleImages.at(dev.origin()).push("dev/s" + i, "2", image(i, 2));
        }
        before = tags();
        production.forgetExchanges();
    }

    private static SampleImage image(int service, int version) {
        return SampleImage.of("s" + service, String.valueOf(version));
    }

    HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), clock, clock::advance);
    }

    static Digest second(int service) {
        return new Digest(image(service, 2).content().digest());
    }

    Promoter promoter() {
        return promoter(store, "here");
    }

    /** @param over for example one that dies */
    Promoter promoter(Store over, String controller) {
        return new Promoter(over, new Unwrapping(), threads, clock, event -> {}, controller);
    }

    /** Tags in the order of their plan. */
    Promoter oneByOne() {
        return new Promoter(store, new Unwrapping(), Runnable::run, clock, event -> {}, "here");
    }

    Promoter.Request request(String id) {
        return request(id, to);
    }

    Promoter.Request request(String id, Registry target) {
        List<Promoter.Item> items = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            items.add(new Promoter.Item("dev/s" + i, "shop/s" + i, second(i), "production", true));
            items.add(new Promoter.Item("dev/s" + i, "shop/s" + i, second(i), "2", false));
        }
        return new Promoter.Request(id, "", from, target, items, Map.of());
    }

    /** What production's tags point to. */
    SortedMap<String, String> tags() {
        SortedMap<String, String> all = new TreeMap<>();
        for (int i = 0; i < SERVICES; i++) {
            String repository = "shop/s" + i;
            production.tags(repository).forEach((tag, digest) -> all.put(repository + ":" + tag, digest));
        }
        return all;
    }

    SortedMap<String, String> promoted() {
        SortedMap<String, String> all = new TreeMap<>();
        for (int i = 0; i < SERVICES; i++) {
            all.put("shop/s" + i + ":production", second(i).value());
            all.put("shop/s" + i + ":2", second(i).value());
        }
        return all;
    }

    /**
     * The target registry as a process sees it that dies at its so-manieth change of a tag, and at all that follow.
     *
     * @param done whether the registry did what was asked at the moment of death
     */
    Registry dying(int changes, boolean done) {
        AtomicInteger left = new AtomicInteger(changes);
        return (Registry) Proxy.newProxyInstance(
                Registry.class.getClassLoader(), new Class<?>[] {Registry.class}, (proxy, method, arguments) -> {
                    int place = TAGS.contains(method.getName()) ? left.getAndDecrement() : 1;
                    if (place < 0 || place == 0 && !done) {
                        throw new CrashingStore.Crash();
                    }
                    try {
                        Object answer = method.invoke(to, arguments);
                        if (place == 0) {
                            throw new CrashingStore.Crash();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Copies to the registry behind a dying one. */
    private final class Unwrapping implements ImageCopier {
        private final ImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, threads);

        private Registry real(Registry registry) {
            return registry instanceof HttpRegistry ? registry : to;
        }

        @Override
        public Report copy(
                Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository) {
            return copier.copy(source, sourceRepository, digest, real(target), targetRepository);
        }

        @Override
        public Report copyAgain(
                Registry source, String sourceRepository, Digest digest, Registry target, String targetRepository) {
            return copier.copyAgain(source, sourceRepository, digest, real(target), targetRepository);
        }

        @Override
        public CopyPlan plan(Registry source, Registry target, Collection<Image> images) {
            return copier.plan(real(source), real(target), images);
        }

        @Override
        public Report carryOut(CopyPlan plan, Registry source, Registry target, CopyProgress progress) {
            return copier.carryOut(plan, real(source), real(target), progress);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        store.close();
        dev.close();
        production.close();
    }
}
