package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.event.TagLeft;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter.Request;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter.Result;
import io.jenkins.plugins.releasetrain.engine.promotion.Undo.Fate;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.Journal;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** The way of one promotion from its plan to its end; one thread at a time. */
final class Course {
    private final Tools tools;
    private final Request request;
    private final String id;
    private final Journal<PromotionState> journal;
    private final Optional<Map<Registry.Tag, Registry.Descriptor>> present;
    private ImageCopier.Report copied = ImageCopier.Report.NOTHING;

    /** What all promotions work with. */
    record Tools(Store store, OpenPromotions open, Blocks blocks, Undo undo, ImageCopier copier, Executor executor) {}

    /** @param present what the target's tags were just seen to point to, where it was planned just now, with its tags taken */
    Course(
            Tools tools,
            Request request,
            Journal<PromotionState> journal,
            Optional<Map<Registry.Tag, Registry.Descriptor>> present) {
        this.tools = tools;
        this.request = request;
        this.id = request.id();
        this.journal = journal;
        this.present = present;
    }

    /** @throws EngineException retryable: it is neither completed nor undone yet */
    Result run() {
        PromotionState state = journal.state();
        if (!state.ended()) {
            if (present.isEmpty()) {
                take(state);
            }
            request.progress().decided(state.moves());
            Optional<String> against = elsewhere(state).or(() -> unwanted(state));
            against.ifPresent(this::undoing);
            if (against.isEmpty() && state.undoing().isEmpty()) {
                forward(state);
            }
        }
        Result result = undo();
        if (!result.ended()) {
            throw new EngineException(
                    FailureKind.UNAVAILABLE, "Promotion " + id + " is being undone: " + result.reason());
        }
        return result;
    }

    private void take(PromotionState state) {
        tools.open().take(id, state.plan().orElseThrow().target(), PromotionState.names(state.moves()));
    }

    /** Why it cannot go on: what was planned for one registry is not done in another. */
    private Optional<String> elsewhere(PromotionState state) {
        return wrongTarget(state)
                .or(() -> state.plan()
                        .map(Event.PromotionPlanned::source)
                        .filter(planned -> !state.contentThere()
                                && !RegistrySettings.isSameHost(
                                        planned, request.source().host()))
                        .map(planned -> "it was planned with images of " + planned
                                + ", which is not the registry to promote" + " from any more"));
    }

    private Optional<String> wrongTarget(PromotionState state) {
        return state.plan()
                .map(Event.PromotionPlanned::target)
                .filter(planned ->
                        !RegistrySettings.isSameHost(planned, request.target().host()))
                .map(planned -> "it was planned for " + planned + ", which is not the registry to promote to any more");
    }

    /** Once tags have begun to move, the shorter way back to something whole is on. */
    private Optional<String> unwanted(PromotionState state) {
        return state.tagging()
                ? Optional.empty()
                : veto().or(() -> tools.blocks()
                        .refusal(state.moves().stream().map(Move::digest).toList()));
    }

    /** Whoever is to wait, for days perhaps, keeps nobody else from its tags; what it finds moved then is stale. */
    private Optional<String> veto() {
        try {
            return request.veto().get();
        } catch (EngineException e) {
            if (e.kind() == FailureKind.BUSY) {
                tools.open().close(id, List.of());
            }
            throw e;
        }
    }

    private void undoing(String reason) {
        journal.update(s ->
                s.ended() || s.undoing().isPresent() ? List.of() : List.of(new Event.PromotionUndoing(id, reason)));
    }

    private void forward(PromotionState planned) {
        try {
            if (present.isEmpty() && !planned.tagging()) {
                Planner.checkFormer(request.target(), planned.moves());
            }
            PromotionState copied = content(planned);
            Optional<String> unwanted = unwanted(copied);
            unwanted.ifPresent(this::undoing);
            if (unwanted.isEmpty()) {
                tags(copied);
                journal.update(s ->
                        s.ended() || s.undoing().isPresent() ? List.of() : List.of(new Event.PromotionCompleted(id)));
            }
        } catch (RuntimeException e) {
            if (Failures.isRetryable(e)) {
                throw e;
            }
            undoing(Failures.text(e));
            if (!journal.state().tagging()) {
                undo();
                throw e;
            }
        }
    }

    private PromotionState content(PromotionState state) {
        if (state.contentThere()) {
            return state;
        }
        CopyPlan plan = tools.copier()
                .plan(request.source(), request.target(), Planner.images(state.moves(), present.orElse(Map.of())));
        request.progress().begun(plan);
        copied = tools.copier().carryOut(plan, request.source(), request.target(), request.progress());
        return journal.update(s -> s.contentThere()
                ? List.of()
                : List.of(new Event.ContentPromoted(id, copied.bytes(), copied.copiedBlobs(), copied.mountedBlobs())));
    }

    private void tags(PromotionState state) {
        new Tagging(
                        id,
                        request.target(),
                        journal,
                        tools.executor(),
                        this::copyAgain,
                        request.progress(),
                        () -> tools.open().requireOurs(id))
                .run(state.moves());
    }

    private void copyAgain(Move move) {
        tools.copier()
                .copyAgain(
                        request.source(),
                        move.sourceRepository(),
                        move.digest(),
                        request.target(),
                        move.targetRepository());
    }

    /** Ends what is being undone, as far as the registry lets it; does nothing with what ended otherwise. */
    Result undo() {
        PromotionState state = journal.state();
        if (state.undoing().isPresent()) {
            state = state.moved().isEmpty() ? undone(List.of()) : putBack(state);
        } else if (state.ended()) {
            tools.open()
                    .close(
                            id,
                            state.undone().map(Event.PromotionUndone::leftOver).orElse(List.of()));
        }
        return Result.of(state, copied);
    }

    private PromotionState putBack(PromotionState state) {
        take(state);
        Optional<String> elsewhere = wrongTarget(state);
        List<Undo.Tag> left = elsewhere.isPresent()
                ? state.moved().stream()
                        .map(m -> new Undo.Tag(m, Fate.LATER, elsewhere.get()))
                        .toList()
                : lookedAtTwice(state, tools.undo().run(request.target(), state.moved(), new Lost()));
        if (left.stream().noneMatch(t -> t.fate() == Fate.LATER)) {
            return undone(left);
        }
        List<TagLeft> tags = left.stream().map(Undo.Tag::left).toList();
        return journal.update(
                s -> s.ended() || s.left().equals(tags) ? List.of() : List.of(new Event.TagsLeft(id, tags)));
    }

    /** What is gone at one look only may be a registry's that is in disorder, as while it is restored. */
    private static List<Undo.Tag> lookedAtTwice(PromotionState state, List<Undo.Tag> left) {
        return left.stream()
                .map(t -> (t.fate() == Fate.GONE || t.fate() == Fate.REMOVED)
                                && !state.left().contains(t.left())
                        ? t.tryAgain()
                        : t)
                .toList();
    }

    /** Kept by the journal, or brought from where it was promoted. */
    private final class Lost implements Undo.Lost {
        @Override
        public List<Manifest> kept(Digest former) {
            return new Formers(tools.store(), Promoter.stream(id)).find(former);
        }

        @Override
        public void copyAgain(Move move) {
            String source = journal.state().plan().orElseThrow().source();
            if (!RegistrySettings.isSameHost(source, request.source().host())) {
                throw new EngineException(FailureKind.NOT_FOUND, source + " is not at hand to copy it from");
            }
            tools.copier()
                    .copyAgain(
                            request.source(),
                            move.sourceRepository(),
                            move.former().orElseThrow(),
                            request.target(),
                            move.targetRepository());
        }
    }

    /** Tags whose former image is lost would keep all others of theirs waiting for ever; they are named, and it ends. */
    private static String reason(String reason, List<Undo.Tag> left) {
        return with(
                with(reason, "; stays moved, as its former image is lost: ", Fate.GONE, left),
                "; not put back, as nothing is there any more: ",
                Fate.REMOVED,
                left);
    }

    private static String with(String reason, String words, Fate fate, List<Undo.Tag> left) {
        String named = left.stream()
                .filter(t -> t.fate() == fate)
                .map(t -> PromotionState.name(t.move()) + " (" + t.problem() + ")")
                .sorted()
                .collect(Collectors.joining(", "));
        return named.isEmpty() ? reason : reason + words + named;
    }

    private PromotionState undone(List<Undo.Tag> left) {
        List<Undo.Tag> refused =
                left.stream().filter(t -> t.fate() == Fate.REFUSED).toList();
        PromotionState state = journal.update(s -> s.ended()
                ? List.of()
                : List.of(new Event.PromotionUndone(id, reason(s.undoing().orElseThrow(), left), names(refused))));
        tools.open().close(id, names(refused));
        return state;
    }

    private static List<String> names(List<Undo.Tag> tags) {
        return tags.stream().map(t -> PromotionState.name(t.move())).sorted().toList();
    }
}
