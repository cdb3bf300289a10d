package io.jenkins.plugins.releasetrain.engine.operation;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Differences;
import io.jenkins.plugins.releasetrain.engine.history.Names;
import io.jenkins.plugins.releasetrain.engine.history.View;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import io.jenkins.plugins.releasetrain.engine.train.Departures;
import io.jenkins.plugins.releasetrain.engine.train.Forecast;
import io.jenkins.plugins.releasetrain.engine.train.Rollbacks;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What operations would do, from the state of a train and the history. */
final class Plans {
    static final int MOST = 200;
    private static final int PRODUCTION = 10_000;
    private static final int TOLD = 3;

    private final Store store;
    private final Blocks blocks;

    Plans(Store store, Blocks blocks) {
        this.store = store;
        this.blocks = blocks;
    }

    /** A pause or its end: the queue stays or departs, and a running trial still gets its verdict. */
    Plan waiting(Operation operation, String train, TrainState state) {
        Plan plan = Plan.of(operation, train, "").touching(touched(undecided(state)), null);
        if (operation == Operation.RESUME) {
            return state.standsStill()
                    ? plan.noting(standsStill(state))
                    : plan.refusing("Train '" + train
                            + "' is not paused, and no environment of it is broken or keeps changes out");
        } else if (operation == Operation.HOLD || operation == Operation.FREE) {
            return operation == Operation.FREE && state.held().isEmpty()
                    ? plan.refusing("The releases of train '" + train + "' are not held")
                    : plan.noting(state.held());
        }
        return plan.withTrial(running(state)).noting(state.paused());
    }

    private static String standsStill(TrainState state) {
        return Stream.of(
                        Stream.of(state.paused()).filter(p -> !p.isEmpty()),
                        new TreeMap<>(state.broken())
                                .entrySet().stream()
                                        .map(b -> "environment '" + b.getKey() + "' is broken since "
                                                + b.getValue().since()),
                        state.aside().text().stream())
                .flatMap(texts -> texts)
                .collect(Collectors.joining("; "));
    }

    /** Who waits for the next departure departs now. */
    Plan departing(String name, Train train) {
        TrainState state = train.state();
        Departures departures = train.timetable().departures();
        List<Change> waiting = departures.waiting(state);
        Plan plan = Plan.of(Operation.DEPART, name, "")
                .touching(touched(waiting), null)
                .noting(state.paused());
        if (departures.times().isEmpty()) {
            return plan.refusing("Train '" + name + "' has no scheduled departures");
        }
        return waiting.isEmpty() ? plan.refusing("Nobody waits for a departure of train '" + name + "'") : plan;
    }

    /** From what production holds, as the history knows it, to what the release holds. */
    Plan rollBack(Operations.Request request, Train train) {
        TrainState state = train.state();
        Event.ReleaseMade wanted = release(request.subject()).made();
        Plan plan = Plan.of(Operation.ROLL_BACK, request.train(), request.subject())
                .touching(touched(state.batch().map(TrainState.Batch::changes).orElse(List.of())), null)
                .withTrial(running(state))
                .noting(state.paused());
        if (!wanted.owner().equals(request.train())) {
            return plan.refusing("Release " + wanted.id() + " is not of train '" + request.train() + "'");
        }
        Rollbacks.Target target = train.rollbacks().target(wanted.id());
        SortedMap<String, PinnedImage> images = target.set().images();
        plan = plan.withImages(differences(production(state), images), MOST)
                .goingBack(new Plan.Back(
                        train.rollbacks().over(wanted.id()).stream()
                                .limit(MOST)
                                .map(r -> over(r, images))
                                .toList(),
                        target.skipped(),
                        took(request.train())));
        Optional<String> blocked = blocks.refusal(images);
        if (blocked.isPresent()) {
            return plan.refusing(blocked.get());
        }
        return train.rollbacks().refusal(state).map(plan::refusing).orElse(plan);
    }

    /** With the commits that are taken back. */
    private List<View.Difference> differences(Map<String, PinnedImage> now, SortedMap<String, PinnedImage> wanted) {
        List<Differences.Change> changes = new ArrayList<>();
        wanted.forEach((service, image) -> {
            PinnedImage before = now.get(service);
            if (before == null || !before.digest().equals(image.digest())) {
                changes.add(new Differences.Change(service, before, image, true));
            }
        });
        return Differences.of(store).told(changes);
    }

    private static Plan.Over over(Event.ReleaseMade made, SortedMap<String, PinnedImage> wanted) {
        Set<Digest> kept = wanted.values().stream().map(PinnedImage::digest).collect(Collectors.toSet());
        return new Plan.Over(
                made.id(),
                made.changed().entrySet().stream()
                        .map(i -> i.getKey() + " " + i.getValue().tag())
                        .toList(),
                made.changed().values().stream().map(PinnedImage::digest).anyMatch(kept::contains));
    }

    private List<Double> took(String train) {
        return store.releases(train, Integer.MAX_VALUE, MOST).stream()
                .filter(r -> !r.made().rollbackOf().isEmpty())
                .flatMap(r -> r.promotedAt().stream().map(at -> Duration.between(r.madeAt(), at)))
                .limit(TOLD)
                .map(d -> d.toMillis() / 1000.0)
                .toList();
    }

    private Map<String, PinnedImage> production(TrainState state) {
        SortedMap<String, PinnedImage> now = new TreeMap<>();
        store.release(state.lastRelease()).map(r -> set(r.made().set())).ifPresent(last -> now.putAll(last.images()));
        store.production("", PRODUCTION).stream()
                .filter(p -> now.containsKey(p.service())
                        && now.get(p.service()).repository().equals(p.image().repository()))
                .forEach(p -> now.put(p.service(), p.image()));
        return now;
    }

    Plan markBad(String id) {
        Event.ReleaseMade made = release(id).made();
        List<View.Difference> images = new ArrayList<>();
        Names called = Names.of(store, made.changed().values());
        made.changed().forEach((service, image) -> images.add(called.difference(service, image, null)));
        return Plan.of(Operation.MARK_BAD, made.owner(), id).withImages(images, MOST);
    }

    Plan unblock(Digest digest) {
        Plan plan = Plan.of(Operation.UNBLOCK, "", digest.value());
        Event.ImageBlocked block = blocks.state().blocked().get(digest.value());
        return block == null
                ? plan.refusing("Image " + digest + " is not blocked")
                : plan.noting(block.service() + ": " + block.reason() + " (" + block.release()
                        + (block.user().isEmpty() ? "" : ", " + block.user()) + ")");
    }

    /** The note that is there is what somebody goes on from. */
    Plan note(String id) {
        release(id);
        return Plan.of(Operation.NOTE, "", id)
                .noting(store.provenance()
                        .note(id)
                        .map(Event.ReleaseNoted::text)
                        .orElse(""));
    }

    private Entry entry(String request) {
        return store.requests(List.of(request)).stream()
                .findFirst()
                .orElseThrow(() ->
                        new EngineException(FailureKind.NOT_FOUND, "There is no change or lane '" + request + "'"));
    }

    /** Its images may go; whoever brings them has to ask again. */
    Plan waive(String request) {
        List<View.Difference> images = new ArrayList<>();
        Entry entry = entry(request);
        Names called = Names.of(store, entry.images().values());
        entry.images().forEach((service, image) -> images.add(called.difference(service, null, image)));
        String why = entry.ended().flatMap(Plans::incompatibility).orElse("");
        Plan plan =
                Plan.of(Operation.WAIVE, "", request).withImages(images, MOST).noting(why);
        return why.isEmpty() ? plan.refusing(notStopped(request)) : plan;
    }

    private static String notStopped(String request) {
        return "'" + request + "' was not stopped for its contract";
    }

    /**
     * Those of a change or lane that the contract gate stopped.
     *
     * @throws EngineException CONFLICT: it was not stopped for its contract, so there is nothing to waive
     */
    SortedMap<String, PinnedImage> stopped(String request) {
        Entry entry = entry(request);
        if (entry.ended().flatMap(Plans::incompatibility).isEmpty()) {
            throw new EngineException(FailureKind.CONFLICT, notStopped(request));
        }
        return entry.images();
    }

    private static Optional<String> incompatibility(Event ended) {
        if (ended instanceof Event.ChangeEnded e && e.outcome() == Event.Outcome.INCOMPATIBLE) {
            return Optional.of(e.reason());
        } else if (ended instanceof Event.LaneEnded e && e.outcome() == Event.Outcome.INCOMPATIBLE) {
            return Optional.of(e.reason());
        }
        return Optional.empty();
    }

    /** To cancel a change, to let it go first, or to force its run. */
    Plan ofChange(Operations.Request request, Train train) {
        TrainState state = train.state();
        Plan plan = Plan.of(request.operation(), request.train(), request.subject());
        Optional<Change> found = (request.operation() == Operation.CANCEL ? state.undecided() : undecided(state))
                .filter(c -> c.id().equals(request.subject()))
                .findFirst();
        if (found.isEmpty()) {
            return plan.refusing("Change '" + request.subject() + "' has its outcome, or is unknown");
        }
        Change change = found.get();
        List<View.Difference> images = new ArrayList<>();
        Names called = Names.of(store, change.images().values());
        change.images().forEach((service, image) -> images.add(called.difference(service, null, image)));
        plan = plan.withImages(images, MOST);
        return switch (request.operation()) {
            case CANCEL -> cancelling(plan, state, change);
            case PRIORITISE -> goingFirst(plan, train.forecast(), state, change);
            default -> plan.touching(List.of(), seconds(state.pace().trial()));
        };
    }

    private static Plan cancelling(Plan plan, TrainState state, Change change) {
        boolean pending =
                state.pending().filter(p -> p.changes().contains(change)).isPresent();
        return !pending && !state.trials().isEmpty() && !state.queue().contains(change)
                ? plan.refusing("It is in the batch that is being tried; wait for the trial's end")
                : plan;
    }

    private static Plan goingFirst(Plan plan, Forecast forecast, TrainState state, Change change) {
        if (!state.queue().contains(change)) {
            return plan.refusing("It is in the batch that is being tried already");
        }
        Forecast.Jump jump = forecast.jump(Optional.of(change.id()), Operations.FIRST);
        List<Plan.Touched> overtaken =
                touched(undecided(state).filter(c -> jump.overtaken().contains(c.id())));
        return overtaken.isEmpty()
                ? plan.refusing("It is the next to depart already")
                : plan.touching(overtaken, seconds(jump.each()));
    }

    private static String running(TrainState state) {
        return state.trials().stream().map(TrainState.Trial::id).collect(Collectors.joining(", "));
    }

    private static Double seconds(Duration duration) {
        return duration.isZero() ? null : duration.toMillis() / 1000.0;
    }

    static Stream<Change> undecided(TrainState state) {
        return Stream.concat(state.batch().stream().flatMap(b -> b.changes().stream()), state.queue().stream());
    }

    private static List<Plan.Touched> touched(List<Change> changes) {
        return touched(changes.stream());
    }

    private static List<Plan.Touched> touched(Stream<Change> changes) {
        return changes.limit(MOST)
                .map(c -> new Plan.Touched(
                        c.id(),
                        c.images().entrySet().stream()
                                .map(i -> i.getKey() + " " + i.getValue().tag())
                                .toList(),
                        c.origin().build(),
                        c.origin().url()))
                .toList();
    }

    private ReleaseRecord release(String id) {
        return store.release(id)
                .orElseThrow(() ->
                        new EngineException(FailureKind.NOT_FOUND, "There is no release '" + id + "' in the history"));
    }

    private ImageSet set(Digest digest) {
        return store.set(digest)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND, "The store has no set " + digest + "; it cannot be released again"));
    }
}
