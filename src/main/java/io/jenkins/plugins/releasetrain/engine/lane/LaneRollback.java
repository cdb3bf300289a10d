package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Brings back to production what an earlier release of lanes brought: the images of its services, by compare-and-swap (I7), as a
 * release of its own. Lanes get the baseline that follows as they get any other. After a crash it goes on by itself where
 * its promotion had begun; else where it is asked for again soon, and is refused after that.
 */
public final class LaneRollback {
    /** What is ordered is planned within so long, or its process died. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String GIVEN_UP = "it was ordered, but did not begin in time; order it again";

    private final String environment;
    private final LaneTrial trial;
    private final Journal<LaneState> journal;
    private final Ports ports;
    private final Candidates candidates;
    private final Pattern movingTags;
    private final Blocks blocks;

    LaneRollback(
            String environment,
            LaneTrial trial,
            Journal<LaneState> journal,
            Ports ports,
            Candidates candidates,
            Pattern movingTags) {
        this.environment = environment;
        this.trial = trial;
        this.journal = journal;
        this.ports = ports;
        this.candidates = candidates;
        this.movingTags = movingTags;
        this.blocks = new Blocks(ports.store(), ports.clock(), ports.listener());
    }

    /**
     * What would be brought back.
     *
     * @param production what production has in the place of the release's images
     */
    public record Target(Event.ReleaseMade made, SortedMap<String, PinnedImage> production) {
        /** Images that production does not have. */
        public SortedMap<String, PinnedImage> changed() {
            SortedMap<String, PinnedImage> changed = new TreeMap<>(made.changed());
            changed.entrySet()
                    .removeIf(e -> Optional.ofNullable(production.get(e.getKey()))
                            .filter(p -> p.digest().equals(e.getValue().digest()))
                            .isPresent());
            return changed;
        }
    }

    /** @throws EngineException NOT_FOUND not a release of these lanes; INVALID_INPUT the catalog has its services not, or elsewhere */
    public Target target(String release) {
        Event.ReleaseMade made = ports.store()
                .release(release)
                .map(ReleaseRecord::made)
                .filter(r -> r.owner().equals(environment))
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "The lanes of '" + environment + "' have no release '" + release + "'" + newest()));
        made.changed()
                .forEach((name, image) ->
                        checkPlace(release, candidates.catalog().service(name), image));
        return new Target(
                made, new TreeMap<>(trial.production(made.changed().keySet()).images()));
    }

    /** What the catalog has elsewhere by now is not to be found there. */
    private static void checkPlace(String release, Service service, PinnedImage image) {
        if (!service.productionRepository().equals(image.repository())) {
            throw EngineException.invalid(
                    "Release '" + release + "' brought '" + service.name() + "' to the repository "
                            + image.repository() + ", and the catalog has it in " + service.productionRepository()
                            + " by now; promote an image there instead");
        }
    }

    private String newest() {
        return ports.store().releases(environment, Integer.MAX_VALUE, 1).stream()
                .findFirst()
                .map(r -> "; the newest is " + r.made().id())
                .orElse("; they have none yet");
    }

    /** Why it cannot be done now; empty where it can. */
    public Optional<String> refusal(Target target) {
        if (target.changed().isEmpty() && unfinished(target.made().id()).isEmpty()) {
            return Optional.of("Production has the images of " + target.made().id() + " already");
        }
        return blocks.refusal(target.made().changed()).or(() -> promoting(journal.state(), target));
    }

    private static Optional<String> promoting(LaneState s, Target target) {
        return s.lanes().stream()
                .filter(l -> l.phase() instanceof Phase.Promoting)
                .filter(l ->
                        l.candidates().keySet().stream().anyMatch(target.made().changed()::containsKey))
                .map(l -> "Lane " + l.candidates().keySet() + " is being promoted; roll back when it is done")
                .findFirst();
    }

    /** @throws EngineException as {@link #target}; CONFLICT where it cannot be done now */
    public Target check(String release) {
        Target target = target(release);
        refusal(target).ifPresent(why -> {
            throw new EngineException(FailureKind.CONFLICT, why);
        });
        return target;
    }

    /**
     * @param reason for everybody; never empty
     * @return the new release's id
     * @throws EngineException as {@link #target}; CONFLICT where it cannot be done now, or production was moved meanwhile
     */
    public String perform(String release, String reason, String user) {
        Target target = check(release);
        ImageSet set = with(target);
        Event.ReleaseMade made = unfinished(release).orElseGet(() -> made(target, set, reason, user));
        Promoter.Result result = promote(made, Optional.of(ImageSet.of(target.production())));
        if (!result.promoted()) {
            throw new EngineException(FailureKind.CONFLICT, made.id() + " was not promoted: " + result.reason());
        }
        return made.id();
    }

    private Promoter.Result promote(Event.ReleaseMade made, Optional<ImageSet> expected) {
        String promotion = LanePromotion.PROMOTION + made.id();
        Promoter.Result result = ports.promoter().promote(request(promotion, made, expected));
        end(
                made,
                result.promoted()
                        ? new Event.ReleasePromoted(made.id(), promotion)
                        : new Event.PromotionRefused(made.id(), promotion, result.reason()));
        return result;
    }

    private Promoter.Request request(String promotion, Event.ReleaseMade made, Optional<ImageSet> expected) {
        return candidates
                .promotion(ports.promoter(), promotion, made, () -> expected, movingTags)
                .unless(() -> isOpen(journal.state(), made) ? Optional.empty() : Optional.of(GIVEN_UP));
    }

    private void end(Event.ReleaseMade made, Event end) {
        journal.update(s -> isOpen(s, made) ? List.of(end) : List.of());
    }

    private static boolean isOpen(LaneState s, Event.ReleaseMade made) {
        return s.rollbacks().stream().anyMatch(r -> r.id().equals(made.id()));
    }

    /**
     * Goes on with those whose process died while tags moved: nobody else gets them before that, and no person need ask (I6).
     * Nothing came of those that were not planned in time, and production may be another by now.
     */
    void goOn() {
        for (Event.ReleaseMade made : journal.state().rollbacks()) {
            String promotion = LanePromotion.PROMOTION + made.id();
            try {
                if (ports.promoter().isPlanned(promotion)) {
                    promote(made, Optional.empty());
                } else if (isLate(made)) {
                    end(made, new Event.PromotionRefused(made.id(), promotion, GIVEN_UP));
                }
            } catch (EngineException e) {
                // Somebody works on it, or it cannot be done now: looked at again next time.
            }
        }
    }

    private boolean isLate(Event.ReleaseMade made) {
        Instant madeAt = ports.store().release(made.id()).orElseThrow().madeAt();
        return Duration.between(madeAt, ports.clock().instant()).abs().compareTo(PATIENCE) > 0;
    }

    private ImageSet with(Target target) {
        SortedMap<String, PinnedImage> images = new TreeMap<>(target.production());
        images.putAll(target.made().changed());
        return ImageSet.of(images);
    }

    /** What the same order left, whose process died before production was as it says. */
    private Optional<Event.ReleaseMade> unfinished(String release) {
        return journal.state().rollbacks().stream()
                .filter(made -> made.rollbackOf().equals(release))
                .findFirst();
    }

    private Event.ReleaseMade made(Target target, ImageSet set, String reason, String user) {
        Event.ReleaseMade former = target.made();
        String prefix = former.id()
                .substring(
                        0,
                        former.id().length() - String.valueOf(former.number()).length());
        Event.ReleaseMade[] made = new Event.ReleaseMade[1];
        journal.update(s -> {
            promoting(s, target).ifPresent(why -> {
                throw new EngineException(FailureKind.CONFLICT, why);
            });
            trial.save(
                    set,
                    ports.store().release(s.lastRelease()).map(r -> r.made().set()));
            int number = s.lastNumber() + 1;
            made[0] = new Event.ReleaseMade(
                    prefix + number,
                    environment,
                    number,
                    Event.Kind.MICRO,
                    set.digest(),
                    s.lastRelease(),
                    former.id(),
                    former.changed(),
                    List.of(),
                    "",
                    Optional.of(user),
                    Optional.of(reason),
                    Optional.empty());
            return List.of(made[0]);
        });
        return made[0];
    }
}
