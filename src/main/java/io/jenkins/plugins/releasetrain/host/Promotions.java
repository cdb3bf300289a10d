package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event.PromotionOrdered;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.promotion.PlainPromotions;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;

/** Promotions that builds ask for. One whose build ends before it is complete is undone (I6). */
public final class Promotions {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final ReleaseService service;
    private final Controller controller;
    private final PlainPromotions open;

    Promotions(ReleaseService service, Controller controller, PlainPromotions open) {
        this.service = service;
        this.controller = controller;
        this.open = open;
    }

    /**
     * Runs a promotion, or goes on with it.
     *
     * @param items made where nothing stands against the order
     * @throws EngineException after which it must be given up, or run again where that is retryable
     */
    public List<Promoter.Item> promote(
            PromotionOrdered order, Run<?, ?> build, Function<Registries, List<Promoter.Item>> items) {
        Registries registries = service.registries(order.from(), order.to(), build);
        List<Promoter.Item> wanted = items.apply(registries);
        open.order(order);
        Promoter.Result result = service.promoter()
                .promote(new Promoter.Request(
                        order.promotion(), "", registries.dev(), registries.production(), wanted, Map.of()));
        if (!result.promoted()) {
            throw new EngineException(FailureKind.CONFLICT, "Nothing was promoted: " + result.reason());
        }
        open.ended(order.promotion(), Optional.empty());
        return wanted;
    }

    /** Undoes what was done, in the background, and tries until that has worked. */
    public void giveUp(PromotionOrdered order, String reason) {
        controller.threads().execute(() -> undo(order, reason));
    }

    private void undo(PromotionOrdered order, String reason) {
        try {
            Registry target =
                    service.target(order.to(), controller.build(order.origin().build()));
            service.promoter().abandon(order.promotion(), reason, target);
            open.ended(order.promotion(), Optional.of(reason));
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "Promotion " + order.promotion() + " of "
                            + order.origin().build() + " could not be undone; trying again");
            controller.later(() -> giveUp(order, reason), TRY_AGAIN);
        }
    }

    /** After a start: what belongs to builds that did not survive is undone; the others go on by themselves. */
    void resume() {
        open.open().stream()
                .filter(order -> !controller.isAlive(order.origin()))
                .forEach(order ->
                        giveUp(order, "its build " + order.origin().build() + " ended before it was complete"));
    }
}
