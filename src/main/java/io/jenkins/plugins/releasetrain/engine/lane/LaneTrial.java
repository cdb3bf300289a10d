package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * One attempt of a lane, by replacement: enter the environment, take the place of what production runs, prove that it
 * runs, compare the surroundings before and after, leave nothing behind.
 */
final class LaneTrial {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private final Catalog catalog;
    private final Registries registries;
    private final Environment environment;
    private final Ports ports;
    private final Installer installer;

    LaneTrial(Catalog catalog, Registries registries, Environment environment, Ports ports) {
        this.catalog = catalog;
        this.registries = registries;
        this.environment = environment;
        this.ports = ports;
        this.installer = new Installer(environment);
    }

    Optional<LaneTask> enter(Journal<LaneState> journal, LaneId id, Lane lane) throws InterruptedException {
        List<EnvironmentLock.Entry> entries = environment.lock().entries();
        if (entries.stream().anyMatch(e -> e.id().equals(refreshId(id)))) {
            return refreshBaseline(id);
        }
        Set<String> services = lane.candidates().keySet();
        Answer answer = request(id.id(), lane.alone() ? Mode.EXCLUSIVE : Mode.SHARED, services, id);
        if (!(answer instanceof Answer.Granted granted)) {
            return Optional.of(waiting((Answer.Waiting) answer));
        }
        if (granted.takenOver()) {
            fenceUnclaimed(id, granted.token());
        }
        ImageSet held = held();
        ImageSet production = registries.productionSet(catalog);
        SortedSet<String> neighbours = othersClaims(id);
        if (outdated(production, held, neighbours, services)) {
            environment.lock().release(id.id());
            return refreshBaseline(id);
        }
        ports.store().saveSet(held, Optional.empty());
        SortedMap<String, Digest> replaced = new TreeMap<>();
        services.forEach(name -> digest(production, name).ifPresent(digest -> replaced.put(name, digest)));
        Event started =
                new Event.LaneStarted(id.id(), replaced, held.digest(), List.copyOf(neighbours), granted.token());
        journal.update(
                s -> s.lane(id.id()).filter(l -> l.started().isEmpty()).isPresent() ? List.of(started) : List.of());
        return Optional.empty();
    }

    /** Brings what production runs into the environment: under the exclusive lock, so with no candidate in it. */
    private Optional<LaneTask> refreshBaseline(LaneId id) throws InterruptedException {
        Answer answer = request(refreshId(id), Mode.EXCLUSIVE, Set.of(), id);
        if (!(answer instanceof Answer.Granted granted)) {
            return Optional.of(waiting((Answer.Waiting) answer));
        }
        if (granted.takenOver()) {
            // Outside of what releases: if this fails, the lease must run out, so that the next one is told too.
            environment.cluster().fence(catalog.services().values(), granted.token());
        }
        try {
            Installer.Installation result =
                    installer.install(released(registries.productionSet(catalog)), granted.token());
            if (result.problem().isPresent()) {
                throw new EngineException(
                        FailureKind.CANNOT_START,
                        "Environment '" + environment.name() + "' cannot hold what production runs: "
                                + result.problem().get());
            }
        } finally {
            environment.lock().release(refreshId(id));
        }
        return Optional.empty();
    }

    private static String refreshId(LaneId id) {
        return id.id() + "/baseline";
    }

    void install(Journal<LaneState> journal, LaneId id, Lane lane) throws InterruptedException {
        Event.LaneStarted started = lane.started().orElseThrow();
        long begin = ports.clock().millis();
        Event event;
        try {
            environment.lock().renew(id.id(), started.fence(), environment.lease());
            Installer.Installation result = installer.install(candidates(lane), started.fence());
            long took = ports.clock().millis() - begin;
            event = result.problem().isEmpty()
                    ? new Event.LaneInstalled(
                            id.id(), keepHeld(lane).digest(), List.copyOf(othersClaims(id)), result.patched(), took)
                    : tested(
                            id,
                            lane,
                            result.imageToBlame() ? Verdict.FAILED : Verdict.VOID,
                            result.problem().get(),
                            begin);
        } catch (EngineException e) {
            event = new Event.LaneTested(
                    id.id(),
                    Verdict.VOID,
                    "could not be installed: " + e.getMessage(),
                    started.baseline(),
                    List.of(),
                    0);
        }
        append(journal, id, lane, event);
    }

    LaneTask order(LaneId id, Lane lane) {
        SortedMap<String, ImageReference> images = new TreeMap<>();
        candidates(lane).forEach((service, image) -> images.put(service.name(), image));
        return new LaneTask.Test(
                environment.name(), environment.namespace(), environment.baseUrl(), images, tenant(id, lane));
    }

    /** Of the newest attempt. */
    static String tenant(LaneId id, Lane lane) {
        return id.id() + "-" + lane.attempts();
    }

    /** A verdict counts only if the place was held to the end and the candidates are still what runs there. */
    void report(Journal<LaneState> journal, LaneId id, Lane lane, Verdict verdict, String reason) {
        Event.LaneStarted started = lane.started().orElseThrow();
        Event event;
        try {
            environment.lock().renew(id.id(), started.fence(), environment.lease());
            List<String> strangers = installer.notRunning(candidates(lane));
            event = strangers.isEmpty()
                    ? tested(id, lane, verdict, reason, ports.clock().millis())
                    : tested(id, lane, Verdict.VOID, "the candidate did not run to the end: " + strangers, 0);
        } catch (EngineException e) {
            event = new Event.LaneTested(
                    id.id(),
                    Verdict.VOID,
                    "the verdict cannot be trusted: " + e.getMessage(),
                    started.baseline(),
                    List.of(),
                    0);
        }
        append(journal, id, lane, event);
    }

    private Event tested(LaneId id, Lane lane, Verdict verdict, String reason, long begin) {
        ImageSet end = keepHeld(lane);
        return new Event.LaneTested(
                id.id(),
                verdict,
                reason,
                end.digest(),
                drift(lane, end),
                ports.clock().millis() - begin);
    }

    private ImageSet keepHeld(Lane lane) {
        ImageSet held = held();
        ports.store().saveSet(held, Optional.of(lane.baseline()));
        return held;
    }

    /** What counts for the verdict and is not what it was when the tests began (I7). */
    private List<String> drift(Lane lane, ImageSet now) {
        Digest begin = lane.installed().map(Event.LaneInstalled::baseline).orElse(lane.baseline());
        ImageSet start = ports.store().set(begin).orElseThrow();
        return others(lane).stream()
                .filter(name -> !digest(now, name).equals(digest(start, name)))
                .toList();
    }

    /**
     * The drift that was seen at the end of the tests, or what drifted since.
     *
     * @param held what the environment holds now
     */
    List<String> driftUntilNow(Lane lane, Event.LaneTested tested, ImageSet held) {
        return tested.drift().isEmpty() ? drift(lane, held) : tested.drift();
    }

    /**
     * Services that count and hold a candidate that is neither released nor passed. A verdict beside it is good only if
     * it is released too; if it is ejected, that is drift.
     *
     * @param held what the environment holds now
     * @param passed whether the lane (second) that claims a service (first) has passed
     */
    List<String> undecidedNeighbours(Lane lane, ImageSet held, BiPredicate<String, String> passed) {
        SortedSet<String> counting = others(lane);
        ImageSet production =
                registries.productionSet(counting.stream().map(catalog::service).toList());
        List<String> undecided = new ArrayList<>();
        for (EnvironmentLock.Entry entry : environment.lock().entries()) {
            for (String service : entry.claims()) {
                if (entry.held()
                        && counting.contains(service)
                        && !digest(held, service).equals(digest(production, service))
                        && !passed.test(service, entry.id())) {
                    undecided.add(service);
                }
            }
        }
        return undecided;
    }

    /** Other lanes' candidates that were there when the tests began and are connected to this lane's services. */
    List<String> neighboursThatCount(Lane lane) {
        SortedSet<String> counting = others(lane);
        List<String> neighbours = lane.installed()
                .map(Event.LaneInstalled::neighbours)
                .orElseGet(() -> lane.started().orElseThrow().neighbours());
        return neighbours.stream().filter(counting::contains).toList();
    }

    private SortedSet<String> others(Lane lane) {
        SortedSet<String> names = catalog.connected(lane.candidates().keySet());
        names.removeAll(lane.candidates().keySet());
        return names;
    }

    /** Puts back what the candidates replaced and gives the lock back. */
    void leave(LaneId id, Lane lane) throws InterruptedException {
        if (lane.started().isPresent()) {
            try {
                installer.install(before(lane), lane.started().get().fence());
            } catch (EngineException e) {
                if (e.kind() != FailureKind.LOCK_LOST) {
                    throw e;
                }
                // Whoever holds the environment by now brings the baseline himself.
            }
        }
        environment.lock().release(id.id());
    }

    private Map<Service, ImageReference> before(Lane lane) {
        Event.LaneStarted started = lane.started().orElseThrow();
        ImageSet held = ports.store().set(started.baseline()).orElseThrow();
        Map<Service, ImageReference> images = new HashMap<>();
        for (String name : lane.candidates().keySet()) {
            Service service = catalog.service(name);
            Digest released = started.replaced().get(name);
            PinnedImage image = held.images().get(name);
            if (released != null) {
                images.put(service, registries.released(service, pinned(service, released)));
            } else if (image != null) {
                images.put(service, registries.candidate(service, image));
            }
        }
        return images;
    }

    /** What production ran in the places of the candidates; its digests are what a promotion swaps against. */
    ImageSet replaced(Lane lane) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        lane.started()
                .orElseThrow()
                .replaced()
                .forEach((name, digest) -> images.put(name, pinned(catalog.service(name), digest)));
        return ImageSet.of(images);
    }

    private Map<Service, ImageReference> candidates(Lane lane) {
        Map<Service, ImageReference> images = new HashMap<>();
        lane.candidates()
                .forEach((name, image) ->
                        images.put(catalog.service(name), registries.candidate(catalog.service(name), image)));
        return images;
    }

    private Map<Service, ImageReference> released(ImageSet production) {
        Map<Service, ImageReference> images = new HashMap<>();
        production
                .images()
                .forEach((name, image) ->
                        images.put(catalog.service(name), registries.released(catalog.service(name), image)));
        return images;
    }

    /** The set that the environment's workloads ask for now, candidates included. */
    ImageSet held() {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        installer
                .installed(catalog.services().values())
                .forEach((name, digest) -> images.put(name, pinned(catalog.service(name), digest)));
        return ImageSet.of(images);
    }

    private static PinnedImage pinned(Service service, Digest digest) {
        return new PinnedImage(service.productionRepository(), digest, "");
    }

    /** Whether something that is nobody's candidate is not what production runs. */
    private static boolean outdated(
            ImageSet production, ImageSet held, Collection<String> claimed, Collection<String> own) {
        return production.changedSince(held).keySet().stream()
                .anyMatch(name -> !claimed.contains(name) && !own.contains(name));
    }

    private SortedSet<String> othersClaims(LaneId id) {
        SortedSet<String> claims = new TreeSet<>();
        environment.lock().entries().stream()
                .filter(e -> e.held() && !e.id().equals(id.id()))
                .forEach(e -> claims.addAll(e.claims()));
        return claims;
    }

    /** Stamps what no living lane has claimed: their tokens are lower than ours, and rightly so. */
    private void fenceUnclaimed(LaneId id, long token) {
        SortedSet<String> claimed = othersClaims(id);
        environment
                .cluster()
                .fence(
                        catalog.services().values().stream()
                                .filter(s -> !claimed.contains(s.name()))
                                .toList(),
                        token);
    }

    private Answer request(String lockId, Mode mode, Set<String> claims, LaneId id) {
        String owner = "lane " + id.group() + " in " + environment.name();
        return environment
                .lock()
                .request(new EnvironmentLock.Request(lockId, owner, mode, claims, environment.lease()));
    }

    private LaneTask waiting(Answer.Waiting waiting) {
        return new LaneTask.Wait(
                "environment '" + environment.name() + "': position " + waiting.position() + ", held by "
                        + String.join(", ", waiting.waitsFor()),
                ASK_AGAIN);
    }

    private static Optional<Digest> digest(ImageSet set, String name) {
        return Optional.ofNullable(set.images().get(name)).map(PinnedImage::digest);
    }

    private static void append(Journal<LaneState> journal, LaneId id, Lane lane, Event event) {
        journal.update(s -> s.lane(id.id())
                        .filter(l ->
                                l.attempts() == lane.attempts() && l.tested().isEmpty())
                        .isPresent()
                ? List.of(event)
                : List.of());
    }
}
