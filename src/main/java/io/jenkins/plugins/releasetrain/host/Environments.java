package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** The configured environments, by the settings that hold when they are asked for. */
@Restricted(NoExternalUse.class)
public final class Environments {
    private final Supplier<Wiring> wiring;
    private final Function<String, List<Catalog>> catalogs;

    Environments(Supplier<Wiring> wiring, Function<String, List<Catalog>> catalogs) {
        this.wiring = wiring;
        this.catalogs = catalogs;
    }

    /** @throws io.jenkins.plugins.releasetrain.engine.model.EngineException where it is not configured */
    public Environment get(String name) {
        return wiring.get().environment(name);
    }

    /** All that trains and lanes install there. */
    public List<Service> services(String environment) {
        return catalogs.apply(environment).stream()
                .flatMap(catalog -> catalog.services().values().stream())
                .toList();
    }
}
