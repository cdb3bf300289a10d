package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.promotion.Permit;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** A shop of services s0, s1, … on fakes, with a real store in memory; everything that outlives a process. */
public final class FakeShop implements AutoCloseable {
    public final FakeRegistry dev = new FakeRegistry("dev.example");
    public final FakeRegistry production = new FakeRegistry("production.example");
    public final FakeCluster cluster = new FakeCluster();
    public final ManualClock clock = new ManualClock(Instant.parse("2026-11-23T08:00:00Z"));
    public final EnvironmentLock lock = new InMemoryLock(clock);
    private final SortedMap<String, Environment> environments = new TreeMap<>();
    public final Store store;
    public final List<Event> events = new ArrayList<>();
    public final Catalog catalog;
    /** Of trains and lanes that are made from now on. */
    public ContractGate gate = ContractGate.NONE;

    private final AtomicInteger ids = new AtomicInteger();
    private final Set<Digest> bad = new HashSet<>();

    /** @param dependsOn names that a service calls, by service; services without an entry call none */
    public FakeShop(int services, Map<String, Set<String>> dependsOn) {
        this(
                services,
                dependsOn,
                SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString())));
    }

    /** @param store where it keeps what it knows */
    public FakeShop(int services, Map<String, Set<String>> dependsOn, Store store) {
        this.store = store;
        SortedMap<String, Service> all = new TreeMap<>();
        for (int i = 0; i < services; i++) {
            String name = "s" + i;
            all.put(name, service(name, dependsOn.getOrDefault(name, Set.of())));
            production.push("prod/" + name, "production", name + " 1");
            dev.push("dev/" + name, "1", name + " 1");
        }
        catalog = new Catalog(all);
        holding(cluster);
    }

    private FakeCluster holding(FakeCluster empty) {
        registries()
                .productionSet(catalog)
                .images()
                .forEach((name, image) -> empty.meddle(name, registries().released(catalog.service(name), image)));
        return empty;
    }

    private static Service service(String name, Set<String> dependsOn) {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
        return new Service(name, "dev/" + name, "prod/" + name, "production", workload, name, new TreeSet<>(dependsOn));
    }

    public Registries registries() {
        return new Registries(dev, production);
    }

    public Environment environment() {
        return environment("staging", cluster, lock);
    }

    /** So many, of which the first is {@link #environment}; the same ones whenever they are asked for. */
    public List<Environment> environments(int count) {
        for (int i = environments.size(); i < count; i++) {
            String name = i == 0 ? "staging" : "staging-" + i;
            FakeCluster own = i == 0 ? cluster : holding(new FakeCluster());
            environments.put(name, environment(name, own, i == 0 ? lock : new InMemoryLock(clock)));
        }
        return List.copyOf(environments.values()).subList(0, count);
    }

    private static Environment environment(String name, FakeCluster cluster, EnvironmentLock lock) {
        return new Environment(name, name, "", cluster, lock, Duration.ofMinutes(5), Duration.ofMinutes(10));
    }

    public Promoter promoter(Store overStore) {
        return new Promoter(overStore, FakeRegistry.copier(), Runnable::run, clock, events::add, "here");
    }

    /** Of a process that may promote what is permitted. */
    public Ports ports(Permit permit) {
        return new Ports(store, promoter(store), clock, this::id, events::add, permit, ContractGate.NONE);
    }

    public String id() {
        return "id" + ids.incrementAndGet();
    }

    /** A new version in the dev registry. */
    public Digest build(String service, String version) {
        return dev.push("dev/" + service, version, service + " " + version);
    }

    /** A new version that fails the tests of whatever set holds it. */
    public Digest buildBad(String service, String version) {
        Digest digest = build(service, version);
        bad.add(digest);
        return digest;
    }

    /** The test suite: looks at what is installed. */
    public Verdict test() {
        return test(environment());
    }

    public Verdict test(Environment environment) {
        return installed(environment).values().stream().anyMatch(bad::contains) ? Verdict.FAILED : Verdict.PASSED;
    }

    public SortedMap<String, Digest> installed() {
        return installed(environment());
    }

    public SortedMap<String, Digest> installed(Environment environment) {
        SortedMap<String, Digest> digests = new TreeMap<>();
        environment
                .cluster()
                .installed(catalog.services().values())
                .forEach((name, image) -> digests.put(name, image.digest().orElseThrow()));
        return digests;
    }

    public Digest inProduction(String service) {
        return production.resolve("prod/" + service, "production").orElseThrow().digest();
    }

    public static Digest digest(String service, String version) {
        return Digest.sha256(service + " " + version);
    }

    public ImageReference candidate(String service, String version) {
        return ImageReference.of(dev.host(), "dev/" + service, digest(service, version));
    }

    @Override
    public void close() {
        store.close();
    }
}
