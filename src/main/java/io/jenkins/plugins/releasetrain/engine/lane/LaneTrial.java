package io.jenkins.plugins.releasetrain.engine.lane;

import static io.jenkins.plugins.releasetrain.engine.lane.Surroundings.digest;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * One attempt of a lane that came in: put the candidates in, prove that they run, compare the surroundings before and after,
 * leave nothing behind.
 */
final class LaneTrial {
    /** Another attempt would fail as well, unless somebody repairs something. */
    private static final Set<FailureKind> HOPELESS =
            EnumSet.of(FailureKind.INVALID_INPUT, FailureKind.NOT_FOUND, FailureKind.FORBIDDEN);

    private final Catalog catalog;
    private final Registries registries;
    private final Environment environment;
    private final Ports ports;
    private final Isolation configured;
    private final Candidates candidates;
    private final Installer installer;
    private final Surroundings surroundings;

    LaneTrial(Candidates candidates, Isolation configured, Environment environment, Ports ports) {
        this.catalog = candidates.catalog();
        this.registries = candidates.registries();
        this.candidates = candidates;
        this.configured = configured;
        this.environment = environment;
        this.ports = ports;
        this.installer = new Installer(environment);
        this.surroundings = new Surroundings(catalog, environment, installer);
    }

    Surroundings surroundings() {
        return surroundings;
    }

    LaneEntry entry() {
        return new LaneEntry(surroundings, registries, ports.store(), placement(configured));
    }

    private Placement placement(Isolation isolation) {
        return isolation.beside()
                ? new SideBySide(isolation, candidates, environment, installer)
                : new InPlace(candidates, installer, ports.store());
    }

    private Placement placement(Lane lane) {
        return placement(lane.isolation());
    }

    void install(Journal<LaneState> journal, LaneId id, Lane lane) throws InterruptedException {
        Event.LaneStarted started = lane.started().orElseThrow();
        long begin = ports.clock().millis();
        Event event;
        try {
            environment.lock().renew(id.id(), started.fence(), environment.lease());
            Installer.Installation result = placement(lane).install(id, lane);
            long took = ports.clock().millis() - begin;
            event = result.problem().isEmpty()
                    ? new Event.LaneInstalled(
                            id.id(),
                            keepHeld(lane).digest(),
                            List.copyOf(surroundings.othersClaims(id)),
                            result.patched(),
                            took)
                    : tested(
                            id,
                            lane,
                            result.problem().get().fault() == Fault.IMAGE ? Verdict.FAILED : Verdict.VOID,
                            result.problem().get().text(),
                            begin);
        } catch (EngineException e) {
            if (HOPELESS.contains(e.kind())) {
                throw e;
            }
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
        candidates.tested(lane).forEach((service, image) -> images.put(service.name(), image));
        return new LaneTask.Test(
                environment.name(),
                environment.namespace(),
                environment.baseUrl(),
                images,
                placement(lane).hosts(id, lane),
                lane.tenant());
    }

    /** A verdict counts only if the place was held to the end and the candidates are still what runs there. */
    void report(Journal<LaneState> journal, LaneId id, Lane lane, Verdict verdict, String reason) {
        Event.LaneStarted started = lane.started().orElseThrow();
        Event event;
        try {
            environment.lock().renew(id.id(), started.fence(), environment.lease());
            Installer.Judged judged = placement(lane).judge(id, lane, new Installer.Judged(verdict, reason));
            event = tested(
                    id, lane, judged.verdict(), judged.reason(), ports.clock().millis());
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
        ImageSet held = surroundings.held();
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

    /** Takes the candidates out and gives the lock back. */
    void leave(LaneId id, Lane lane) throws InterruptedException {
        if (lane.started().isPresent()) {
            placement(lane).remove(id, lane);
        }
        environment.lock().release(id.id());
    }

    /** After the promotion; tells why the environment does not run what was promoted, if so. */
    Optional<String> keep(LaneId id, Lane lane) throws InterruptedException {
        return placement(lane).keep(id, lane);
    }

    /** Removes what lanes that are over left behind. */
    void sweep() {
        placement(configured).sweep();
    }

    /** What production ran in the places of the candidates; its digests are what a promotion swaps against. */
    ImageSet replaced(Lane lane) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        lane.started()
                .orElseThrow()
                .replaced()
                .forEach((name, digest) -> images.put(name, Candidates.pinned(catalog.service(name), digest)));
        return ImageSet.of(images);
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
