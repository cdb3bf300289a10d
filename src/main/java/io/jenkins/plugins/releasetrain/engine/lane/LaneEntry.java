package io.jenkins.plugins.releasetrain.engine.lane;

import static io.jenkins.plugins.releasetrain.engine.lane.Surroundings.digest;

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
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** How a lane comes into its environment: with a place in the lock, and onto what production runs. */
final class LaneEntry {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private final Surroundings surroundings;
    private final Registries registries;
    private final Store store;
    private final Placement placement;
    private final Catalog catalog;
    private final Environment environment;

    LaneEntry(Surroundings surroundings, Registries registries, Store store, Placement placement) {
        this.surroundings = surroundings;
        this.registries = registries;
        this.store = store;
        this.placement = placement;
        this.catalog = surroundings.catalog();
        this.environment = surroundings.environment();
    }

    /** @param promoting services whose lanes are about to bring what they promoted into the environment */
    Optional<LaneTask> enter(Journal<LaneState> journal, LaneId id, Lane lane, Supplier<Set<String>> promoting)
            throws InterruptedException {
        List<EnvironmentLock.Entry> entries = environment.lock().entries();
        if (entries.stream().anyMatch(e -> e.id().equals(refreshId(id)))) {
            return refreshBaseline(id);
        }
        Answer answer = askForAPlace(id, lane, entries);
        if (!(answer instanceof Answer.Granted granted)) {
            return Optional.of(waiting((Answer.Waiting) answer));
        }
        if (granted.takenOver()) {
            fenceUnclaimed(id, granted.token());
        }
        placement.sweep();
        ImageSet held = surroundings.held();
        ImageSet production = registries.productionSet(catalog);
        SortedSet<String> neighbours = surroundings.othersClaims(id);
        Set<String> outdated = new TreeSet<>(production.changedSince(held).keySet());
        outdated.removeAll(neighbours);
        outdated.removeAll(placement.claims(lane));
        if (!outdated.isEmpty()) {
            environment.lock().release(id.id());
            return promoting.get().containsAll(outdated)
                    ? Optional.of(new LaneTask.Wait("being promoted by their lanes: " + outdated, ASK_AGAIN))
                    : refreshBaseline(id);
        }
        store.saveSet(held, Optional.empty());
        Event started = new Event.LaneStarted(
                id.id(),
                replaced(lane, production),
                held.digest(),
                List.copyOf(neighbours),
                granted.token(),
                Optional.of(placement.isolation()));
        journal.update(
                s -> s.lane(id.id()).filter(l -> l.started().isEmpty()).isPresent() ? List.of(started) : List.of());
        return Optional.empty();
    }

    private static SortedMap<String, Digest> replaced(Lane lane, ImageSet production) {
        SortedMap<String, Digest> replaced = new TreeMap<>();
        lane.candidates()
                .keySet()
                .forEach(name -> digest(production, name).ifPresent(digest -> replaced.put(name, digest)));
        return replaced;
    }

    private Answer askForAPlace(LaneId id, Lane lane, List<EnvironmentLock.Entry> entries) {
        Set<String> claims = placement.claims(lane);
        // Beside the others a lane is alone anyway.
        Mode mode = lane.alone() && !placement.isolation().beside() ? Mode.EXCLUSIVE : Mode.SHARED;
        boolean otherwise = entries.stream()
                .filter(e -> e.id().equals(id.id()))
                .anyMatch(e -> e.mode() != mode || !e.claims().equals(claims));
        if (otherwise) {
            // It asked before the isolation was configured anew.
            environment.lock().release(id.id());
        }
        return request(id.id(), mode, claims, id);
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
            Installer.Installation result = surroundings
                    .installer()
                    .install(new Installer.Subject(
                            released(registries.productionSet(catalog)), Set.of(), refreshId(id), granted.token()));
            if (result.problem().isPresent()) {
                throw new EngineException(
                        FailureKind.CANNOT_START,
                        "Environment '" + environment.name() + "' cannot hold what production runs: "
                                + result.problem().get().text());
            }
        } finally {
            environment.lock().release(refreshId(id));
        }
        return Optional.empty();
    }

    private static String refreshId(LaneId id) {
        return id.id() + "/baseline";
    }

    private Map<Service, ImageReference> released(ImageSet production) {
        Map<Service, ImageReference> images = new HashMap<>();
        production
                .images()
                .forEach((name, image) ->
                        images.put(catalog.service(name), registries.released(catalog.service(name), image)));
        return images;
    }

    /** Stamps what no living lane has claimed: their tokens are lower than ours, and rightly so. */
    private void fenceUnclaimed(LaneId id, long token) {
        SortedSet<String> claimed = surroundings.othersClaims(id);
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
}
