package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** How a lane comes into its environment: with a place in the lock, and onto what production runs. */
final class LaneEntry {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);
    private static final Duration BASELINE_AGAIN = Duration.ofSeconds(30);

    private final LaneTrial trial;
    private final Places places;
    private final LanePolicy policy;
    private final Journal<LaneState> journal;
    private final Clock clock;
    private final Environment environment;
    private final Catalog catalog;
    private volatile Optional<Digest> lastSaved = Optional.empty();

    LaneEntry(LaneTrial trial, Places places, LanePolicy policy, Journal<LaneState> journal, Clock clock) {
        this.trial = trial;
        this.places = places;
        this.policy = policy;
        this.journal = journal;
        this.clock = clock;
        this.environment = trial.surroundings().environment();
        this.catalog = trial.surroundings().catalog();
    }

    /** Empty: it is in, or has to decide anew. */
    Optional<LaneTask> enter(Lane lane, Next.Enter enter) throws InterruptedException {
        Placement placement = trial.configured();
        SortedSet<String> counting = policy.counting(lane);
        Set<String> claims = new TreeSet<>(placement.claims(lane));
        if ((enter.apart() || enter.control()) && !placement.isolation().beside()) {
            claims.addAll(enter.control() ? counting : policy.apart(journal.state(), lane, clock.instant()));
        }
        Answer answer = places.ask(lane.id(), owner(lane), claims);
        if (answer instanceof Answer.Waiting waiting) {
            return Optional.of(waiting(waiting));
        }
        long token = ((Answer.Granted) answer).token();
        placement.sweep();
        ImageSet held = trial.surroundings().held();
        ImageSet production = trial.production(counting);
        Set<String> outdated = outdated(lane, placement, production, held);
        if (!outdated.isEmpty()) {
            // What is known of those that do not count may be old.
            outdated.addAll(counting);
            production = trial.production(outdated);
            outdated = outdated(lane, placement, production, held);
        }
        if (!outdated.isEmpty()) {
            Optional<LaneTask> wait = refresh(lane, new Claimed(claims, token), production, outdated);
            if (wait.isPresent()) {
                places.release(lane.id(), false);
                return wait;
            }
            held = trial.surroundings().held();
        }
        begin(lane, enter, token, new Found(production, held));
        return Optional.empty();
    }

    /** What production runs, and what the environment. */
    private record Found(ImageSet production, ImageSet held) {}

    private void begin(Lane lane, Next.Enter enter, long token, Found found) {
        Event.LaneStarted started = new Event.LaneStarted(
                lane.id(),
                Candidates.digests(found.production(), lane.candidates().keySet()),
                found.held().digest(),
                List.copyOf(environment.othersClaims(lane.id())),
                token,
                Optional.of(trial.configured().isolation()),
                enter.control(),
                former(lane, found.production(), found.held()),
                enter.control()
                        ? Optional.empty()
                        : Optional.of(lane.candidates().keySet().stream()
                                .map(catalog::service)
                                .toList()));
        trial.save(found.held(), lastSaved);
        lastSaved = Optional.of(found.held().digest());
        LaneState after = journal.update(s -> mayStill(s, lane, enter) ? List.of(started) : List.of());
        if (after.lane(lane.id()).flatMap(l -> l.phase().attempt()).isEmpty()) {
            places.release(lane.id(), false);
        }
    }

    /** Others may have come in, or somebody may have paused the lanes, since this lane asked. */
    private boolean mayStill(LaneState s, Lane lane, Next.Enter enter) {
        return s.lane(lane.id())
                .filter(l -> l.phase() instanceof Phase.Waiting)
                .filter(l -> enter.equals(policy.entry(s, l, clock.instant())))
                .isPresent();
    }

    private Set<String> outdated(Lane lane, Placement placement, ImageSet production, ImageSet held) {
        Set<String> outdated = new TreeSet<>(production.changedSince(held).keySet());
        outdated.addAll(trial.behind(production, policy.counting(lane)));
        outdated.removeAll(environment.othersClaims(lane.id()));
        outdated.removeAll(placement.claims(lane));
        journal.state().obligations().forEach(o -> outdated.removeAll(o.services()));
        return outdated;
    }

    /** What workloads ask for that production never had, so that it can be put back. */
    private Optional<SortedMap<String, String>> former(Lane lane, ImageSet production, ImageSet held) {
        List<Service> unknown = lane.candidates().keySet().stream()
                .filter(name ->
                        !production.images().containsKey(name) && !held.images().containsKey(name))
                .map(catalog::service)
                .toList();
        SortedMap<String, String> former = new TreeMap<>();
        if (!unknown.isEmpty() && !trial.configured().isolation().beside()) {
            trial.formerByTag(lane, unknown).forEach((name, image) -> former.put(name, image.toString()));
            unknown.stream()
                    .filter(s -> !former.containsKey(s.name()))
                    .findFirst()
                    .ifPresent(s -> {
                        throw EngineException.invalid("Service '" + s.name() + "' was never released, and its workload "
                                + s.workload().name() + " asks for an image by a tag of which no one digest runs, so it"
                                + " could not be put back; let it ask by digest, or promote an image first");
                    });
        }
        return former.isEmpty() ? Optional.empty() : Optional.of(former);
    }

    /** What the lane's own place is for, and its token. */
    private record Claimed(Set<String> services, long token) {}

    /** Brings what production runs into the places of what is outdated, while others are tested: who counts it sees drift. */
    private Optional<LaneTask> refresh(Lane lane, Claimed own, ImageSet production, Set<String> outdated)
            throws InterruptedException {
        // What it claims itself, as for a control run, would wait for itself.
        Set<String> within = new TreeSet<>(outdated);
        if (!Places.isAlone(own.services())) {
            within.retainAll(own.services());
        }
        Optional<LaneTask> wait = bring(lane, production, within, lane.id(), own.token());
        List<String> others = outdated.stream().filter(s -> !within.contains(s)).toList();
        // No more at once than a place beside the lane's own may claim.
        for (int from = 0; wait.isEmpty() && from < others.size(); from += Places.MOST_CLAIMS) {
            int to = Math.min(others.size(), from + Places.MOST_CLAIMS);
            wait = refreshOthers(lane, production, new TreeSet<>(others.subList(from, to)));
        }
        return wait;
    }

    private Optional<LaneTask> refreshOthers(Lane lane, ImageSet production, Set<String> others)
            throws InterruptedException {
        String id = refreshId(lane.id());
        Answer answer = places.ask(id, owner(lane), others);
        if (answer instanceof Answer.Waiting waiting) {
            // What is outdated may be another by the time that it is its turn.
            places.release(id, false);
            return Optional.of(waiting(waiting));
        }
        try {
            return bring(lane, production, others, id, ((Answer.Granted) answer).token());
        } finally {
            places.release(id, true);
        }
    }

    private Optional<LaneTask> bring(Lane lane, ImageSet production, Set<String> services, String holder, long token)
            throws InterruptedException {
        if (services.isEmpty()) {
            return Optional.empty();
        }
        Installation result = trial.bring(production, services, holder, token);
        if (!result.patched().isEmpty()) {
            Event installed = new Event.BaselineInstalled(environment.name(), production.digest(), result.patched());
            trial.save(production, lastSaved);
            journal.update(s -> List.of(installed));
        }
        SortedSet<String> needed = new TreeSet<>(services);
        needed.retainAll(policy.counting(lane));
        return result.problem()
                .filter(p -> !needed.isEmpty())
                .map(p -> new LaneTask.Wait(
                        "environment '" + environment.name() + "' does not run what production does of " + needed + ": "
                                + p.text(),
                        BASELINE_AGAIN));
    }

    static String refreshId(String lane) {
        return lane + "/baseline";
    }

    private String owner(Lane lane) {
        String build = lane.queued().origin().build();
        return "lane " + lane.group() + " in " + environment.name() + (build.isEmpty() ? "" : " by " + build);
    }

    private LaneTask waiting(Answer.Waiting waiting) {
        return new LaneTask.Wait(
                "environment '" + environment.name() + "' is held by " + waiting.owners() + "; position "
                        + waiting.place(),
                ASK_AGAIN);
    }
}
