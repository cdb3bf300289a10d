package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Brings an earlier release's set back. Three appends, each of which may be repeated: the order and the hold, the blocks,
 * the release; so what a crash leaves is the safer half, and asking for the same again goes on.
 */
public final class Rollbacks {
    /** So many releases are looked back over. */
    private static final int HOPS = 200;

    private final TrainContext context;
    private final Blocks blocks;
    private final Releases releases;

    Rollbacks(TrainContext context, Blocks blocks, Releases releases) {
        this.context = context;
        this.blocks = blocks;
        this.releases = releases;
    }

    /**
     * What would be brought back.
     *
     * @param set as far as today's catalog knows its services
     * @param skipped services of the release that the catalog does not know any more, or has in another repository of
     *     production, which does not hold the image: they stay as they are
     */
    public record Target(Event.ReleaseMade made, ImageSet set, List<String> skipped) {}

    /** @throws EngineException INVALID_INPUT not a release of this train, or the catalog knows nothing of it any more */
    public Target target(String release) {
        Event.ReleaseMade made = store().release(release)
                .map(ReleaseRecord::made)
                .filter(r -> r.owner().equals(context.settings().name()))
                .orElseThrow(() -> EngineException.invalid(
                        "Train '" + context.settings().name() + "' has no release '" + release + "'"));
        ImageSet whole = context.set(made.set());
        SortedMap<String, PinnedImage> images = new TreeMap<>(whole.images());
        images.replaceAll((name, image) -> today(name, image).orElse(null));
        images.values().removeIf(Objects::isNull);
        TreeSet<String> skipped = new TreeSet<>(whole.images().keySet());
        skipped.removeAll(images.keySet());
        if (images.isEmpty()) {
            throw EngineException.invalid(
                    "The catalog of train '" + context.settings().name() + "' knows no service of release '" + release
                            + "' any more: " + skipped);
        }
        return new Target(made, ImageSet.of(images), List.copyOf(skipped));
    }

    /** The image where today's catalog has the service; empty where it is not to be had there. */
    private Optional<PinnedImage> today(String name, PinnedImage image) {
        Service service = context.catalog().services().get(name);
        if (service == null || service.productionRepository().equals(image.repository())) {
            return Optional.of(image).filter(i -> service != null);
        }
        String repository = service.productionRepository();
        return context.registries()
                .production()
                .resolve(repository, image.digest().value())
                .map(there -> new PinnedImage(repository, image.digest(), ""));
    }

    /** Releases that a rollback to this one undoes, newest first; none where production comes forward by it. */
    public List<Event.ReleaseMade> over(String release) {
        Map<String, Event.ReleaseMade> line = line(context.journal().state().lastRelease(), release);
        Set<String> before =
                line.containsKey(release) ? Set.of(release) : line(release, "").keySet();
        return line.values().stream()
                .takeWhile(r -> !before.contains(r.id()))
                .filter(r -> r.rollbackOf().isEmpty())
                .toList();
    }

    /** What led to a release, newest first: what it follows or, of a rollback, what that brought back. */
    private Map<String, Event.ReleaseMade> line(String newest, String last) {
        Map<String, Event.ReleaseMade> line = new LinkedHashMap<>();
        Optional<ReleaseRecord> next = store().release(newest);
        while (next.isPresent() && line.size() < HOPS && !line.containsKey(last)) {
            Event.ReleaseMade made = next.get().made();
            line.put(made.id(), made);
            next = store().release(made.rollbackOf().isEmpty() ? made.parent() : made.rollbackOf());
        }
        return line;
    }

    /**
     * @return the new release's id; it is installed and promoted by whoever drives the train
     * @throws EngineException INVALID_INPUT, NOT_FOUND: as said; CONFLICT: a release is being promoted; FORBIDDEN: an image
     *     of the set is blocked; nothing is done then
     */
    public String perform(Rollback wanted) {
        Target target = target(wanted.release());
        blocks.check(target.set().images());
        checkBad(wanted, target);
        Event.RollbackOrdered order = new Event.RollbackOrdered(
                wanted.release(), wanted.reason(), wanted.hold(), wanted.bad(), wanted.user());
        releases.giveWay(why(wanted));
        store().saveSet(target.set(), Optional.of(target.made().set()));
        ImageSet production = context.registries().productionSet(context.catalog());
        context.journal().update(s -> ordered(s, order));
        blocks.markBad(wanted.bad(), wanted.reason(), wanted.user());
        TrainState after = context.journal().update(s -> released(s, wanted, target, production));
        return context.releaseId(after.lastNumber());
    }

    private void checkBad(Rollback wanted, Target target) {
        Set<String> over =
                over(wanted.release()).stream().map(Event.ReleaseMade::id).collect(Collectors.toSet());
        Set<Digest> kept =
                target.set().images().values().stream().map(PinnedImage::digest).collect(Collectors.toSet());
        for (String bad : wanted.bad()) {
            Event.ReleaseMade made = store().release(bad)
                    .map(ReleaseRecord::made)
                    .orElseThrow(() -> new EngineException(
                            FailureKind.NOT_FOUND, "There is no release '" + bad + "' to be marked bad"));
            if (!over.contains(bad)) {
                throw EngineException.invalid("Release '" + bad + "' is not among those that a rollback to '"
                        + wanted.release() + "' goes back over; mark it bad by itself");
            }
            made.changed().forEach((service, image) -> {
                if (kept.contains(image.digest())) {
                    throw EngineException.invalid(
                            "Release '" + bad + "' brought an image of '" + service + "' that '" + wanted.release()
                                    + "' holds too, so that it cannot be marked bad with the rollback to it");
                }
            });
        }
    }

    private List<Event> ordered(TrainState s, Event.RollbackOrdered order) {
        checkNothingIsPromoted(s);
        List<Event> events = new ArrayList<>();
        if (!s.rollback().equals(Optional.of(order))) {
            events.add(order);
        }
        if (order.hold() && !s.held().equals(order.reason())) {
            events.add(new Event.ReleasesHeld(order.reason(), order.user()));
        }
        return events;
    }

    private List<Event> released(TrainState s, Rollback wanted, Target target, ImageSet production) {
        checkNothingIsPromoted(s);
        List<Event> events = context.abandon(s, why(wanted));
        events.add(new Event.ReleaseMade(
                context.releaseId(s.lastNumber() + 1),
                context.settings().name(),
                s.lastNumber() + 1,
                Event.Kind.MONO,
                target.set().digest(),
                s.lastRelease(),
                wanted.release(),
                target.set().changedSince(production),
                List.of(),
                "",
                Optional.of(wanted.user()),
                Optional.of(wanted.reason()),
                target.skipped().isEmpty() ? Optional.empty() : Optional.of(target.skipped())));
        return events;
    }

    private static String why(Rollback wanted) {
        return "rolled back to " + wanted.release() + " by " + wanted.user() + ": " + wanted.reason();
    }

    /** Why it cannot be done now; a release that is held, paused or frozen before its first tag gives way. */
    public Optional<String> refusal(TrainState s) {
        return s.pending().filter(p -> !releases.isStopped(s, p)).map(Rollbacks::promoting);
    }

    private static String promoting(TrainState.Pending pending) {
        return "Release " + pending.made().id() + " is being promoted; roll back when it is done";
    }

    private static void checkNothingIsPromoted(TrainState s) {
        s.pending().ifPresent(p -> {
            throw new EngineException(FailureKind.CONFLICT, promoting(p));
        });
    }

    private Store store() {
        return context.ports().store();
    }
}
