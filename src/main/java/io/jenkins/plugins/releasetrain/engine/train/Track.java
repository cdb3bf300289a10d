package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Judgement;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.store.Holders;
import io.jenkins.plugins.releasetrain.engine.store.Holders.RolledBack;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.train.TrainState.Trial;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a train does in one of its environments: one trial after another, under the exclusive lock (I3). */
final class Track {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private final TrainContext context;
    private final Environment environment;
    private final Trials trials;
    private final Decisions decisions;
    private final Releases releases;
    private final LostServices lost;

    /** What the tracks of one train share. */
    record Common(TrainContext context, Decisions decisions, Releases releases) {}

    Track(Environment environment, Common common) {
        this.context = common.context();
        this.environment = environment;
        this.trials = new Trials(context, environment);
        this.decisions = common.decisions();
        this.releases = common.releases();
        this.lost = new LostServices(context, environment);
    }

    String name() {
        return environment.name();
    }

    Trials trials() {
        return trials;
    }

    Task next(Conductors conductors) throws InterruptedException {
        decisions.boarding().closeList();
        while (true) {
            Optional<Task> promotion = releases.promote();
            TrainState state = context.journal().state();
            if (promotion.isPresent() && state.trialIn(name()).isEmpty()) {
                return promotion.get();
            }
            Optional<Task> task = step(state, conductors);
            if (task.isPresent()) {
                return task.get();
            }
        }
    }

    /** @return empty where something was done and the state is another by now */
    private Optional<Task> step(TrainState state, Conductors conductors) throws InterruptedException {
        takeCatalog(state);
        Optional<Trial> trial = state.trialIn(name());
        Optional<String> stopped = context.stopped(state);
        boolean idle = state.undecided().allMatch(c -> conductors.standing(c.id()) == Conductors.Standing.ELSEWHERE);
        boolean rests = trial.isEmpty() && (idle || state.batch().isEmpty() && !departs(state, stopped));
        if (rests && state.settledIn(name())) {
            environment.lock().release(lockId());
            return Optional.of(resting(state, stopped));
        }
        EnvironmentLock.Answer answer = environment
                .lock()
                .request(new EnvironmentLock.Request(
                        lockId(),
                        context.plan().lockOwner(),
                        EnvironmentLock.Mode.EXCLUSIVE,
                        Set.of(),
                        environment.lease()));
        if (answer instanceof EnvironmentLock.Answer.Waiting waiting) {
            return Optional.of(new Task.Wait(
                    "environment is held by " + waiting.owners() + "; position " + waiting.place(), ASK_AGAIN));
        }
        EnvironmentLock.Answer.Granted lock = (EnvironmentLock.Answer.Granted) answer;
        if (lock.takenOver()) {
            environment.cluster().fence(context.catalog().services().values(), lock.token());
        }
        lost.restore(lock.token());
        if (trial.isPresent()) {
            return trials.resume(state, trial.get(), conductors, lock.token());
        } else if (state.pending().isPresent()) {
            return Optional.of(
                    new Task.Wait("release " + state.pending().get().made().id() + " is being promoted", ASK_AGAIN));
        } else if (rests) {
            return trials.installBaseline(lock.token());
        }
        return go(state, stopped, new Decisions.Place(trials, conductors, lock.token()));
    }

    private Optional<Task> go(TrainState state, Optional<String> stopped, Decisions.Place place)
            throws InterruptedException {
        if (state.batch().isEmpty()) {
            depart();
            return Optional.empty();
        } else if (context.catalogs().isOutdated()
                && state.trials().isEmpty()
                && state.search().evidence().isEmpty()) {
            decisions.requeue();
            return Optional.empty();
        } else if (stopped.isEmpty()) {
            Optional<Task> wait = decisions.decide(state, place);
            return wait.isEmpty() ? wait : Optional.of(yielding(state, wait.get(), place.token()));
        } else if (state.trials().isEmpty()) {
            decisions.requeue();
            return Optional.empty();
        }
        return Optional.of(yielding(state, new Task.Wait(stopped.get(), ASK_AGAIN), place.token()));
    }

    /** An environment with no candidate in it is free for others while it has nothing to do. */
    private Task yielding(TrainState state, Task wait, long token) throws InterruptedException {
        if (!state.settledIn(name())
                && (!state.held().isEmpty() || waitsBroken(state))
                && state.pending().isEmpty()) {
            Optional<Task> problem = trials.installBaseline(token);
            if (problem.isPresent()) {
                return problem.get();
            }
            environment.lock().release(lockId());
        }
        if (state.settledIn(name())) {
            environment.lock().release(lockId());
        }
        return wait;
    }

    /** Others may work there all the same: it may be this train's tests that cannot be run. */
    private boolean waitsBroken(TrainState state) {
        Instant now = context.ports().clock().instant();
        return Optional.ofNullable(state.broken().get(name()))
                .filter(broken -> Judgement.Broken.waits(broken.due(), now))
                .isPresent();
    }

    private Task resting(TrainState state, Optional<String> stopped) {
        if (stopped.isPresent()) {
            return new Task.Wait(stopped.get(), ASK_AGAIN);
        } else if (state.pending().isPresent()) {
            return new Task.Wait("a release is being promoted", ASK_AGAIN);
        }
        return state.queue().isEmpty()
                ? new Task.Idle()
                : new Task.Wait(decisions.boarding().waitsFor(state), ASK_AGAIN);
    }

    private boolean departs(TrainState state, Optional<String> stopped) {
        return stopped.isEmpty() && decisions.boarding().mayDepart(state);
    }

    private void takeCatalog(TrainState state) {
        lost.look(state);
        if (state.betweenBatches()) {
            takeCatalog();
        }
        lost.look(state);
    }

    private void takeCatalog() {
        synchronized (context.catalogs()) {
            if (context.journal().state().betweenBatches()) {
                context.catalogs().take();
            }
        }
    }

    /** While one track begins a batch, no other takes another catalog. */
    private void depart() {
        synchronized (context.catalogs()) {
            TrainState state = context.journal().state();
            if (state.betweenBatches()) {
                depart(state);
            }
        }
    }

    private void depart(TrainState state) {
        List<Event> unknown = unknown(state);
        if (!unknown.isEmpty()) {
            context.journal().update(s -> unknown(s));
            return;
        }
        Set<String> changing = changing(state);
        ImageSet production = context.production(changing);
        context.ports().store().saveSet(production, releases.lastSet(state));
        String batch = context.ports().ids().get();
        Set<String> services = new HashSet<>(changing);
        // Of what production runs already nothing can be taken back.
        services.removeIf(service -> brings(state, service, production.images().get(service)));
        Holders holders = Holders.of(context.ports().store(), services);
        Predicate<Production> there = held -> isIn(production, held);
        SortedMap<String, Order> newest = holders.newest(there);
        RolledBack back = holders.rolledBack(there);
        context.journal().update(s -> {
            List<String> departing = decisions.boarding().departing(s);
            return s.batch().isPresent() || departing.isEmpty() || s.pending().isPresent()
                    ? List.of()
                    : Stream.concat(
                                    byOthers(s, newest, back).stream(),
                                    Stream.of(new Event.BatchDeparted(batch, departing, production.digest())))
                            .toList();
        });
    }

    /** Whoever rides a train of another registry promotes there; and a service may have moved to another repository. */
    private boolean isIn(ImageSet production, Production held) {
        PinnedImage image = production.images().get(held.service());
        return image != null && image.repository().equals(held.image().repository())
                ? image.digest().equals(held.image().digest())
                : context.registries().runs(context.catalog(), held.service(), held.image());
    }

    private static boolean brings(TrainState s, String service, PinnedImage image) {
        return image != null
                && s.queue().stream()
                        .map(change -> change.images().get(service))
                        .anyMatch(i -> i != null && i.digest().equals(image.digest()));
    }

    /** What is newer than all that the train knows of, as lanes and other trains bring it to production, too. */
    private static Optional<Event> byOthers(TrainState s, SortedMap<String, Order> newest, RolledBack rolledBack) {
        List<String> back = rolledBack.of(s.released());
        SortedMap<String, Order> newer = new TreeMap<>(newest);
        newer.entrySet()
                .removeIf(e -> !back.contains(e.getKey())
                        && s.released().containsKey(e.getKey())
                        && !s.released().get(e.getKey()).isOlderThan(e.getValue()));
        return newer.isEmpty() && back.isEmpty()
                ? Optional.empty()
                : Optional.of(new Event.OthersReleased(newer, Optional.of(back)));
    }

    /** Whatever waits may be among those that depart. */
    private static Set<String> changing(TrainState state) {
        return state.queue().stream()
                .flatMap(change -> change.images().keySet().stream())
                .collect(Collectors.toSet());
    }

    /** The catalog may have lost a service since its change was queued, or have it elsewhere. */
    private List<Event> unknown(TrainState state) {
        List<Event> events = new ArrayList<>();
        for (Change change : state.queue()) {
            change.images().entrySet().stream()
                    .flatMap(e -> unknown(e.getKey(), e.getValue()).stream())
                    .findFirst()
                    .ifPresent(why -> events.add(new Event.ChangeEnded(change.id(), Outcome.CANCELLED, why, "")));
        }
        return events;
    }

    private Optional<String> unknown(String name, PinnedImage image) {
        Service service = context.catalog().services().get(name);
        if (service == null) {
            return Optional.of("the catalog has no service '" + name + "' any more");
        }
        return service.productionRepository().equals(image.repository())
                ? Optional.empty()
                : Optional.of("the catalog has service '" + name + "' in the repository "
                        + service.productionRepository() + " by now, not in " + image.repository()
                        + "; build it again");
    }

    void report(Trial trial, Trials.Reported reported) {
        trials.report(trial, reported, lockId());
    }

    void renew(Trial trial) {
        environment.lock().renew(lockId(), trial.fence(), environment.lease());
    }

    private String lockId() {
        return context.plan().lockId();
    }
}
