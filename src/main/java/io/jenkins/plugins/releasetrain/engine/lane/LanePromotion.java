package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate.Exchange;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.LanePolicy.Next;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.promotion.Withdrawn;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Brings lanes that passed to production: those that passed beside each other as one release, all or nothing. */
final class LanePromotion {
    /** What the id of a release's promotion begins with. */
    static final String PROMOTION = "lane/";

    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final LaneTrial trial;
    private final LanePolicy policy;
    private final Precedence precedence;
    private final Journal<LaneState> journal;
    private final Ports ports;
    private final Blocks blocks;
    private final Candidates candidates;
    private final Pattern movingTags;
    private final Withdrawn withdrawn = new Withdrawn();

    LanePromotion(
            LaneTrial trial,
            LanePolicy policy,
            Precedence precedence,
            Journal<LaneState> journal,
            Ports ports,
            Candidates candidates,
            Pattern movingTags) {
        this.trial = trial;
        this.policy = policy;
        this.precedence = precedence;
        this.journal = journal;
        this.ports = ports;
        this.blocks = new Blocks(ports.store(), ports.clock(), ports.listener());
        this.candidates = candidates;
        this.movingTags = movingTags;
    }

    /**
     * What becomes of a lane that passed, by what is known without looking anywhere; then by what production runs, which is
     * read once for all that go together and for their release.
     *
     * @return empty where its release was made, or others acted meanwhile
     */
    Optional<Next> next(LaneState s, Lane lane) {
        Next next = policy.passed(s, lane, List.of(), ports.clock().instant());
        if (!(next instanceof Next.Release release)) {
            return Optional.of(next);
        }
        SortedSet<String> together = new TreeSet<>();
        SortedSet<String> fresh = new TreeSet<>();
        release.lanes().forEach(l -> {
            together.addAll(l.candidates().keySet());
            fresh.addAll(policy.counting(l));
        });
        ImageSet production = trial.production(fresh);
        for (Lane member : release.lanes()) {
            Next own = alone(s, member, together, production);
            if (member.id().equals(lane.id()) && !(own instanceof Next.Release)) {
                return Optional.of(own);
            } else if (!(own instanceof Next.Release)) {
                return Optional.of(new Next.Wait(
                        "passed beside " + member.candidates().keySet() + ", which cannot go now", TRY_AGAIN));
            }
        }
        make(release, production);
        return Optional.empty();
    }

    /** With what it takes the place of, which may have been released since the lane was opened. */
    private Optional<Next.End> incompatible(Lane lane) {
        List<Exchange> exchanges = lane.candidates().entrySet().stream()
                .map(e -> new Exchange(
                        e.getKey(),
                        Optional.ofNullable(lane.started().replaced().get(e.getKey())),
                        e.getValue().digest()))
                .toList();
        return ContractGate.text(ports.gate().refusals(exchanges))
                .map(why -> new Next.End(Outcome.INCOMPATIBLE, why, ""));
    }

    private Next alone(LaneState s, Lane lane, SortedSet<String> together, ImageSet production) {
        Optional<String> refusal = refusal(lane);
        if (refusal.isPresent()) {
            return new Next.End(Outcome.CANCELLED, refusal.get(), "");
        }
        Optional<Next.End> late = precedence.superseded(lane).or(() -> incompatible(lane));
        if (late.isPresent()) {
            return late.get();
        }
        Event.LaneTested tested = ((Phase.Passed) lane.phase()).tested();
        return policy.passed(
                s,
                lane,
                trial.movedSince(lane, tested, together, production),
                ports.clock().instant());
    }

    /** Calls off the release of a lane that leaves, before its first tag; later it is promoted to its end (I6). */
    void withdraw(Lane lane, String reason) {
        LaneState s = journal.state();
        withdrawn.add(lane.id(), reason, id -> s.lane(id).isEmpty());
        Event.ReleaseMade made = ((Phase.Promoting) lane.phase()).made();
        if (!ports.promoter().isTagging(PROMOTION + made.id())) {
            s.lane(made.changes().get(0)).ifPresent(this::promote);
        }
    }

    /**
     * Why it may not be promoted any more: its image was marked bad, it was withdrawn, or its right to promote was taken
     * meanwhile.
     */
    private Optional<String> refusal(Lane lane) {
        return blocks.refusal(lane.candidates())
                .or(() -> withdrawn.reason(lane.id()))
                .or(() -> ports.permit()
                        .refusal(lane.queued().origin(), lane.candidates().keySet()));
    }

    private boolean isWithdrawn(Event.ReleaseMade made) {
        return made.changes().stream().anyMatch(id -> withdrawn.reason(id).isPresent());
    }

    private Optional<String> refusal(Event.ReleaseMade made) {
        return blocks.refusal(made.changed())
                .or(() -> lanes(journal.state(), made).stream()
                        .map(this::refusal)
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    /** One release of all of them: production as they were looked at beside, with their images. */
    private void make(Next.Release release, ImageSet production) {
        SortedMap<String, PinnedImage> images = new TreeMap<>(production.images());
        release.lanes().forEach(l -> images.putAll(l.candidates()));
        ImageSet set = ImageSet.of(images);
        journal.update(s -> {
            if (!isStillSo(s, release)) {
                return List.of();
            }
            trial.save(set, parent(s));
            return List.of(LanePolicy.release(s, release.lanes(), set.digest()));
        });
    }

    private Optional<Digest> parent(LaneState s) {
        return ports.store().release(s.lastRelease()).map(r -> r.made().set());
    }

    /** What was asked of production takes a while, and others come, go and bring a baseline meanwhile (I7). */
    private boolean isStillSo(LaneState s, Next.Release release) {
        Instant now = ports.clock().instant();
        return release.lanes().stream()
                .allMatch(lane -> s.lane(lane.id())
                        .filter(l -> l.attempts() == lane.attempts() && l.phase() instanceof Phase.Passed)
                        // Who does not see what came later would go without it.
                        .filter(l -> policy.passed(s, l, List.of(), now) instanceof Next.Release still
                                && ids(release).containsAll(ids(still)))
                        .isPresent());
    }

    private static Set<String> ids(Next.Release release) {
        return release.lanes().stream().map(Lane::id).collect(Collectors.toSet());
    }

    /** Goes on with a lane's release; one of its lanes does so for all. */
    Optional<LaneTask> promote(Lane lane) {
        Event.ReleaseMade made = ((Phase.Promoting) lane.phase()).made();
        if (!made.changes().get(0).equals(lane.id())) {
            return Optional.of(new LaneTask.Wait(
                    "promoted as " + made.id() + ", with "
                            + String.join(", ", made.changed().keySet()),
                    TRY_AGAIN));
        }
        String promotion = PROMOTION + made.id();
        if (!ports.promoter().isPlanned(promotion)) {
            Optional<LaneTask> not = refused(made, promotion);
            if (not.isPresent() || isOver(lane)) {
                return not;
            }
        }
        // Called off, or undone, by a process that died before it could say so here.
        boolean over = ports.promoter().hasEnded(promotion);
        Promoter.Result result;
        try {
            result = ports.promoter().promote(request(promotion, made));
        } catch (EngineException e) {
            if (e.kind().retryable()) {
                return Optional.of(new LaneTask.Wait("promotion: " + e.getMessage(), TRY_AGAIN));
            }
            refuse(made, promotion, e.getMessage(), e.kind() == FailureKind.STALE);
            return Optional.empty();
        }
        if (result.promoted()) {
            // It is in production: what goes wrong from here on is no refusal, and is done again.
            promoted(made, promotion);
        } else if (!result.ended()) {
            return Optional.of(new LaneTask.Wait("its promotion is being undone: " + result.reason(), TRY_AGAIN));
        } else {
            refuse(made, promotion, result.reason(), over || isClosed() || isStale(made));
        }
        return Optional.empty();
    }

    private boolean isOver(Lane lane) {
        return journal.state()
                .lane(lane.id())
                .filter(l -> l.phase() instanceof Phase.Promoting)
                .isEmpty();
    }

    /** Nothing is planned yet, so it can wait, or be called off. */
    private Optional<LaneTask> refused(Event.ReleaseMade made, String promotion) {
        Optional<Next> gate = policy.gate(journal.state(), ports.clock().instant());
        if (gate.isPresent() && !isWithdrawn(made)) {
            Next.Wait wait = (Next.Wait) gate.get();
            return Optional.of(new LaneTask.Wait(wait.why(), wait.again()));
        }
        Optional<String> refusal = refusal(made);
        refusal.or(() -> stale(made)).ifPresent(why -> {
            Promoter.Result result = ports.promoter()
                    .callOff(promotion, why, candidates.registries().production());
            if (result.ended() && !result.promoted()) {
                refuse(made, promotion, why, refusal.isEmpty() && policy.onDrift() != LaneSettings.OnDrift.FAIL);
            }
        });
        return Optional.empty();
    }

    /** What counts for its lanes, and is not in production any more as it was when it was made: it may have waited long (I7). */
    private Optional<String> stale(Event.ReleaseMade made) {
        if (policy.onDrift() == LaneSettings.OnDrift.ACCEPT) {
            return Optional.empty();
        }
        SortedSet<String> counting = new TreeSet<>();
        lanes(journal.state(), made).forEach(l -> counting.addAll(policy.counting(l)));
        counting.removeAll(made.changed().keySet());
        ImageSet before = ports.store().set(made.set()).orElseThrow();
        SortedSet<String> moved = LaneTrial.moved(before, trial.production(counting), counting);
        return moved.isEmpty() ? Optional.empty() : Optional.of("changed meanwhile: " + moved);
    }

    private boolean isStale(Event.ReleaseMade made) {
        return policy.onDrift() != LaneSettings.OnDrift.FAIL && stale(made).isPresent();
    }

    private boolean isClosed() {
        return policy.gate(journal.state(), ports.clock().instant()).isPresent();
    }

    /** Why a release is not wanted any more; asked until its first tag is about to move. */
    private Optional<String> veto(Event.ReleaseMade made) {
        if (lanes(journal.state(), made).isEmpty()) {
            return Optional.of("it was called off");
        }
        return refusal(made)
                .or(() -> stale(made))
                .or(() -> policy.gate(journal.state(), ports.clock().instant()).map(next -> ((Next.Wait) next).why()));
    }

    private Promoter.Request request(String promotion, Event.ReleaseMade made) {
        return candidates
                .promotion(ports.promoter(), promotion, made, () -> Optional.of(replaced(made)), movingTags)
                .unless(() -> veto(made));
    }

    private ImageSet replaced(Event.ReleaseMade made) {
        SortedMap<String, PinnedImage> replaced = new TreeMap<>();
        lanes(journal.state(), made)
                .forEach(l -> l.started()
                        .replaced()
                        .forEach((name, digest) -> replaced.put(
                                name, Candidates.pinned(candidates.catalog().service(name), digest))));
        return ImageSet.of(replaced);
    }

    private static List<Lane> lanes(LaneState s, Event.ReleaseMade made) {
        return s.lanes().stream()
                .filter(l ->
                        l.phase() instanceof Phase.Promoting p && p.made().id().equals(made.id()))
                .toList();
    }

    private void promoted(Event.ReleaseMade made, String promotion) {
        journal.update(s -> {
            List<Event> events = new ArrayList<>();
            if (!lanes(s, made).isEmpty()) {
                events.add(new Event.ReleasePromoted(made.id(), promotion));
            }
            lanes(s, made)
                    .forEach(l ->
                            events.add(new Event.LaneEnded(l.id(), Outcome.RELEASED, "its tests passed", made.id())));
            return events;
        });
    }

    /**
     * Nothing of it reached production, so no verdict stands that was given beside another of its lanes.
     *
     * @param stale whether production was not what was tested
     */
    private void refuse(Event.ReleaseMade made, String promotion, String reason, boolean stale) {
        journal.update(s -> {
            List<Lane> lanes = lanes(s, made);
            List<Event> events = new ArrayList<>();
            if (!lanes.isEmpty()) {
                events.add(new Event.PromotionRefused(made.id(), promotion, reason));
            }
            lanes.forEach(lane -> events.add(afterRefusal(lane, lanes.size() > 1, reason, stale)));
            return events;
        });
    }

    private Event afterRefusal(Lane lane, boolean joint, String reason, boolean stale) {
        Optional<String> refusal = refusal(lane);
        if (refusal.isPresent()) {
            return new Event.LaneEnded(lane.id(), Outcome.CANCELLED, refusal.get(), "");
        } else if (joint || stale) {
            Next next = policy.again(lane, reason, joint, false);
            return next instanceof Next.End end
                    ? new Event.LaneEnded(lane.id(), end.outcome(), end.reason(), "")
                    : new Event.LaneRetried(lane.id(), reason, joint);
        }
        return new Event.LaneEnded(lane.id(), Outcome.UNDECIDED, "passed, but was not promoted: " + reason, "");
    }
}
