package io.jenkins.plugins.releasetrain.engine.lane;

import static io.jenkins.plugins.releasetrain.engine.lane.Surroundings.digest;

import io.jenkins.plugins.releasetrain.engine.cluster.Refusal;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One attempt of a lane that came in: put the candidates in, prove that they run, and compare the surroundings before and
 * after.
 */
final class LaneTrial {
    /** Another attempt would fail as well, unless somebody repairs something. */
    private static final Set<FailureKind> HOPELESS =
            EnumSet.of(FailureKind.INVALID_INPUT, FailureKind.NOT_FOUND, FailureKind.FORBIDDEN);

    private final Catalog catalog;
    private final Registries registries;
    private final Environment environment;
    private final Ports ports;
    private final Isolation isolation;
    private final Candidates candidates;
    private final Installer installer;
    private final Surroundings surroundings;
    private final Journal<LaneState> journal;
    private final LanePolicy policy;

    LaneTrial(
            Candidates candidates,
            Isolation isolation,
            Environment environment,
            Ports ports,
            Journal<LaneState> journal,
            LanePolicy policy) {
        this.catalog = candidates.catalog();
        this.registries = candidates.registries();
        this.candidates = candidates;
        this.isolation = isolation;
        this.environment = environment;
        this.ports = ports;
        this.journal = journal;
        this.policy = policy;
        this.installer = new Installer(environment);
        this.surroundings = new Surroundings(catalog, environment, installer);
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** @param fresh services of which nothing older than this call will do */
    ImageSet production(Collection<String> fresh) {
        return ports.promoter().production().of(registries, catalog.services().values(), fresh);
    }

    Placement configured() {
        return placement(isolation);
    }

    Placement placement(Isolation how) {
        return how.beside()
                ? new SideBySide(how, candidates, environment, installer)
                : new InPlace(candidates, installer, ports.store());
    }

    private Placement placement(Lane lane) {
        return placement(lane.isolation());
    }

    /** @throws EngineException to be called again, soon or after a repair; or another attempt would not help either */
    void install(Lane lane) throws InterruptedException {
        long begin = ports.clock().millis();
        List<Event> events;
        try {
            environment.lock().renew(lane.id(), lane.started().fence(), environment.lease());
            Installation result =
                    lane.isControl() ? Installation.NOTHING : placement(lane).install(lane);
            long took = ports.clock().millis() - begin;
            events = result.problem().isEmpty()
                    ? installed(lane, result, took)
                    : List.of(notInstalled(lane, result.problem().get(), took));
        } catch (EngineException e) {
            if (HOPELESS.contains(e.kind()) || e.kind().mayPass()) {
                throw e;
            }
            events = List.of(nothing(lane, "could not be installed: " + e.getMessage()));
        }
        append(lane, events);
    }

    /** What a registry removed cannot start, and that is nothing against it (I4). */
    private Event notInstalled(Lane lane, Installer.Problem problem, long took) {
        Optional<String> missing = candidates.missing(lane);
        Fault fault = missing.isPresent() ? Fault.UNKNOWN : problem.fault();
        return new Event.LaneTested(
                lane.id(),
                fault == Fault.IMAGE ? Verdict.FAILED : Verdict.VOID,
                missing.orElse(problem.text()),
                lane.baseline(),
                List.of(),
                took,
                Optional.empty(),
                Optional.of(fault));
    }

    /** Its pods may have gone to a node that finds nothing to pull any more. */
    private Judged judge(Lane lane, Judged tests) {
        Judged judged = lane.isControl() ? tests : placement(lane).judge(lane, tests);
        return judged.verdict() == Verdict.FAILED && !judged.equals(tests)
                ? candidates
                        .missing(lane)
                        .map(why -> new Judged(Verdict.VOID, why))
                        .orElse(judged)
                : judged;
    }

    private List<Event> installed(Lane lane, Installation result, long took) {
        ImageSet held = keepHeld(lane);
        SortedSet<String> claimed = claimed(lane);
        Event event = new Event.LaneInstalled(lane.id(), held.digest(), List.copyOf(claimed), result.patched(), took);
        SortedSet<String> others = policy.counting(lane);
        others.removeAll(claimed);
        List<String> trouble = new ArrayList<>(result.notes());
        trouble.addAll(trouble(lane, others, held));
        return trouble.isEmpty()
                ? List.of(event)
                : List.of(event, new Event.TroubleElsewhere(lane.tenant(), environment.name(), trouble));
    }

    /** Services in whose places other lanes' candidates are. */
    private SortedSet<String> claimed(Lane lane) {
        return journal.state().lanes().stream()
                .filter(l -> l.isVisible() && !l.id().equals(lane.id()))
                .flatMap(l -> l.candidates().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What is not as it should be where a lane changes nothing; telling it decides nothing (I11). */
    private List<String> trouble(Lane lane, Collection<String> services, ImageSet wanted) {
        List<String> others =
                services.stream().filter(n -> !lane.candidates().containsKey(n)).toList();
        try {
            return installer.trouble(released(wanted, others));
        } catch (EngineException e) {
            return List.of();
        }
    }

    /** Services among these of which other images run than production's, or are to; its pods may lag behind its workload (I7). */
    Set<String> behind(ImageSet production, Collection<String> services) {
        return installer.others(released(production, services));
    }

    private Map<Service, ImageReference> released(ImageSet set, Collection<String> services) {
        Map<Service, ImageReference> images = new HashMap<>();
        services.stream()
                .filter(name ->
                        set.images().containsKey(name) && catalog.services().containsKey(name))
                .map(catalog::service)
                .forEach(service -> images.put(
                        service, registries.released(service, set.images().get(service.name()))));
        return images;
    }

    /** Brings what production runs of these services. */
    Installation bring(ImageSet set, Collection<String> services, String holder, long token)
            throws InterruptedException {
        try {
            return installer.install(new Subject(released(set, services), Set.of(), holder, token));
        } catch (Refusal e) {
            return Installation.refused(e);
        }
    }

    /** @throws EngineException INVALID_INPUT where a candidate's workload could not show it, before anything is changed */
    void checkProvable(Collection<String> services) {
        if (!isolation.beside()) {
            Map<String, String> not =
                    installer.unprovable(services.stream().map(catalog::service).toList());
            if (!not.isEmpty()) {
                throw EngineException.invalid("Environment '" + environment.name()
                        + "' cannot prove that a candidate runs: " + String.join("; ", not.values()));
            }
        }
    }

    SortedMap<String, ImageReference> formerByTag(Lane lane, Collection<Service> services) {
        Map<Service, ImageReference> images = new HashMap<>();
        services.forEach(service -> images.put(
                service, registries.candidate(service, lane.candidates().get(service.name()))));
        return surroundings.byTag(images);
    }

    /** What an attempt comes to that could not be brought in as its image is gone. */
    Next unlessMissing(Lane lane, Next next) {
        boolean installed = ((Phase.Leaving) lane.phase()).installed();
        return installed
                ? next
                : candidates
                        .missing(lane)
                        .<Next>map(why -> new Next.End(Outcome.UNDECIDED, "could not be brought in: " + why, ""))
                        .orElse(next);
    }

    LaneTask order(Lane lane) {
        SortedMap<String, ImageReference> images = new TreeMap<>();
        candidates.tested(lane).forEach((service, image) -> images.put(service.name(), image));
        return new LaneTask.Test(
                environment.name(),
                environment.namespace(),
                environment.baseUrl(),
                images,
                lane.isControl() ? new TreeMap<>() : placement(lane).hosts(lane),
                lane.tenant(),
                lane.isControl());
    }

    /**
     * A verdict counts only if the place was held to the end and nothing else ran in it.
     *
     * @throws EngineException retryable: the verdict is to be reported again
     */
    void report(Lane lane, Lanes.Reported reported) {
        Event event;
        try {
            environment.lock().renew(lane.id(), lane.started().fence(), environment.lease());
            Judged tests = new Judged(reported.verdict(), reported.reason());
            Judged judged = judge(lane, tests);
            event = tested(lane, judged.verdict(), judged.reason());
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                throw e;
            }
            event = nothing(lane, "the verdict cannot be trusted: " + e.getMessage());
        }
        List<Event> events = new ArrayList<>(List.of(event));
        reported.tests()
                .ifPresent(r -> events.add(new Event.TestsRecorded(lane.id() + "#" + lane.attempts(), lane.id(), r)));
        append(lane, events);
        if (event instanceof Event.LaneTested tested) {
            verified(lane, tested);
        }
    }

    /** What changed under the tests was not tested with anybody for sure. */
    private void verified(Lane lane, Event.LaneTested tested) {
        if (tested.verdict() != Verdict.PASSED || lane.isControl() || ports.gate() == ContractGate.NONE) {
            return;
        }
        try {
            Map<String, PinnedImage> there = new TreeMap<>(
                    ports.store().set(tested.baseline()).orElse(ImageSet.EMPTY).images());
            there.keySet().removeAll(tested.drift());
            Map<String, Digest> own = new TreeMap<>();
            lane.candidates().forEach((service, image) -> own.put(service, image.digest()));
            ports.gate().passed(own, ImageSet.of(there), lane.id());
        } catch (EngineException e) {
            // The verdict is there; that it cannot be told now who was tested with whom takes nothing from it.
        }
    }

    private static Event nothing(Lane lane, String reason) {
        return new Event.LaneTested(lane.id(), Verdict.VOID, reason, lane.baseline(), List.of(), 0);
    }

    private Event tested(Lane lane, Verdict verdict, String reason) {
        ImageSet end = keepHeld(lane);
        List<String> changed = changed(lane, policy.recorded(lane), end);
        return policy.tested(
                lane,
                verdict,
                withWhoever(lane, changed, reason),
                end.digest(),
                changed,
                ports.clock().instant());
    }

    /** With who changed what no lane did, as far as the environment knows. */
    private String withWhoever(Lane lane, List<String> changed, String reason) {
        Set<String> strange = new TreeSet<>(changed);
        strange.removeAll(claimed(lane));
        List<String> who =
                trouble(lane, strange, ports.store().set(lane.baseline()).orElse(ImageSet.EMPTY));
        return who.isEmpty()
                ? reason
                : String.join(
                        "; ",
                        Stream.concat(Stream.of(reason).filter(r -> !r.isEmpty()), who.stream())
                                .toList());
    }

    private ImageSet keepHeld(Lane lane) {
        ImageSet held = surroundings.held();
        save(held, Optional.of(lane.baseline()));
        return held;
    }

    void save(ImageSet set, Optional<Digest> parent) {
        ports.store().saveSet(set, parent);
    }

    /** What is not what it was when the tests began (I7). */
    private List<String> changed(Lane lane, SortedSet<String> services, ImageSet now) {
        ImageSet start = ports.store().set(lane.baseline()).orElseThrow();
        return services.stream()
                .filter(name -> !lane.candidates().containsKey(name))
                .filter(name -> !digest(now, name).equals(digest(start, name)))
                .toList();
    }

    /**
     * Services that count and that production does not run as they were when the lane was tested.
     *
     * @param together services that are about to be promoted with it
     * @param production of which what counts is fresh
     */
    SortedSet<String> movedSince(Lane lane, Event.LaneTested tested, Collection<String> together, ImageSet production) {
        SortedSet<String> counting = policy.counting(lane);
        counting.removeAll(together);
        ImageSet before = ports.store().set(tested.baseline()).orElseThrow();
        SortedSet<String> moved = moved(before, production, counting);
        List<String> unknown =
                moved.stream().filter(name -> digest(before, name).isEmpty()).toList();
        if (!unknown.isEmpty()) {
            // What has no workload here would be as absent from another test (I14).
            Set<String> there = surroundings.there(unknown);
            moved.removeIf(name -> unknown.contains(name) && !there.contains(name));
        }
        return moved;
    }

    /** Services among these that production runs otherwise than the set has them, or that the set lacks: nobody saw those. */
    static SortedSet<String> moved(ImageSet before, ImageSet now, SortedSet<String> services) {
        SortedSet<String> moved = new TreeSet<>(services);
        moved.removeIf(name -> digest(now, name).isEmpty() || digest(now, name).equals(digest(before, name)));
        return moved;
    }

    private void append(Lane lane, List<Event> events) {
        journal.update(s -> s.lane(lane.id())
                        .filter(l -> l.attempts() == lane.attempts()
                                && l.phase().getClass().equals(lane.phase().getClass()))
                        .isPresent()
                ? Outage.healing(s, lane, events)
                : List.of());
    }
}
