package io.jenkins.plugins.releasetrain.bench;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesCluster;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.lock.LeaseLock;
import io.jenkins.plugins.releasetrain.engine.lock.StoredLine;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A namespace of 5,000 workloads: what installing costs, and what lanes that wait for it cost, of the cluster and of this
 * process. Requests are counted at the client; the lanes are requests for the environment's lock, asked for as lanes ask.
 */
final class Clusters implements Benchmark {
    private static final int CHANGES = 20;
    private static final int ROUNDS = 7;
    private static final int WARM_UP = 2;
    private static final int RUNNING = 20;
    private static final int WAITING = 200;
    private static final int SECONDS = 600;
    private static final int REFRESHED = 100;
    private static final int CONNECTED = 3;
    private static final Duration LEASE = Duration.ofSeconds(300);

    private final SortedMap<String, Double> figures = new TreeMap<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);

    @Override
    public SortedMap<String, Double> run(PrintStream out) throws Exception {
        try (LargeNamespace namespace = new LargeNamespace()) {
            Cluster cluster = memory(namespace);
            install(namespace, cluster);
            waiting(namespace);
            refresh(namespace);
            laneStart(namespace.services().subList(0, 1 + CONNECTED));
        } finally {
            threads.shutdownNow();
        }
        figures.forEach((name, value) -> out.printf("%-50s %.2f%n", name, value));
        return figures;
    }

    private Cluster memory(LargeNamespace namespace) {
        Cluster cluster = new KubernetesCluster(
                        new KubernetesNamespace(namespace.client(), LargeNamespace.NAME),
                        threads,
                        Clock.systemUTC(),
                        Sleeper.real())
                .inMemory(notice -> {
                    throw new IllegalStateException(notice);
                });
        double before = heapMb();
        cluster.standings(images(namespace.services(), 1));
        figures.put("cluster.namespace.heap_mb", heapMb() - before);
        return cluster;
    }

    private static Map<Service, ImageReference> images(List<Service> services, int version) {
        return services.stream().collect(Collectors.toMap(s -> s, s -> LargeNamespace.image(s, version)));
    }

    private void install(LargeNamespace namespace, Cluster cluster) throws InterruptedException {
        List<Double> ours = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        Map<Service, ImageReference> all = images(namespace.services(), 1);
        int most = 0;
        for (int round = 0; round < WARM_UP + ROUNDS; round++) {
            List<Service> changed = namespace.services().subList(round * CHANGES, (round + 1) * CHANGES);
            all.putAll(images(changed, 2));
            int before = namespace.requests();
            double seconds = installed(cluster, all, changed);
            int requests = namespace.requests() - before;
            List<Service> others = namespace.services().subList(2000 + round * CHANGES, 2000 + (round + 1) * CHANGES);
            double patched = patched(namespace, others);
            all.putAll(images(others, 2));
            cluster.awaitRollouts(wanted(all, others), Set.of(), Duration.ofMinutes(1), Progress.NONE);
            if (round >= WARM_UP) {
                ours.add(seconds);
                bare.add(patched);
                most = Math.max(most, requests);
            }
        }
        figures.put("cluster.install20.requests", (double) most);
        figures.put("cluster.install20.seconds", median(ours));
        figures.put("cluster.install20.seconds_over_20_patches", median(ours) / median(bare));
        int before = namespace.requests();
        cluster.install(wanted(all, List.of()));
        figures.put("cluster.nothing.requests", (double) namespace.requests() - before);
    }

    private static Wanted wanted(Map<Service, ImageReference> images, List<Service> changed) {
        return new Wanted(images, changed.stream().map(Service::name).collect(Collectors.toSet()), 1);
    }

    private static double installed(Cluster cluster, Map<Service, ImageReference> all, List<Service> changed)
            throws InterruptedException {
        long start = System.nanoTime();
        Wanted wanted = wanted(all, changed);
        List<String> patched = cluster.install(wanted);
        Rollout rollout = cluster.awaitRollouts(wanted, Set.copyOf(patched), Duration.ofMinutes(1), Progress.NONE);
        if (patched.size() != CHANGES || rollout.outcome() != Rollout.Outcome.READY) {
            throw new IllegalStateException(patched + ": " + rollout.outcome() + " " + rollout.blocker());
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** One after the other, and nothing is waited for. */
    private static double patched(LargeNamespace namespace, List<Service> services) {
        long start = System.nanoTime();
        services.forEach(s -> namespace
                .client()
                .apps()
                .deployments()
                .inNamespace(LargeNamespace.NAME)
                .withName(s.name())
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\""
                                + LargeNamespace.image(s, 2) + "\"}]"));
        return (System.nanoTime() - start) / 1e9;
    }

    /** A virtual clock; everybody asks every two seconds, as lanes do. */
    private void waiting(LargeNamespace namespace) throws InterruptedException {
        Instant[] now = {Instant.parse("2026-01-01T00:00:00Z")};
        SqlStore store = SqlStore.open(StoreSettings.inMemory("cluster-waiting"));
        EnvironmentLock lock = lock(namespace, store, now);
        int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
        namespace.kubernetes().forgetRequests();
        double heapBefore = heapMb();
        Map<String, Long> tokens = new HashMap<>();
        IntStream.range(0, RUNNING)
                .forEach(i -> tokens.put(
                        "running-" + i,
                        ((Answer.Granted) lock.request(request("running-" + i, "service-" + i))).token()));
        IntStream.range(0, WAITING).forEach(i -> lock.request(request("waiting-" + i, "service-" + i % RUNNING)));
        int writes = writes(namespace);
        for (int second = 0; second < SECONDS; second += 2) {
            now[0] = now[0].plusSeconds(2);
            IntStream.range(0, WAITING).forEach(i -> lock.request(request("waiting-" + i, "service-" + i % RUNNING)));
            tokens.forEach((id, token) -> lock.renew(id, token, LEASE));
        }
        figures.put("cluster.waiting200.writes_per_second", (double) (writes(namespace) - writes) / SECONDS);
        figures.put(
                "cluster.waiting200.threads",
                (double) ManagementFactory.getThreadMXBean().getThreadCount() - threadsBefore);
        namespace.kubernetes().forgetRequests();
        figures.put("cluster.waiting200.heap_kb_each", 1024 * (heapMb() - heapBefore) / (WAITING + RUNNING));
        lock.entries().forEach(e -> lock.release(e.id()));
        store.close();
    }

    private static EnvironmentLock lock(LargeNamespace namespace, SqlStore store, Instant[] now) {
        Clock clock = clock(now);
        LeaseLock lease = new LeaseLock(
                new KubernetesNamespace(namespace.client(), LargeNamespace.NAME),
                Duration.ofSeconds(5),
                clock,
                Sleeper.real());
        return new StoredLine(lease, store.line(LargeNamespace.NAME), clock, Duration.ofSeconds(1));
    }

    private static Clock clock(Instant[] now) {
        return new Clock() {
            @Override
            public Instant instant() {
                return now[0];
            }

            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        };
    }

    private static Request request(String id, String... claims) {
        return new Request(id, "lane " + id, Mode.SHARED, Set.of(claims), LEASE);
    }

    private static int writes(LargeNamespace namespace) {
        return namespace.kubernetes().asked().getOrDefault("update leases", 0);
    }

    /** Lanes that come while others' services are brought to what production runs. */
    private void refresh(LargeNamespace namespace) {
        SqlStore store = SqlStore.open(StoreSettings.inMemory("cluster-refresh"));
        EnvironmentLock lock = lock(namespace, store, new Instant[] {Instant.parse("2026-01-02T00:00:00Z")});
        lock.request(request(
                "lane/baseline",
                IntStream.range(0, REFRESHED)
                        .mapToObj(i -> "service-" + (1000 + i))
                        .toArray(String[]::new)));
        long held = IntStream.range(0, RUNNING)
                .mapToObj(i -> lock.request(request("lane-" + i, "service-" + i)))
                .filter(Answer.Waiting.class::isInstance)
                .count();
        store.close();
        figures.put("cluster.refresh100.lanes_held", (double) held);
    }

    /** What a lane asks for at its start: what production runs of its service and of the ones connected to it. */
    private void laneStart(List<Service> counting) throws IOException {
        try (EmbeddedRegistry server = EmbeddedRegistry.start()) {
            SampleImages images = SampleImages.at(server.origin());
            counting.forEach(
                    s -> images.push(s.productionRepository(), s.productionTag(), SampleImage.of(s.name(), "1.0")));
            Registry production = new HttpRegistry(
                    RegistrySettings.of(server.host()).withPlainHttp(), Clock.systemUTC(), Sleeper.real());
            Registries registries = new Registries(production, production);
            registries.productionSet(counting);
            server.forgetExchanges();
            int found = registries.productionSet(counting).images().size();
            if (found != counting.size()) {
                throw new IllegalStateException("Found " + found);
            }
            figures.put("cluster.lane_start.registry_requests", (double)
                    server.exchanges().size());
        }
    }

    private static double heapMb() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / 1048576.0;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
