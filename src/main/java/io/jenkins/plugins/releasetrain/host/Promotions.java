package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryRole;
import io.jenkins.plugins.releasetrain.engine.daemon.DaemonImages;
import io.jenkins.plugins.releasetrain.engine.event.Event.PromotionOrdered;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.promotion.PlainItems;
import io.jenkins.plugins.releasetrain.engine.promotion.PlainPromotions;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Promotions that builds ask for; one whose build ends before it is complete is undone (I6). Looks after all promotions of
 * this controller, those of trains and lanes included, until none is half done.
 */
@Restricted(NoExternalUse.class)
public final class Promotions {
    private final ReleaseService service;
    private final Controller controller;
    private final PlainPromotions open;
    private final Live live;
    private final RegistryClients clients;

    Promotions(
            ReleaseService service, Controller controller, PlainPromotions open, Live live, RegistryClients clients) {
        this.service = service;
        this.controller = controller;
        this.open = open;
        this.live = live;
        this.clients = clients;
    }

    /**
     * What a build asks for.
     *
     * @param images as {@link PlainItems#of} reads them
     * @param overwrite whether tags may move that point to another image
     */
    public record Wanted(String from, String to, List<String> images, boolean overwrite) {}

    /**
     * The build that asks.
     *
     * @param stopped whether it was stopped meanwhile: what it asks for takes a while to be ready, as images of a daemon are
     *     pushed first, and nobody can give up what is not ordered yet
     * @param notes told what is worth a line in the log
     */
    public record Asking(Run<?, ?> build, Origin origin, BooleanSupplier stopped, Consumer<String> notes) {}

    /**
     * Runs a promotion, or goes on with it: what is planned is promoted as it was, whatever its tags are by now (I1).
     *
     * @return what was promoted, by the journal
     * @throws EngineException after which it must be given up, or run again where that is retryable
     */
    public Promoter.Result promote(String id, Wanted wanted, Asking asking) {
        Registries registries = registries(wanted.from(), wanted.to(), asking.build());
        Promoter promoter = service.promoter();
        List<Promoter.Item> items = promoter.isPlanned(id)
                ? List.of()
                : items(wanted, registries)
                        .of(service.pushed(wanted.from(), wanted.images(), registries.dev(), asking.build()));
        PromotionOrdered order = new PromotionOrdered(id, wanted.from(), wanted.to(), asking.origin());
        open.order(order);
        if (asking.stopped().getAsBoolean()) {
            undo(order, "its build was stopped");
            throw new EngineException(FailureKind.CONFLICT, "Nothing was promoted: its build was stopped");
        }
        Promoter.Result result;
        try {
            result = promoter.promote(request(id, registries, items).telling(live.promoting(order, asking.notes())));
        } finally {
            live.promotingNoMore(id);
        }
        end(id, result);
        if (!result.promoted()) {
            throw new EngineException(FailureKind.CONFLICT, "Nothing was promoted: " + result.reason());
        }
        return result;
    }

    /** Two registries for a promotion by a build, with the credentials that its job sees. */
    private Registries registries(String from, String to, Run<?, ?> build) {
        RegistryConfiguration source = service.current().registry(from);
        return new Registries(clients.connect(source, Optional.of(build)), target(to, Optional.of(build)));
    }

    /** @param build whose job's credentials are used; empty: the system's */
    private Registry target(String to, Optional<Run<?, ?>> build) {
        RegistryConfiguration target = service.current().registry(to);
        if (target.getRole() != RegistryRole.PRODUCTION) {
            throw EngineException.invalid("Registry '" + to + "' is not a production registry, so nothing is promoted"
                    + " to it; choose another, or change its role under Manage Jenkins » Release Train");
        }
        return clients.connect(target, build);
    }

    /** How far a promotion is, in words; empty where it is not under way. */
    public Optional<String> progress(String id) {
        return live.promotion(id).map(p -> p.state().text());
    }

    /** What a promotion would do; changes nothing. */
    public Promoter.Plan plan(Wanted wanted, Run<?, ?> build) {
        wanted.images().stream().filter(DaemonImages::isInDaemon).findFirst().ifPresent(image -> {
            throw EngineException.invalid("promoteImage: image '" + image
                    + "' is in a Docker daemon and would be pushed first, so that it cannot be planned");
        });
        Registries registries = registries(wanted.from(), wanted.to(), build);
        return service.promoter()
                .plan(request("plan", registries, items(wanted, registries).of(wanted.images())));
    }

    /**
     * The repositories that a build asks for, without prefix; asks no registry.
     *
     * @throws EngineException INVALID_INPUT where an entry is no image
     */
    public List<String> repositories(Wanted wanted, Run<?, ?> build) {
        return items(wanted, registries(wanted.from(), wanted.to(), build))
                .repositories(wanted.images().stream().map(DaemonPushes::bare).toList());
    }

    private PlainItems items(Wanted wanted, Registries registries) {
        return new PlainItems(
                registries.dev(),
                service.repositoryPrefix(wanted.from()),
                service.repositoryPrefix(wanted.to()),
                wanted.overwrite());
    }

    private static Promoter.Request request(String id, Registries registries, List<Promoter.Item> items) {
        return new Promoter.Request(id, "", registries.dev(), registries.production(), items, Map.of());
    }

    private void end(String id, Promoter.Result result) {
        if (result.ended()) {
            open.ended(id, result.promoted() ? Optional.empty() : Optional.of(result.reason()));
        }
    }

    /** Undoes what was done of a promotion, in the background, and tries until that has worked; nothing where it ended. */
    public void giveUp(String promotion, String reason) {
        controller
                .threads()
                .execute(() -> open.open().stream()
                        .filter(order -> order.promotion().equals(promotion))
                        .findFirst()
                        .ifPresent(order -> undo(order, reason)));
    }

    private void undo(PromotionOrdered order, String reason) {
        try {
            Promoter.Result result = service.promoter().abandon(order.promotion(), reason, target(order));
            end(order.promotion(), result);
            if (!result.ended()) {
                warn(order.promotion(), result.reason());
            }
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING, e, () -> "Promotion " + order.promotion() + " is not undone yet; trying again");
        }
    }

    /** With the credentials that the order's job sees, also when that build is deleted; else only the system's are left. */
    private Registry target(PromotionOrdered order) {
        return target(order.to(), controller.buildOfSameJob(order.origin().build()));
    }

    private static void warn(String promotion, String problem) {
        ReleaseService.LOGGER.warning(() -> "Promotion " + promotion + ": " + problem + "; trying again");
    }

    /** {@link #lookAfter} now and then: what goes wrong is tried again the next time. */
    void watch() {
        try {
            lookAfter();
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(Level.WARNING, "Open promotions cannot be looked after now; trying again", e);
        }
    }

    /**
     * What belongs to builds that did not survive is undone, and so is what could not be undone before. Promotions of
     * builds that go on are left to them.
     */
    void lookAfter() {
        for (PromotionOrdered order : open.open()) {
            if (service.promoter().hasEnded(order.promotion()) || !controller.isAlive(order.origin())) {
                undo(order, "its build " + order.origin().build() + " ended before it was complete");
            }
        }
        service.promoter().sweep(this::target).forEach(Promotions::warn);
    }

    /** With the credentials that the order's job sees, else the system's. */
    private Optional<Registry> target(Promoter.Open promotion) {
        return open.open().stream()
                .filter(order -> order.promotion().equals(promotion.id()))
                .findFirst()
                .map(this::target)
                .filter(registry -> RegistrySettings.isSameHost(registry.host(), promotion.target()))
                .or(() -> service.productionAt(promotion.target()));
    }
}
