package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.block.BlockState;
import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate.Exchange;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.manifest.ReleaseManifest;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionItems;
import io.jenkins.plugins.releasetrain.engine.promotion.Withdrawn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** A train's releases: numbers and promotion. */
final class Releases {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private final TrainContext context;
    private final Blocks blocks;
    /** Held by the one that promotes. */
    private final ReentrantLock promoting = new ReentrantLock();

    private final Withdrawn withdrawn = new Withdrawn();

    Releases(TrainContext context, Blocks blocks) {
        this.context = context;
        this.blocks = blocks;
    }

    /** Numbers a set that passed (I5); promotion follows, but is not part of being a release. */
    void release(TrainState state, List<Change> changes) {
        TrainState.Batch batch = state.batch().orElseThrow();
        ImageSet baseline = context.ports().store().set(batch.baseline()).orElseThrow();
        ImageSet set = Sets.with(baseline, changes, state.released());
        String trial = provedBy(state, set);
        context.ports().store().saveSet(set, Optional.of(batch.baseline()));
        context.journal()
                .update(s -> s.batch().equals(state.batch()) && s.pending().isEmpty()
                        ? List.of(new Event.ReleaseMade(
                                context.releaseId(s.lastNumber() + 1),
                                context.settings().name(),
                                s.lastNumber() + 1,
                                Event.Kind.MONO,
                                set.digest(),
                                s.lastRelease(),
                                "",
                                set.changedSince(baseline),
                                Train.ids(changes),
                                trial,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))
                        : List.of());
    }

    /** The newest trial in which this very set passed; empty where that is only remembered. */
    private static String provedBy(TrainState state, ImageSet set) {
        return state.search().evidence().passes().stream()
                .filter(p -> p.source().sets().contains(set.digest().value()))
                .flatMap(p -> p.runs().stream())
                .map(Run::id)
                .filter(id -> !id.equals(TrainFold.FROM_MEMORY))
                .reduce((first, last) -> last)
                .orElse("");
    }

    /** Whether it can be stopped: no tag of it moves yet, and it is not what somebody ordered in an emergency (I6). */
    boolean mayWait(TrainState.Pending pending) {
        return pending.made().rollbackOf().isEmpty()
                && !context.ports().promoter().isTagging(promotion(pending));
    }

    /** Why nothing may move production now: paused, frozen, or held. */
    Optional<String> waits(TrainState state) {
        return context.stopped(state)
                .or(() ->
                        state.held().isEmpty() ? Optional.empty() : Optional.of("releases are held: " + state.held()));
    }

    boolean isStopped(TrainState state, TrainState.Pending pending) {
        return mayWait(pending) && waits(state).isPresent();
    }

    /** A release that waits is called off for what somebody orders in an emergency; its changes are tried again. */
    void giveWay(String why) {
        TrainState state = context.journal().state();
        state.pending().filter(p -> isStopped(state, p)).ifPresent(p -> {
            String promotion = promotion(p);
            Promoter.Result result = context.ports()
                    .promoter()
                    .callOff(promotion, why, context.registries().production());
            if (result.ended() && !result.promoted()) {
                refuse(new Event.PromotionRefused(p.made().id(), promotion, why), true);
            }
        });
    }

    private String promotion(TrainState.Pending pending) {
        return context.settings().name() + "/" + pending.made().id();
    }

    /** Whoever is at work on it asks for this before the first tag; where it waits for something else, it is called off here. */
    void withdraw(String change, String reason) {
        TrainState state = context.journal().state();
        withdrawn.add(change, reason, c -> state.undecided().noneMatch(u -> u.id().equals(c)));
        if (state.pending().filter(this::mayWait).isPresent()) {
            promote();
        }
    }

    private boolean isWithdrawn(TrainState.Pending pending) {
        return pending.changes().stream().anyMatch(c -> withdrawn.reason(c.id()).isPresent());
    }

    /**
     * Why a change may not be released any more: its image was marked bad, it was withdrawn, or its right to promote was taken
     * meanwhile.
     */
    Function<Change, Optional<String>> refusal() {
        BlockState blocked = blocks.state();
        return change -> blocked.refusal(change.images().values().stream()
                        .map(PinnedImage::digest)
                        .toList())
                .or(() -> forbidden(change));
    }

    private Optional<String> forbidden(Change change) {
        Optional<String> gone = withdrawn.reason(change.id());
        return gone.isPresent() || !change.promote()
                ? gone
                : context.ports()
                        .permit()
                        .refusal(change.origin(), change.images().keySet());
    }

    /** Of a rollback the person was asked who ordered it. */
    private Optional<String> forbidden(TrainState.Pending pending) {
        return pending.changes().stream()
                .map(this::forbidden)
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** One promotes, while the others go on with the trials that they have. */
    Optional<Task> promote() {
        if (context.journal().state().pending().isEmpty() || !promoting.tryLock()) {
            return Optional.empty();
        }
        try {
            TrainState state = context.journal().state();
            Optional<String> waits =
                    state.pending().filter(p -> mayWait(p) && !isWithdrawn(p)).flatMap(p -> waits(state));
            if (waits.isPresent()) {
                return Optional.of(new Task.Wait(waits.get(), ASK_AGAIN));
            }
            return state.pending().isPresent() ? promote(state) : Optional.empty();
        } finally {
            promoting.unlock();
        }
    }

    /** Promotes the pending release; what is retryable is tried again later, the rest stops the train and says why. */
    private Optional<Task> promote(TrainState state) {
        TrainState.Pending pending = state.pending().orElseThrow();
        String release = pending.made().id();
        String promotion = promotion(pending);
        Optional<String> blocked = blocks.refusal(pending.made().changed());
        // What is half moved is completed, unless it is known to be bad (I6).
        Optional<String> off = blocked.or(() -> forbidden(pending).filter(why -> mayWait(pending)));
        // Called off, or undone, by a process that died before it could say so here.
        boolean over = context.ports().promoter().hasEnded(promotion);
        boolean promoted = false;
        String refusal;
        boolean stale = false;
        try {
            if (off.isPresent()) {
                context.ports()
                        .promoter()
                        .callOff(promotion, off.get(), context.registries().production());
            } else if (!context.ports().promoter().isPlanned(promotion) && isIncompatible(pending, promotion)) {
                return Optional.empty();
            }
            Promoter.Result result = context.ports().promoter().promote(request(promotion, pending));
            promoted = result.promoted();
            refusal = result.reason();
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                return Optional.of(new Task.Wait("promotion of " + release + ": " + e.getMessage(), TRY_AGAIN));
            }
            stale = e.kind() == FailureKind.STALE;
            refusal = e.getMessage();
        }
        if (promoted) {
            promoted(pending, promotion);
            return Optional.empty();
        }
        boolean goesOn = stale || over || blocked.or(() -> forbidden(pending)).isPresent();
        refuse(pending, new Event.PromotionRefused(release, promotion, refusal), goesOn);
        return Optional.empty();
    }

    /** Where it is some of its changes that can be promoted at no time, they end, and the others go on. */
    private void refuse(TrainState.Pending pending, Event.PromotionRefused refused, boolean goesOn) {
        List<Event> ended = goesOn ? List.of() : new Unpromotable(context).among(pending.changes());
        refuse(refused, goesOn || !ended.isEmpty(), ended);
    }

    /**
     * What was compatible with production when it was queued may not be with what was released since. What somebody rolls
     * back to in an emergency is not asked.
     */
    private boolean isIncompatible(TrainState.Pending pending, String promotion) {
        if (!pending.made().rollbackOf().isEmpty()) {
            return false;
        }
        ImageSet baseline = context.set(pending.baseline());
        SortedMap<String, String> refusals =
                context.ports().gate().refusals(Exchange.of(pending.made().changed(), baseline));
        ContractGate.text(refusals).ifPresent(why -> {
            List<Event> ended = new ArrayList<>();
            pending.changes().stream()
                    .filter(c -> c.images().keySet().stream().anyMatch(refusals::containsKey))
                    .forEach(c -> ended.add(new Event.ChangeEnded(c.id(), Outcome.INCOMPATIBLE, why, "")));
            refuse(new Event.PromotionRefused(pending.made().id(), promotion, why), true, ended);
        });
        return !refusals.isEmpty();
    }

    /**
     * Production is not what everything was tried on: all that is under way begins again, the release's changes first.
     *
     * @param goesOn false: somebody has to look first
     */
    private void refuse(Event.PromotionRefused refused, boolean goesOn) {
        refuse(refused, goesOn, List.of());
    }

    /** @param ended changes that do not wait for another trial */
    private void refuse(Event.PromotionRefused refused, boolean goesOn, List<Event> ended) {
        context.journal().update(s -> {
            if (!isPending(s, refused.release())) {
                return List.of();
            }
            String why = "release " + refused.release() + " could not be promoted: " + refused.reason();
            List<Event> events = context.abandon(s, why);
            events.add(refused);
            events.addAll(ended);
            if (!goesOn) {
                events.add(new Event.TrainPaused(why, ""));
            }
            return events;
        });
    }

    /** Whether others find it does not make it less of a release. */
    private Optional<Event> publish(Event.ReleaseMade made) {
        try {
            return context.plan()
                    .publisher()
                    .publish(new ReleaseManifest(
                            made,
                            context.set(made.set()),
                            context.registries().production().host()))
                    .map(p -> new Event.ReleasePublished(made.id(), p.repository(), p.digest()));
        } catch (EngineException e) {
            return Optional.of(new Event.ReleaseNotPublished(made.id(), e.getMessage()));
        }
    }

    /** It is in production: what goes wrong from here on is no refusal, and is done again. */
    private void promoted(TrainState.Pending pending, String promotion) {
        List<Event> events = outcomes(pending, promotion);
        publish(pending.made()).ifPresent(events::add);
        context.journal()
                .update(s -> isPending(s, pending.made().id())
                        ? withOutdated(events, s, pending.made().id())
                        : List.of());
    }

    /** Whoever shares the train may have been quicker, and be at the next release by now. */
    private static boolean isPending(TrainState s, String release) {
        return s.pending().filter(p -> p.made().id().equals(release)).isPresent();
    }

    private List<Event> outcomes(TrainState.Pending pending, String promotion) {
        List<Event> events = new ArrayList<>();
        events.add(new Event.ReleasePromoted(pending.made().id(), promotion));
        ImageSet set = context.set(pending.made().set());
        pending.changes()
                .forEach(c -> events.add(new Event.ChangeEnded(
                        c.id(),
                        isIn(set, c) ? Outcome.RELEASED : Outcome.SUPERSEDED,
                        !isIn(set, c)
                                ? "newer images of its services are in the same release"
                                : pending.made().trial().isEmpty()
                                        ? "passed before, as is remembered"
                                        : "its trial passed",
                        pending.made().id())));
        return events;
    }

    private static List<Event> withOutdated(List<Event> events, TrainState s, String release) {
        List<Event> all = new ArrayList<>(events);
        s.pending().ifPresent(p -> all.addAll(Arrivals.outdated(s.queue(), TrainFold.released(s, p), release)));
        return all;
    }

    /** Whether anything of it is: where several change a service, only the newest is (I13). */
    private static boolean isIn(ImageSet set, Change change) {
        return change.images().entrySet().stream()
                .anyMatch(e -> e.getValue()
                        .digest()
                        .equals(set.images().get(e.getKey()).digest()));
    }

    private Promoter.Request request(String promotion, TrainState.Pending pending) {
        ImageSet baseline = context.ports().store().set(pending.baseline()).orElseThrow();
        boolean rollback = !pending.made().rollbackOf().isEmpty();
        return PromotionItems.request(
                        promotion,
                        pending.made(),
                        context.catalog(),
                        context.registries(),
                        rollback ? Optional.empty() : Optional.of(baseline),
                        context.settings().movingTags())
                .unless(() -> {
                    // Content may take hours to copy: what stopped the train meanwhile stops the first tag.
                    TrainState now = context.journal().state();
                    if (!isPending(now, pending.made().id())) {
                        return Optional.of("it was called off");
                    }
                    if (!rollback) {
                        waits(now).ifPresent(why -> {
                            throw new EngineException(FailureKind.BUSY, why);
                        });
                    }
                    return forbidden(pending);
                });
    }

    Optional<Digest> lastSet(TrainState state) {
        return context.ports()
                .store()
                .release(state.lastRelease())
                .map(r -> r.made().set());
    }
}
