package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.fakes.WildWorld;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A shop of a train in a wild world; its catalog changes. It knows what passed. */
final class WildShop implements AutoCloseable {
    static final int SERVICES = 5;
    static final int ENVIRONMENTS = 3;

    final FakeShop fakes = new FakeShop(SERVICES, Map.of(), MemoryStore.create());
    final ChangingCatalog catalogs = new ChangingCatalog(fakes.catalog);
    final WildWorld world;
    private final Random random;
    private final Consumer<String> told;
    private final Set<SortedMap<String, Digest>> passed = new HashSet<>();

    /** @param told hears what happens */
    WildShop(Random random, Consumer<String> told) {
        this.random = random;
        this.told = told;
        this.world = new WildWorld(fakes, ENVIRONMENTS, random, told, this::changeCatalog);
    }

    private List<Environment> places() {
        return fakes.environments(ENVIRONMENTS);
    }

    /** The test suite, where nothing but the shop decides its end. */
    Verdict test(String environment) {
        Environment place = places().stream()
                .filter(p -> p.name().equals(environment))
                .findFirst()
                .orElseThrow();
        SortedMap<String, Digest> installed = fakes.installed(place);
        installed.keySet().retainAll(catalogs.taken().services().keySet());
        boolean outage = world.isBroken(environment);
        if (outage) {
            world.meetOutage(installed.values());
        }
        boolean fails = outage || world.fails(installed.values()) || world.flakes(installed.values());
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

    /** Whether one of its images fails, alone or together with another one; or met two outages. */
    boolean mayBeBlamed(Change change) {
        return change.images().values().stream()
                .map(PinnedImage::digest)
                .anyMatch(d -> world.isBad(d) || world.conflicting(d).findAny().isPresent() || world.metOutages(d));
    }

    private void changeCatalog() {
        SortedMap<String, Service> all = new TreeMap<>(fakes.catalog.services());
        if (random.nextBoolean()) {
            all.remove(world.service());
        }
        told.accept("the catalog has " + all.keySet());
        catalogs.newest = new Catalog(all);
    }

    /** What the train recorded. */
    Stream<Event> events() {
        return fakes.store.events("train/shop", 0, 100_000).stream().map(Store.RecordedEvent::event);
    }

    /** When the first tags moved of each promotion that has not ended. */
    Stream<Instant> promotionsUnderWay() {
        return fakes.store.streams("promotion/").stream()
                .map(stream -> fakes.store.events(stream, 0, 1_000))
                .filter(events -> events.stream()
                        .noneMatch(e -> e.event() instanceof Event.PromotionCompleted
                                || e.event() instanceof Event.PromotionUndone))
                .flatMap(events -> events.stream()
                        .filter(e -> e.event() instanceof Event.TagsMoving)
                        .map(Store.RecordedEvent::at)
                        .limit(1));
    }

    /** Whether the newest release is a rollback. */
    boolean isRollbackUnderWay() {
        return events().filter(Event.ReleaseMade.class::isInstance)
                .map(Event.ReleaseMade.class::cast)
                .reduce((one, later) -> later)
                .filter(made -> !made.rollbackOf().isEmpty())
                .isPresent();
    }

    @Override
    public void close() {
        fakes.close();
    }
}
