package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.logging.Level;

/** What the last run of Jenkins left in the store, which needs no build, or whose build did not survive. */
record LeftWork(ReleaseService service, Supplier<Settings> settings) {
    private static final String TRAIN = "train/";
    private static final String LANE = "lane/";
    private static final int LARGEST_SITE = 1_000;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    /** Tried until it works. */
    void takeUp() {
        if (service.controller().isQuiet()) {
            service.later(this::takeUp, TRY_AGAIN);
            return;
        }
        try {
            settings.get().trains().forEach(t -> service.train(t.getName()).wake());
            service.store()
                    .activeStreams(TRAIN, LARGEST_SITE)
                    .forEach(stream ->
                            service.train(stream.substring(TRAIN.length())).wake());
            environments().forEach(this::lanes);
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING, "What was left by the last run cannot be taken up yet; trying again", e);
            service.later(this::takeUp, TRY_AGAIN);
        }
    }

    /** Those that take lanes, and those that did. */
    private Set<String> environments() {
        Set<String> names = new TreeSet<>();
        settings.get().environments().stream()
                .filter(e -> e.getCatalog() != null)
                .map(EnvironmentConfiguration::getName)
                .forEach(names::add);
        service.store().streams(LANE).stream()
                .map(stream -> stream.substring(LANE.length()))
                // of a group of its own, as lanes were kept once
                .filter(name -> name.indexOf('/') < 0)
                .forEach(names::add);
        return names;
    }

    /** Trouble with one environment, as credentials that are missing, is no matter to the others (I14). */
    private void lanes(String environment) {
        try {
            service.lanes(environment).takeUp();
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING, e, () -> "Lanes of '" + environment + "' cannot be taken up yet; trying again");
            service.later(() -> lanes(environment), TRY_AGAIN);
        }
    }
}
