package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A train's releases: numbers, promotion, rollback. */
final class Releases {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final TrainSettings settings;
    private final Catalog catalog;
    private final Registries registries;
    private final Train.Ports ports;
    private final Journal<TrainState> journal;

    Releases(
            TrainSettings settings,
            Catalog catalog,
            Registries registries,
            Train.Ports ports,
            Journal<TrainState> journal) {
        this.settings = settings;
        this.catalog = catalog;
        this.registries = registries;
        this.ports = ports;
        this.journal = journal;
    }

    /** Numbers a set that passed (I5); promotion follows, but is not part of being a release. */
    void release(TrainState state, List<Change> changes) {
        TrainState.Batch batch = state.batch().orElseThrow();
        ImageSet baseline = ports.store().set(batch.baseline()).orElseThrow();
        ImageSet set = Sets.with(baseline, changes);
        String trial = ports.store().trials(batch.id()).stream()
                .filter(t -> t.started().set().equals(set.digest()))
                .map(t -> t.started().trial())
                .reduce((first, last) -> last)
                .orElse("");
        ports.store().saveSet(set, Optional.of(batch.baseline()));
        journal.update(s -> s.batch().equals(state.batch()) && s.pending().isEmpty()
                ? List.of(new Event.ReleaseMade(
                        id(s.lastNumber() + 1),
                        settings.name(),
                        s.lastNumber() + 1,
                        Event.Kind.MONO,
                        set.digest(),
                        s.lastRelease(),
                        "",
                        set.changedSince(baseline),
                        Train.ids(changes),
                        trial))
                : List.of());
    }

    String rollBack(String release, String user) {
        Store.ReleaseRecord target = ports.store()
                .release(release)
                .filter(r -> r.made().owner().equals(settings.name()))
                .orElseThrow(() ->
                        EngineException.invalid("Train '" + settings.name() + "' has no release '" + release + "'"));
        ImageSet set = ports.store().set(target.made().set()).orElseThrow();
        new Blocks(ports.store(), ports.clock(), ports.listener()).check(set.images());
        ImageSet production = registries.productionSet(catalog);
        TrainState after = journal.update(s -> {
            if (s.pending().isPresent()) {
                throw new EngineException(
                        FailureKind.CONFLICT,
                        "Release " + s.pending().get().made().id() + " is being promoted; roll back when it is done");
            }
            List<Event> events = abandon(s, "rolled back to " + release + " by " + user);
            events.add(new Event.ReleaseMade(
                    id(s.lastNumber() + 1),
                    settings.name(),
                    s.lastNumber() + 1,
                    Event.Kind.MONO,
                    set.digest(),
                    s.lastRelease(),
                    release,
                    set.changedSince(production),
                    List.of(),
                    ""));
            return events;
        });
        return id(after.lastNumber());
    }

    private List<Event> abandon(TrainState s, String reason) {
        List<Event> events = new ArrayList<>();
        s.trial()
                .ifPresent(t -> events.add(new Event.TrialEnded(
                        t.id(),
                        t.set(),
                        settings.suite(),
                        Verdict.VOID,
                        reason,
                        Duration.between(t.since(), ports.clock().instant()).toMillis())));
        s.batch().ifPresent(b -> events.add(new Event.BatchEnded(b.id(), Train.ids(b.changes()))));
        return events;
    }

    /** Promotes the pending release; what is retryable is tried again later, the rest stops the train and says why. */
    Optional<Task> promote(TrainState state) {
        TrainState.Pending pending = state.pending().orElseThrow();
        String release = pending.made().id();
        String promotion = settings.name() + "/" + release;
        String refusal;
        boolean stale = false;
        try {
            Promoter.Result result = ports.promoter().promote(request(promotion, pending));
            if (result.promoted()) {
                journal.update(s -> s.pending().isEmpty() ? List.of() : promoted(pending, promotion));
                return Optional.empty();
            }
            refusal = result.reason();
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                return Optional.of(new Task.Wait("promotion of " + release + ": " + e.getMessage(), TRY_AGAIN));
            }
            stale = e.kind() == FailureKind.STALE;
            refusal = e.getMessage();
        }
        refuse(release, new Event.PromotionRefused(release, promotion, refusal), stale);
        return Optional.empty();
    }

    /** The changes go back to the queue; unless production only moved on meanwhile, somebody has to look first. */
    private void refuse(String release, Event.PromotionRefused refused, boolean stale) {
        List<Event> events = new ArrayList<>();
        events.add(refused);
        if (!stale) {
            events.add(new Event.TrainPaused("release " + release + " could not be promoted: " + refused.reason(), ""));
        }
        journal.update(s -> s.pending().isEmpty() ? List.of() : events);
    }

    private static List<Event> promoted(TrainState.Pending pending, String promotion) {
        List<Event> events = new ArrayList<>();
        events.add(new Event.ReleasePromoted(pending.made().id(), promotion));
        pending.changes()
                .forEach(c -> events.add(new Event.ChangeEnded(
                        c.id(),
                        Outcome.RELEASED,
                        pending.made().trial().isEmpty()
                                ? "passed before, as is remembered"
                                : "passed in trial " + pending.made().trial(),
                        pending.made().id())));
        return events;
    }

    private Promoter.Request request(String promotion, TrainState.Pending pending) {
        ImageSet baseline = ports.store().set(pending.baseline()).orElseThrow();
        boolean rollback = !pending.made().rollbackOf().isEmpty();
        return PromotionItems.request(
                promotion,
                pending.made(),
                catalog,
                registries,
                rollback ? Optional.empty() : Optional.of(baseline),
                settings.movingTags());
    }

    Optional<Digest> lastSet(TrainState state) {
        return ports.store().release(state.lastRelease()).map(r -> r.made().set());
    }

    private String id(int number) {
        return settings.name() + "-" + number;
    }
}
