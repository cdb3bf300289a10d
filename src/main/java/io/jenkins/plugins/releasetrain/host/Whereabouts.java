package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.environment.Sightings;
import io.jenkins.plugins.releasetrain.engine.history.Placing;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.logging.Level;

/** The places of the configuration, and what is seen in them; what cannot be read now is left out. */
final class Whereabouts {
    private final Sightings sightings;

    Whereabouts(Sightings sightings) {
        this.sightings = sightings;
    }

    Placing of(Settings settings, Wiring wiring) {
        SortedMap<String, Catalog> trains = new TreeMap<>();
        for (TrainConfiguration train : settings.trains()) {
            catalog(wiring, train.getCatalog()).ifPresent(c -> trains.put(train.getName(), c));
        }
        List<Placing.Where> places = new ArrayList<>();
        List<Catalog> lanes = new ArrayList<>();
        for (EnvironmentConfiguration environment : settings.environments()) {
            Optional<Catalog> own =
                    Optional.ofNullable(environment.getCatalog()).flatMap(name -> catalog(wiring, name));
            own.ifPresent(lanes::add);
            SortedMap<String, Service> services = new TreeMap<>();
            own.ifPresent(c -> services.putAll(c.services()));
            settings.trains().stream()
                    .filter(t -> t.environments().contains(environment.getName()) && trains.containsKey(t.getName()))
                    .forEach(t -> services.putAll(trains.get(t.getName()).services()));
            places.add(new Placing.Where(
                    environment.getName(),
                    environment.getCatalog() != null,
                    services.keySet(),
                    seen(wiring, environment.getName(), services)));
        }
        return Placing.of(places, trains, lanes);
    }

    private Optional<Placing.Seen> seen(Wiring wiring, String environment, Map<String, Service> services) {
        try {
            return services.isEmpty()
                    ? Optional.empty()
                    : sightings
                            .of(wiring.environment(environment), services.values())
                            .map(s -> new Placing.Seen(s.at(), s.images()));
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(Level.FINE, "Environment '" + environment + "' cannot be looked at", e);
            return Optional.empty();
        }
    }

    private static Optional<Catalog> catalog(Wiring wiring, String name) {
        try {
            return Optional.of(wiring.catalog(name));
        } catch (EngineException e) {
            ReleaseService.LOGGER.log(Level.FINE, "Catalog '" + name + "' cannot be read now", e);
            return Optional.empty();
        }
    }
}
