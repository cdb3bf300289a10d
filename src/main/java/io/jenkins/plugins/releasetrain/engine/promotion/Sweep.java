package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Looks after promotions that nobody works on: what is half undone, what was left over, what a crash left open. */
final class Sweep {
    private final Promoter promoter;
    private final Course.Tools tools;
    private final Function<Promoter.Open, Optional<Registry>> targets;
    private final Patience patience;

    /**
     * Some registries never remove a tag, so they are not asked each time.
     *
     * @param again when tags that are left over are tried again, by promotion
     */
    record Patience(Instant now, Map<String, Instant> again) {
        private static final Duration PERIOD = Duration.ofMinutes(10);

        private boolean isDue(String id) {
            return !again.getOrDefault(id, Instant.MIN).isAfter(now);
        }

        private void tried(String id, boolean allGone) {
            if (allGone) {
                again.remove(id);
            } else {
                again.put(id, now.plus(PERIOD));
            }
        }
    }

    Sweep(
            Promoter promoter,
            Course.Tools tools,
            Function<Promoter.Open, Optional<Registry>> targets,
            Patience patience) {
        this.promoter = promoter;
        this.tools = tools;
        this.targets = targets;
        this.patience = patience;
    }

    /** @return what could not be done yet, in words, by promotion; one that fails does not stop the others */
    Map<String, String> run() {
        Map<String, String> problems = new TreeMap<>();
        tools.open().all().forEach((id, open) -> {
            try {
                if (tools.open().isOurs(open) || tools.open().isGone(open)) {
                    lookAfter(id, open).ifPresent(problem -> problems.put(id, problem));
                }
            } catch (RuntimeException e) {
                boolean elsewhere = e instanceof EngineException known && known.kind() == FailureKind.BUSY;
                if (!elsewhere) {
                    problems.put(id, Failures.text(e));
                }
            }
        });
        return problems;
    }

    private Optional<String> lookAfter(String id, OpenPromotions.Open open) {
        PromotionState state = promoter.journal(id).state();
        if (open.over()) {
            return patience.isDue(id) ? removeLeftOver(id, open, state) : Optional.empty();
        } else if (!state.planned()) {
            return promoter.alone(id, () -> {
                tools.open().close(id, List.of());
                return Optional.empty();
            });
        } else if (state.ended() || state.undoing().isPresent()) {
            return problem(promoter.abandon(id, "", target(id, open)));
        } else if (!tools.open().isOurs(open)
                && state.plan().orElseThrow().release().isEmpty()) {
            // Trains and lanes that share the store go on with their own.
            return problem(promoter.abandon(
                    id, "its controller " + open.controller() + " is not heard of any more", target(id, open)));
        }
        return Optional.empty();
    }

    private Registry target(String id, OpenPromotions.Open open) {
        return targets.apply(new Promoter.Open(id, open.target()))
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Promotion " + id + " waits for registry " + open.target()
                                + ", which is not configured here any more; configure it again"));
    }

    private static Optional<String> problem(Promoter.Result result) {
        return result.ended() ? Optional.empty() : Optional.of(result.reason());
    }

    private Optional<String> removeLeftOver(String id, OpenPromotions.Open open, PromotionState state) {
        return promoter.alone(id, () -> {
            List<Move> left = state.moves().stream()
                    .filter(m -> open.tags().contains(PromotionState.name(m)))
                    .toList();
            List<Undo.Tag> still = tools.undo().remove(target(id, open), left).stream()
                    .filter(t -> t.fate() != Undo.Fate.BACK)
                    .toList();
            tools.open()
                    .close(
                            id,
                            still.stream()
                                    .map(t -> PromotionState.name(t.move()))
                                    .toList());
            patience.tried(id, still.isEmpty());
            return still.stream()
                    .map(t -> "left over: " + t.left().tag() + " (" + t.problem() + ")")
                    .reduce((a, b) -> a + ", " + b);
        });
    }
}
