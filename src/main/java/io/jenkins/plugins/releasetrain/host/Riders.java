package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import hudson.security.Permission;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.promotion.Permit;
import io.jenkins.plugins.releasetrain.security.Access;
import io.jenkins.plugins.releasetrain.security.Access.Rule;
import io.jenkins.plugins.releasetrain.security.Access.Wish;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.springframework.security.core.Authentication;

/** Asks for builds, by the settings that hold now, whether they may do what they are about to do. */
@Restricted(NoExternalUse.class)
public final class Riders {
    private static final String PLACE = "Manage Jenkins » Release Train » %s '%s' » Who may (as code: access)";

    private final Controller controller;
    private final Askers askers;
    private final Supplier<Settings> settings;

    /** @param settings those that hold now */
    Riders(Controller controller, Supplier<Settings> settings) {
        this.controller = controller;
        this.askers = new Askers(controller);
        this.settings = settings;
    }

    /**
     * A build, and whom it runs as.
     *
     * @param as SYSTEM where no authorization for builds is configured
     */
    public record Asking(Run<?, ?> build, Authentication as) {}

    /** Names of the trains that are configured. */
    public List<String> trains() {
        return settings.get().trains().stream().map(TrainConfiguration::getName).toList();
    }

    /**
     * Names of the environments that a train installs into.
     *
     * @throws EngineException no such train
     */
    public Set<String> environmentsOf(String train) {
        return Set.copyOf(settings.get().train(train).environments());
    }

    /** Services that trains and environments for lanes give to a job by name. */
    public SortedSet<String> servicesOf(String job) {
        Settings now = settings.get();
        return Access.owned(
                Stream.concat(
                                now.trains().stream().flatMap(t -> t.rules().stream()),
                                now.environments().stream().flatMap(e -> e.rules().stream()))
                        .toList(),
                job);
    }

    /** @throws EngineException FORBIDDEN where it may not, or no such train */
    public void mayRide(Asking who, String train, Collection<String> services, boolean promote) {
        TrainConfiguration configured = settings.get().train(train);
        ask(configured.rules(), who, ride(train, services, promote));
    }

    /** @throws EngineException FORBIDDEN where it may not, or no such environment */
    public void mayRunLanes(Asking who, String environment, Collection<String> services, boolean promote) {
        EnvironmentConfiguration configured = settings.get().environment(environment);
        if (!services.isEmpty() && configured.getCatalog() == null) {
            throw Wiring.noLanes(environment);
        }
        ask(configured.rules(), who, lanes(environment, services, promote));
    }

    /** @throws EngineException FORBIDDEN where it may not, or no such registry */
    public void mayPromote(Asking who, String registry, Collection<String> repositories) {
        RegistryConfiguration configured = settings.get().registry(registry);
        ask(
                configured.rules(),
                who,
                new Wish(
                        "promote to registry '" + registry + "'",
                        PLACE.formatted("registry", registry),
                        repositories,
                        true));
    }

    /**
     * Whether it may ride some train, or run lanes in some environment, with the service: then it may also say something
     * about its contract.
     *
     * @throws EngineException FORBIDDEN where it may not
     */
    public void mayJudge(Asking who, String service) {
        List<Rule> rules = new ArrayList<>();
        settings.get().trains().forEach(t -> rules.addAll(t.rules()));
        settings.get().environments().forEach(e -> rules.addAll(e.rules()));
        Wish wish = new Wish(
                "say anything about the contract of service '" + service + "'",
                "Manage Jenkins » Release Train » a train or an environment » Who may (as code: access)",
                List.of(service),
                false);
        ask(rules, who, wish);
    }

    /** What was asked when a change boarded, asked again when it is decided and when it ships (I10). */
    Permit permitOfTrain(String train) {
        return (origin, services) ->
                stillAllowed(settings.get().train(train).rules(), origin, ride(train, services, true));
    }

    /** The same for the lanes of an environment. */
    Permit permitOfLanes(String environment) {
        return (origin, services) -> stillAllowed(
                settings.get().environment(environment).rules(), origin, lanes(environment, services, true));
    }

    private static Wish ride(String train, Collection<String> services, boolean promote) {
        return new Wish("ride train '" + train + "'", PLACE.formatted("train", train), services, promote);
    }

    private static Wish lanes(String environment, Collection<String> services, boolean promote) {
        return new Wish(
                "run lanes in environment '" + environment + "'",
                PLACE.formatted("environment", environment),
                services,
                promote);
    }

    private Optional<String> stillAllowed(List<Rule> rules, Origin origin, Wish wish) {
        return Access.refusal(rules, askers.rider(origin), wish)
                .map(why -> "not allowed any more by the time it was to ship: " + why);
    }

    /** @throws EngineException FORBIDDEN where the user that it runs as lacks a permission */
    public void check(Authentication who, Permission permission) {
        if (!controller.may(who, permission)) {
            throw new EngineException(
                    FailureKind.FORBIDDEN,
                    "The build runs as '" + who.getName() + "', who lacks the permission " + permission.group.title
                            + "/" + permission.name + "; let somebody grant it, or run the build as another user");
        }
    }

    private void ask(List<Rule> rules, Asking who, Wish wish) {
        Access.refusal(rules, askers.rider(who.build(), who.as()), wish).ifPresent(why -> {
            throw new EngineException(FailureKind.FORBIDDEN, why);
        });
    }
}
