package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeCluster;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A shop in which everything breaks and heals: images that fail alone or together, environments, nodes, registries, the
 * clock; its catalog changes, and others push to production. It knows what is bad and what passed.
 */
final class WildShop implements AutoCloseable {
    static final int SERVICES = 5;
    static final int ENVIRONMENTS = 3;

    final FakeShop fakes = new FakeShop(SERVICES, Map.of(), MemoryStore.create());
    final ChangingCatalog catalogs = new ChangingCatalog(fakes.catalog);
    private final Random random;
    private final Consumer<String> told;
    private final Set<Digest> bad = new HashSet<>();
    private final List<Set<Digest>> conflicts = new ArrayList<>();
    private final Set<SortedMap<String, Digest>> passed = new HashSet<>();
    private final List<Digest> built = new ArrayList<>();
    /** By image, the outages in which it was tested. */
    private final Map<Digest, Set<Integer>> unlucky = new HashMap<>();

    private final Set<String> broken = new TreeSet<>();
    private int outages;
    private Optional<Digest> keptOut = Optional.empty();
    private int version = 1;
    private int refusals;

    /** @param told hears what happens */
    WildShop(Random random, Consumer<String> told) {
        this.random = random;
        this.told = told;
        fakes.production.beforeTag(tag -> {
            if (refusals > 0) {
                refusals--;
                throw new EngineException(FailureKind.UNAVAILABLE, "the registry answered 503");
            }
        });
        places().forEach(place -> cluster(place)
                .cannotReplacePods(() -> broken.contains(nodes(place.name()))
                        ? Optional.of("ImagePullBackOff: 429 Too Many Requests")
                        : Optional.empty()));
    }

    private static String nodes(String place) {
        return "nodes of " + place;
    }

    private static FakeCluster cluster(Environment place) {
        return (FakeCluster) place.cluster();
    }

    List<Environment> places() {
        return fakes.environments(ENVIRONMENTS);
    }

    String service() {
        return "s" + random.nextInt(SERVICES);
    }

    /** Builds an image that may be bad, by itself or together with an older one of any service; answers its version. */
    String build(String service) {
        String next = "" + ++version;
        Digest digest = fakes.build(service, next);
        if (random.nextInt(7) == 0) {
            bad.add(digest);
        }
        if (random.nextInt(8) == 0 && !built.isEmpty()) {
            conflicts.add(Set.of(digest, built.get(random.nextInt(built.size()))));
        }
        built.add(digest);
        return next;
    }

    /** The test suite, where nothing but the shop decides its end. */
    Verdict test(String environment) {
        Environment place = places().stream()
                .filter(p -> p.name().equals(environment))
                .findFirst()
                .orElseThrow();
        SortedMap<String, Digest> installed = fakes.installed(place);
        installed.keySet().retainAll(catalogs.taken().services().keySet());
        boolean outage = broken.contains(environment);
        if (outage) {
            installed
                    .values()
                    .forEach(d ->
                            unlucky.computeIfAbsent(d, x -> new HashSet<>()).add(outages));
        }
        boolean fails = outage
                || installed.values().stream().anyMatch(bad::contains)
                || conflicts.stream().anyMatch(pair -> installed.values().containsAll(pair));
        if (!fails) {
            passed.add(installed);
        }
        return fails ? Verdict.FAILED : Verdict.PASSED;
    }

    /** Whether the tests passed where all these images were installed. */
    boolean passed(ImageSet set) {
        SortedMap<String, Digest> wanted = new TreeMap<>();
        set.images().forEach((service, image) -> wanted.put(service, image.digest()));
        return passed.stream().anyMatch(p -> p.entrySet().containsAll(wanted.entrySet()));
    }

    /**
     * Whether one of its images fails, alone or together with another one; or met two outages: where all is well just
     * while production's images are tested in between, nobody can tell.
     */
    boolean mayBeBlamed(Change change) {
        return change.images().values().stream()
                .map(PinnedImage::digest)
                .anyMatch(d -> bad.contains(d)
                        || conflicts.stream().anyMatch(pair -> pair.contains(d))
                        || unlucky.getOrDefault(d, Set.of()).size() > 1);
    }

    /** Something of the world breaks or heals. */
    void troubleOrRelief() {
        switch (random.nextInt(7)) {
            case 0, 1 -> breakOrHeal();
            case 2 -> refusals = random.nextInt(3);
            case 3 -> keepOutOrLetIn();
            case 4 -> {
                int hours = random.nextInt(60) - 20;
                told.accept("the clock jumps by " + hours + " h");
                fakes.clock.advance(Duration.ofHours(hours));
            }
            case 5 -> pushToProduction();
            default -> changeCatalog();
        }
    }

    private void breakOrHeal() {
        if (!broken.isEmpty()) {
            told.accept("heals: " + broken);
            broken.clear();
        } else {
            String place = places().get(random.nextInt(2)).name();
            outages++;
            broken.add(random.nextBoolean() ? place : nodes(place));
            told.accept("breaks: " + broken);
        }
    }

    private void keepOutOrLetIn() {
        if (keptOut.isPresent()) {
            letIn();
        } else if (!built.isEmpty()) {
            Digest digest = built.get(random.nextInt(built.size()));
            Environment place = places().get(random.nextInt(ENVIRONMENTS));
            told.accept("kept out of " + place.name() + ": " + digest);
            cluster(place).keepsOut(digest, "unauthorized");
            keptOut = Optional.of(digest);
        }
    }

    private void letIn() {
        keptOut.ifPresent(digest -> places().forEach(place -> cluster(place).letsIn(digest)));
        keptOut = Optional.empty();
    }

    /** Past the train, by somebody. */
    private void pushToProduction() {
        String service = service();
        String next = "" + ++version;
        told.accept("pushed to production: " + service + " " + next);
        fakes.build(service, next);
        fakes.production.push("prod/" + service, "production", service + " " + next);
    }

    private void changeCatalog() {
        SortedMap<String, Service> all = new TreeMap<>(fakes.catalog.services());
        if (random.nextBoolean()) {
            all.remove(service());
        }
        told.accept("the catalog has " + all.keySet());
        catalogs.newest = new Catalog(all);
    }

    /** Nothing is broken any more. */
    void heal() {
        broken.clear();
        letIn();
        refusals = 0;
    }

    /** What the train recorded. */
    Stream<Event> events() {
        return fakes.store.events("train/shop", 0, 100_000).stream().map(Store.RecordedEvent::event);
    }

    @Override
    public void close() {
        fakes.close();
    }
}
