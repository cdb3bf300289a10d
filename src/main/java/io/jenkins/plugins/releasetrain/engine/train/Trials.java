package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A train's trials: install a set, hand it to the tests, take their verdict. */
final class Trials {
    private final TrainSettings settings;
    private final Catalog catalog;
    private final Registries registries;
    private final Environment environment;
    private final Train.Ports ports;
    private final Journal<TrainState> journal;
    private final Installer installer;

    Trials(
            TrainSettings settings,
            Catalog catalog,
            Registries registries,
            Environment environment,
            Train.Ports ports,
            Journal<TrainState> journal) {
        this.settings = settings;
        this.catalog = catalog;
        this.registries = registries;
        this.environment = environment;
        this.ports = ports;
        this.journal = journal;
        this.installer = new Installer(environment, ports.progress());
    }

    /** @param changes that the set holds on top of the batch's baseline; none: a control run */
    void start(TrainState state, ImageSet set, List<Change> changes, String conductor, long token) {
        TrainState.Batch batch = state.batch().orElseThrow();
        ports.store().saveSet(set, Optional.of(batch.baseline()));
        Event started = new Event.TrialStarted(
                ports.ids().get(),
                batch.id(),
                set.digest(),
                Train.ids(changes),
                purpose(state, changes, set),
                environment.name(),
                conductor,
                token);
        journal.update(s -> s.batch().equals(state.batch()) && s.trial().isEmpty() ? List.of(started) : List.of());
    }

    private static String purpose(TrainState state, List<Change> changes, ImageSet set) {
        TrainState.Batch batch = state.batch().orElseThrow();
        Evidence evidence = state.search().evidence();
        if (changes.isEmpty()) {
            return "control run of the baseline";
        } else if (!batch.promote()) {
            return "test release";
        } else if (evidence.knows(set.digest().value())) {
            return "proof: the same set once more";
        } else if (evidence.isEmpty()) {
            return "batch of " + changes.size();
        }
        List<String> leftOut =
                batch.changes().subList(0, batch.changes().indexOf(changes.get(changes.size() - 1))).stream()
                        .filter(c -> !changes.contains(c))
                        .map(Change::id)
                        .toList();
        return "search: " + changes.size() + " of " + batch.changes().size()
                + (leftOut.isEmpty() ? "" : ", without the suspected " + String.join(", ", leftOut));
    }

    /** Goes on with the trial that the state holds: installs it, or hands it to its conductor again. */
    Optional<Task> resume(TrainState state, String conductor, long token) throws InterruptedException {
        TrainState.Trial trial = state.trial().orElseThrow();
        if (!trial.conductor().equals(conductor) || trial.fence() != token) {
            end(trial, Verdict.VOID, "its conductor " + trial.conductor() + " is gone, or lost the environment");
            return Optional.empty();
        }
        if (trial.installed()) {
            return Optional.of(order(state, trial));
        }
        install(state, trial);
        return Optional.empty();
    }

    private void install(TrainState state, TrainState.Trial trial) throws InterruptedException {
        long begin = ports.clock().millis();
        Installer.Installation result;
        try {
            result = installer.install(references(state, trial), trial.fence());
        } catch (EngineException e) {
            end(trial, Verdict.VOID, "could not be installed: " + e.getMessage());
            return;
        }
        if (result.problem().isPresent()) {
            end(
                    trial,
                    result.imageToBlame() ? Verdict.FAILED : Verdict.VOID,
                    result.problem().get());
            return;
        }
        long took = ports.clock().millis() - begin;
        journal.update(s ->
                current(s, trial) ? List.of(new Event.TrialInstalled(trial.id(), result.patched(), took)) : List.of());
    }

    private Task order(TrainState state, TrainState.Trial trial) {
        TrainState.Batch batch = state.batch().orElseThrow();
        ImageSet set = set(trial.set());
        String purpose = ports.store().trials(batch.id()).stream()
                .filter(t -> t.started().trial().equals(trial.id()))
                .map(t -> t.started().purpose())
                .findFirst()
                .orElse("");
        return new Task.Test(
                trial.id(),
                environment.name(),
                environment.namespace(),
                environment.baseUrl(),
                trial.set(),
                List.copyOf(set.changedSince(set(batch.baseline())).keySet()),
                trial.changes(),
                purpose);
    }

    /** A verdict counts only if the lock was held to the end and the set is still what runs (I3). */
    void report(String trialId, Verdict verdict, String reason, String lockId) {
        TrainState state = journal.state();
        Optional<TrainState.Trial> trial = state.trial().filter(t -> t.id().equals(trialId));
        if (trial.isEmpty()) {
            return;
        }
        try {
            environment.lock().renew(lockId, trial.get().fence(), environment.lease());
            List<String> strangers = installer.notRunning(references(state, trial.get()));
            if (strangers.isEmpty()) {
                end(trial.get(), verdict, reason);
            } else {
                end(trial.get(), Verdict.VOID, "at the end other images ran than were to be tested: " + strangers);
            }
        } catch (EngineException e) {
            end(trial.get(), Verdict.VOID, "the verdict cannot be trusted: " + e.getMessage());
        }
    }

    void expire(Duration deadline) {
        journal.state()
                .trial()
                .filter(t -> t.since().plus(deadline).isBefore(ports.clock().instant()))
                .ifPresent(t -> end(
                        t,
                        Verdict.VOID,
                        "no verdict within " + deadline.toMinutes() + " minutes, the deadline for tests"));
    }

    private void end(TrainState.Trial trial, Verdict verdict, String reason) {
        long took = Duration.between(trial.since(), ports.clock().instant()).toMillis();
        journal.update(s -> current(s, trial) ? ending(s, trial, verdict, reason, took) : List.of());
    }

    private List<Event> ending(TrainState s, TrainState.Trial trial, Verdict verdict, String reason, long took) {
        List<Event> events = new ArrayList<>();
        events.add(new Event.TrialEnded(trial.id(), trial.set(), settings.suite(), verdict, reason, took));
        if (verdict == Verdict.VOID && s.voids() + 1 >= settings.voidsBeforePause()) {
            events.add(new Event.TrainPaused(
                    (s.voids() + 1) + " trials in a row were void, the last one because " + reason, ""));
        }
        return events;
    }

    private static boolean current(TrainState s, TrainState.Trial trial) {
        return s.trial().map(TrainState.Trial::id).equals(Optional.of(trial.id()));
    }

    /** Brings the environment back to what production runs, when no batch is under way. */
    Optional<Task> installBaseline(long token) throws InterruptedException {
        ImageSet production = registries.productionSet(catalog);
        Installer.Installation result = installer.install(references(production, name -> false), token);
        if (result.problem().isPresent()) {
            String problem =
                    "the baseline cannot be installed: " + result.problem().get();
            return Optional.of(new Task.Wait(problem, environment.rolloutDeadline()));
        }
        journal.update(
                s -> List.of(new Event.BaselineInstalled(environment.name(), production.digest(), result.patched())));
        return Optional.empty();
    }

    private Map<Service, ImageReference> references(TrainState state, TrainState.Trial trial) {
        TrainState.Batch batch = state.batch().orElseThrow();
        return references(
                set(trial.set()),
                name -> batch.changes().stream().anyMatch(c -> c.images().containsKey(name)));
    }

    /** @param candidate whether a service's image is in the dev registry only */
    private Map<Service, ImageReference> references(ImageSet set, Predicate<String> candidate) {
        Map<Service, ImageReference> references = new HashMap<>();
        set.images().forEach((name, image) -> {
            Service service = catalog.service(name);
            references.put(
                    service,
                    candidate.test(name) ? registries.candidate(service, image) : registries.released(service, image));
        });
        return references;
    }

    private ImageSet set(Digest digest) {
        return ports.store()
                .set(digest)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Set " + digest + " of train '" + settings.name() + "' is not in the store"));
    }
}
