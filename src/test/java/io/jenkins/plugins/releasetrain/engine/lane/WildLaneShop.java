package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeCluster;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MemoryStore;
import io.jenkins.plugins.releasetrain.engine.fakes.WildWorld;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A shop of lanes in a wild world. Its catalog changes: services leave, move to other repositories and call others. It knows
 * what was tested with what, and what was appended, by all processes, in order.
 */
final class WildLaneShop implements AutoCloseable {
    private static final int SERVICES = 6;
    private static final String PRODUCTION = "production";
    private static final Map<String, Set<String>> CALLS =
            Map.of("s0", Set.of("s1"), "s1", Set.of("s2"), "s3", Set.of("s4"));

    final FakeShop fakes = new FakeShop(SERVICES, CALLS, MemoryStore.create());
    final WildWorld world;
    final List<Event> happened = new ArrayList<>();
    private final int environments;
    private final Random random;
    private final Consumer<String> told;
    /** What was installed where tests passed. */
    private final List<SortedMap<String, Digest>> passed = new ArrayList<>();

    private final Map<String, SortedMap<String, Digest>> begun = new HashMap<>();
    /** Of the newest attempt of a lane that is tested. */
    private final Map<String, String> lastTenant = new HashMap<>();

    private final Set<Digest> inProduction = new HashSet<>();
    /** By release that was made, what counted then for each of its services. */
    final Map<String, Map<String, Set<String>>> countingAt = new HashMap<>();

    /** Promises that were broken, seen at the moment. */
    final List<String> breaches = new ArrayList<>();

    final Map<String, Event.LaneQueued> queued = new HashMap<>();
    /** What environments hold for another reason than a lane: people, or a baseline that production ran just then. */
    private final Set<Digest> byOthers = new HashSet<>();

    Catalog newest;
    /** What each environment goes by. */
    final Map<String, Catalog> taken = new HashMap<>();

    /** @param told hears what happens */
    WildLaneShop(Random random, Consumer<String> told) {
        this.random = random;
        this.told = told;
        this.environments = 1 + random.nextInt(2);
        this.world = new WildWorld(fakes, environments, random, told, this::changeCatalog);
        this.newest = whole();
        places().forEach(place -> taken.put(place.name(), newest));
        newest.services().keySet().forEach(s -> inProduction.add(FakeShop.digest(s, "1")));
    }

    /** s4 and s5 are one group. */
    private Catalog whole() {
        SortedMap<String, Service> all = new TreeMap<>(fakes.catalog.services());
        for (String name : List.of("s4", "s5")) {
            all.put(name, with(all.get(name), all.get(name).productionRepository(), "pair", Set.of()));
        }
        return new Catalog(all);
    }

    private static Service with(Service s, String repository, String group, Set<String> calls) {
        return new Service(
                s.name(), s.devRepository(), repository, s.productionTag(), s.workload(), group, new TreeSet<>(calls));
    }

    List<Environment> places() {
        return world.places();
    }

    private void changeCatalog() {
        SortedMap<String, Service> all = new TreeMap<>(newest.services());
        String name = world.service();
        Service service = all.get(name);
        int what = random.nextInt(4);
        if (service == null || what == 0) {
            told.accept("the catalog is whole");
            newest = whole();
        } else if (what == 1) {
            told.accept("leaves the catalog: " + name);
            all.remove(name);
            newest = new Catalog(without(all, name));
        } else if (what == 2) {
            String repository = service.productionRepository().startsWith("prod/") ? "moved/" + name : "prod/" + name;
            told.accept("moves to " + repository);
            fakes.production.push(repository, PRODUCTION, world.word(inProduction(service)));
            all.put(name, with(service, repository, service.group(), service.dependsOn()));
            newest = new Catalog(all);
        } else {
            String other = world.service();
            Set<String> calls = all.containsKey(other) && !other.equals(name) ? Set.of(other) : Set.of();
            told.accept(name + " calls " + calls);
            all.put(name, with(service, service.productionRepository(), service.group(), calls));
            newest = new Catalog(all);
        }
    }

    private static SortedMap<String, Service> without(SortedMap<String, Service> all, String gone) {
        all.replaceAll((name, s) -> {
            SortedSet<String> calls = new TreeSet<>(s.dependsOn());
            calls.remove(gone);
            return with(s, s.productionRepository(), s.group(), calls);
        });
        return all;
    }

    Digest inProduction(Service service) {
        return fakes.production
                .resolve(service.productionRepository(), PRODUCTION)
                .orElseThrow()
                .digest();
    }

    /** One of the troubles of its environments, or of the world. */
    void troubleOrRelief() {
        Environment place = places().get(random.nextInt(environments));
        FakeCluster cluster = WildWorld.cluster(place);
        String service = world.service();
        switch (random.nextInt(12)) {
            case 0 -> {
                told.accept("falls over in " + place.name() + ": " + service);
                cluster.fallsOver(service, random.nextBoolean() ? Fault.ENVIRONMENT : Fault.UNKNOWN);
            }
            case 1 -> comeBack(cluster);
            case 2 -> meddle(place, service);
            default -> world.troubleOrRelief();
        }
    }

    /** Kubernetes goes on trying, whether anybody waits for it or not. */
    void podsFollow() {
        places().forEach(place -> fakes.catalog.services().keySet().forEach(WildWorld.cluster(place)::rollOut));
    }

    private void comeBack(FakeCluster cluster) {
        fakes.catalog.services().keySet().forEach(cluster::comesBack);
    }

    /** Somebody installs by hand what production runs, or any image of the service. */
    private void meddle(Environment place, String service) {
        Service s = fakes.catalog.service(service);
        Digest digest = world.any()
                .filter(d -> random.nextBoolean() && world.word(d).startsWith(service + " "))
                .orElseGet(() -> inProduction(s));
        told.accept("put into " + place.name() + " by hand: " + world.word(digest));
        byOthers.add(digest);
        WildWorld.cluster(place).meddle(service, ImageReference.of(fakes.dev.host(), s.devRepository(), digest));
        WildWorld.cluster(place).rollOut(service);
    }

    /** Tests begin: what is there is what they see. */
    void begin(LaneId lane, Environment place, LaneTask.Test task) {
        lastTenant.put(lane.id(), task.tenant());
        begun.computeIfAbsent(task.tenant(), t -> seen(place, task));
    }

    private SortedMap<String, Digest> seen(Environment place, LaneTask.Test task) {
        SortedMap<String, Digest> seen = there(place);
        if (!task.hosts().isEmpty()) {
            task.images()
                    .forEach(
                            (service, image) -> seen.put(service, image.digest().orElseThrow()));
        }
        return seen;
    }

    /** Whatever workloads ask for, it is their pods that answer. */
    private SortedMap<String, Digest> there(Environment place) {
        SortedMap<String, Digest> there = fakes.installed(place);
        there.putAll(WildWorld.cluster(place).running());
        return there;
    }

    /** A verdict is told with whoever's candidates were there at the beginning or the end, undecided (I4, I7). */
    void tested(Event.LaneTested event) {
        Event.LaneQueued lane = queued.get(event.lane());
        SortedMap<String, Digest> seen = begun.remove(lastTenant.getOrDefault(event.lane(), ""));
        if (seen == null || event.verdict() == Verdict.VOID) {
            return;
        }
        Set<String> counts = connected(lane.environment(), lane.candidates().keySet());
        Set<Digest> told = new HashSet<>();
        event.beside()
                .orElse(List.of())
                .forEach(other -> queued.get(other).candidates().values().forEach(image -> told.add(image.digest())));
        queued.values().stream()
                .filter(other ->
                        !other.lane().equals(lane.lane()) && other.environment().equals(lane.environment()))
                .forEach(other -> other.candidates().forEach((service, image) -> {
                    boolean there = image.digest().equals(seen.get(service)) && counts.contains(service);
                    if (there
                            && !told.contains(image.digest())
                            && !lane.candidates().containsKey(service)
                            && !event.drift().contains(service)
                            && !wasInProduction(image.digest())
                            && !byOthers.contains(image.digest())) {
                        breaches.add("I4: " + world.word(image.digest()) + " was beside it: " + event);
                    }
                }));
    }

    /** The test suite: looks at the candidates and what is connected with them, at the beginning and at the end. */
    Verdict test(Environment place, LaneTask.Test task) {
        Set<String> looks = connected(place.name(), task.images().keySet());
        SortedMap<String, Digest> first = new TreeMap<>(begun.getOrDefault(task.tenant(), seen(place, task)));
        SortedMap<String, Digest> last = seen(place, task);
        if (world.isBroken(place.name())) {
            if (!task.control()) {
                world.meetOutage(task.images().keySet().stream().map(first::get).toList());
            }
            return Verdict.FAILED;
        } else if (fails(first, looks) || fails(last, looks)) {
            return Verdict.FAILED;
        }
        first.entrySet().retainAll(last.entrySet());
        passed.add(first);
        return Verdict.PASSED;
    }

    private boolean fails(SortedMap<String, Digest> seen, Set<String> looks) {
        return world.fails(seen.entrySet().stream()
                .filter(e -> looks.contains(e.getKey()))
                .map(Map.Entry::getValue)
                .toList());
    }

    /** Where nothing is declared any more, since whoever called others left the catalog, nobody counts for anybody. */
    Set<String> connected(String environment, Set<String> services) {
        Connections connections = new Connections(taken.get(environment), LaneSettings.HOPS);
        return connections.isDeclared() ? connections.of(services) : services;
    }

    /** Whether tests passed in which both were there. */
    boolean passed(String service, Digest image, String other, Digest its) {
        return passed.stream().anyMatch(p -> image.equals(p.get(service)) && its.equals(p.get(other)));
    }

    /** Whether a lane of these fails, by itself or together with what was in production; or met two outages. */
    boolean mayBeBlamed(Collection<Digest> images) {
        return world.fails(images)
                || images.stream()
                        .anyMatch(image -> world.metOutages(image)
                                || world.conflicting(image).anyMatch(this::wasInProduction));
    }

    void made(Event.ReleaseMade release) {
        Map<String, Set<String>> counting = new HashMap<>();
        release.changed().keySet().forEach(s -> counting.put(s, connected(release.owner(), Set.of(s))));
        countingAt.put(release.id(), counting);
    }

    void brought(Event.BaselineInstalled baseline) {
        fakes.store
                .set(baseline.set())
                .ifPresent(set -> set.images().values().forEach(image -> byOthers.add(image.digest())));
    }

    void released(Digest image) {
        inProduction.add(image);
    }

    boolean wasInProduction(Digest image) {
        return inProduction.contains(image) || world.isPushed(image);
    }

    /** A lane elsewhere brought it, and did not get to say so yet. */
    private boolean isThere(PinnedImage image) {
        return fakes.production
                .resolve(image.repository(), PRODUCTION)
                .filter(there -> there.digest().equals(image.digest()))
                .isPresent();
    }

    /** An attempt of a lane is cleaned up: nothing of it is left that nobody released, whatever the catalog has by now. */
    void isOut(String lane) {
        Event.LaneQueued its = queued.get(lane);
        Environment place = places().stream()
                .filter(p -> p.name().equals(its.environment()))
                .findFirst()
                .orElseThrow();
        SortedMap<String, Digest> installed = there(place);
        its.candidates().forEach((service, image) -> {
            if (image.digest().equals(installed.get(service))
                    && !wasInProduction(image.digest())
                    && !isThere(image)
                    && !byOthers.contains(image.digest())
                    && !isAgainIn(its, image.digest())) {
                breaches.add("I3: no candidate is left in " + place.name() + ": " + world.word(image.digest()));
            }
        });
        for (Isolation isolation : Isolation.values()) {
            if (WildWorld.cluster(place).lanesBeside(isolation).contains(lane)) {
                breaches.add("I3: nothing of lane " + lane + " is left beside the baseline of " + place.name());
            }
        }
    }

    /** Whether another lane is there with the same image. */
    private boolean isAgainIn(Event.LaneQueued lane, Digest image) {
        return new Journal<>(fakes.store, "lane/" + lane.environment(), LaneState.TYPE, fakes.clock, e -> {})
                .state().lanes().stream()
                        .filter(l -> !l.id().equals(lane.lane()) && l.isVisible())
                        .flatMap(l -> l.candidates().values().stream())
                        .anyMatch(i -> i.digest().equals(image));
    }

    /** Nothing is broken any more. */
    void heal() {
        world.heal();
        Catalog before = newest;
        newest = whole();
        newest.services()
                .values()
                .forEach(s -> fakes.production.push(
                        s.productionRepository(),
                        PRODUCTION,
                        world.word(inProduction(before.services().getOrDefault(s.name(), s)))));
        places().forEach(place -> comeBack(WildWorld.cluster(place)));
        podsFollow();
        world.mend(newest.services().values().stream().map(this::inProduction).toList());
    }

    @Override
    public void close() {
        fakes.close();
    }
}
