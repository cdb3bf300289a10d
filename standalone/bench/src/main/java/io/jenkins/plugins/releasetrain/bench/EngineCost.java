package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.cluster.Beside;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** What the real train costs by itself: 1,000 changes wait for 5,000 services; registries and cluster cost nothing. */
final class EngineCost {
    private static final int SERVICES = 5_000;
    private static final int WAITING = 1_000;
    private static final int TRIALS = 10;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Set<String> WRITES = Set.of("append", "saveSet", "saveSnapshot");

    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong ids = new AtomicLong();
    private final Names dev = new Names("dev.example");
    private final Names production = new Names("production.example");

    /**
     * Costs.
     *
     * @param bytesPerWaitingChange of heap, as folded from the store
     * @param storeWritesPerTrial transactions, promotion of what passed included
     * @param millisecondsPerTrial of the train, planning to promotion, without tests
     */
    record Figures(double bytesPerWaitingChange, double storeWritesPerTrial, double millisecondsPerTrial) {}

    Figures measure() throws InterruptedException {
        Catalog catalog = catalog();
        try (Store store =
                SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()))) {
            Train train = train(catalog, counting(store));
            for (int i = 0; i < WAITING; i++) {
                dev.tags.put(new Registry.Tag("dev/s" + i, "2"), Digest.sha256("s" + i + " 2"));
                train.queue(new Train.Request(
                        Map.of("s" + i, "2"), new Origin("s" + i + "#2", "job/s" + i + "/2/", "ada"), 0, true));
            }
            double bytes = bytes(catalog, store) / WAITING;
            writes.set(0);
            long begin = System.nanoTime();
            for (int i = 0; i < TRIALS; i++) {
                Task.Test test = (Task.Test) train.next("build");
                train.report(test.trial(), Verdict.PASSED, "");
            }
            double milliseconds = (System.nanoTime() - begin) / NANOS_PER_MILLI / TRIALS;
            return new Figures(bytes, (double) writes.get() / TRIALS, milliseconds);
        }
    }

    /** What the state of a train that was read from the store takes more than that of an empty one. */
    private double bytes(Catalog catalog, Store store) {
        Train read = train(catalog, store);
        long before = used();
        int waiting = read.state().queue().size();
        long after = used();
        if (waiting != WAITING || read.state().queue().size() != waiting) {
            throw new IllegalStateException(waiting + " changes wait");
        }
        return after - before;
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private Catalog catalog() {
        SortedMap<String, Service> services = new TreeMap<>();
        for (int i = 0; i < SERVICES; i++) {
            String name = "s" + i;
            Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
            services.put(
                    name,
                    new Service(name, "dev/" + name, "prod/" + name, "production", workload, name, new TreeSet<>()));
            production.tags.put(new Registry.Tag("prod/" + name, "production"), Digest.sha256(name + " 1"));
        }
        return new Catalog(services);
    }

    private Train train(Catalog catalog, Store store) {
        Clock clock = Clock.systemUTC();
        ImageCopier copier = (source, from, digest, target, to) -> ImageCopier.Report.NOTHING;
        Promoter promoter = new Promoter(store, copier, Runnable::run, clock, event -> {}, "bench");
        Environment staging = new Environment(
                "staging",
                "staging",
                "",
                new Images(),
                new InMemoryLock(clock),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10));
        Ports ports = new Ports(store, promoter, clock, () -> "id" + ids.incrementAndGet(), event -> {});
        return new Train(TrainSettings.of("shop", "suite"), catalog, new Registries(dev, production), staging, ports);
    }

    private Store counting(Store store) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (WRITES.contains(method.getName())) {
                        writes.incrementAndGet();
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** A registry that answers at once. */
    private record Names(String host, Map<Tag, Digest> tags) implements Registry {
        Names(String host) {
            this(host, new HashMap<>());
        }

        @Override
        public Optional<Descriptor> resolve(String repository, String reference) {
            return Optional.ofNullable(tags.get(new Tag(repository, reference)))
                    .map(digest -> new Descriptor("application/vnd.oci.image.manifest.v1+json", digest, 1));
        }

        @Override
        public Map<Tag, Descriptor> resolveAll(Collection<Tag> wanted) {
            Map<Tag, Descriptor> found = new HashMap<>();
            wanted.forEach(t -> resolve(t.repository(), t.tag()).ifPresent(d -> found.put(t, d)));
            return found;
        }

        @Override
        public List<String> tags(String repository) {
            throw new UnsupportedOperationException("Nobody asks for all tags of " + repository);
        }

        @Override
        public Optional<Manifest> manifest(String repository, String reference) {
            throw new UnsupportedOperationException("Nobody asks for the manifest " + repository + ":" + reference);
        }

        @Override
        public List<Referrer> referrers(String repository, Digest subject) {
            return List.of();
        }

        @Override
        public byte[] blob(String repository, Digest digest) {
            throw new UnsupportedOperationException("Nobody asks for the blob " + repository + "@" + digest);
        }

        @Override
        public void tag(String repository, Digest digest, String tag) {
            tags.put(new Tag(repository, tag), digest);
        }

        @Override
        public boolean untag(String repository, String tag) {
            return tags.remove(new Tag(repository, tag)) != null;
        }

        @Override
        public Traffic traffic() {
            return Traffic.NONE;
        }
    }

    /** A cluster in which everything runs as soon as it is asked for. */
    private static final class Images implements Cluster {
        private final Map<String, ImageReference> images = new HashMap<>();

        @Override
        public SortedMap<String, ImageReference> installed(Collection<Service> services) {
            return new TreeMap<>(images);
        }

        @Override
        public List<String> install(Wanted wanted) {
            wanted.images().forEach((service, image) -> images.put(service.name(), image));
            return List.of();
        }

        @Override
        public Wanted restart(Wanted wanted) {
            install(wanted);
            return wanted;
        }

        @Override
        public void fence(Collection<Service> services, long fence) {}

        @Override
        public Rollout awaitRollouts(Wanted wanted, Set<String> patched, Duration deadline, Progress progress) {
            return new Rollout(Rollout.Outcome.READY, Optional.empty(), standings(wanted.images()));
        }

        @Override
        public SortedMap<String, Standing> standings(Map<Service, ImageReference> wanted) {
            SortedMap<String, Standing> standings = new TreeMap<>();
            wanted.forEach((service, image) -> standings.put(
                    service.name(),
                    new Standing(Standing.State.RUNS, Set.of(image.digest().orElseThrow()), "")));
            return standings;
        }

        @Override
        public SortedMap<String, String> unprovable(Collection<Service> services) {
            return new TreeMap<>();
        }

        @Override
        public void putBeside(Beside beside, Map<Service, ImageReference> wanted) {
            throw new UnsupportedOperationException("Trains put nothing beside, as " + beside.lane() + " does");
        }

        @Override
        public Optional<String> awaitRoutes(Beside beside, Duration deadline) {
            return Optional.empty();
        }

        @Override
        public Set<String> lanesBeside(Isolation isolation) {
            return Set.of();
        }

        @Override
        public void removeBeside(Set<String> lanes, Isolation isolation) {}
    }
}
