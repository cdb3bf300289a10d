package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;

/** What the last run of Jenkins left in the store, which needs no build, or whose build did not survive. */
record LeftWork(Supplier<Settings> settings, Supplier<Store> store, Host host) {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private static final String TRAIN = "train/";
    private static final String LANE = "lane/";
    private static final int LARGEST_SITE = 1_000;

    /** Who goes on with it. */
    interface Host {
        /** Whether nothing begins now. */
        boolean isQuiet();

        void train(String name);

        void lanes(String environment);

        void later(Runnable work, Duration delay);
    }

    /** The drivers of a controller. */
    record Drivers(BuildHost host) implements Host {
        @Override
        public boolean isQuiet() {
            return host.isQuiet();
        }

        @Override
        public void train(String name) {
            host.train(name).wake();
        }

        @Override
        public void lanes(String environment) {
            host.lanes(environment).takeUp();
        }

        @Override
        public void later(Runnable work, Duration delay) {
            host.later(work, delay);
        }
    }

    /** Tried until it works. */
    void takeUp() {
        if (host.isQuiet()) {
            host.later(this::takeUp, TRY_AGAIN);
            return;
        }
        Set<String> trains;
        Set<String> environments;
        try {
            trains = trains();
            environments = environments();
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING, "What was left by the last run cannot be taken up yet; trying again", e);
            host.later(this::takeUp, TRY_AGAIN);
            return;
        }
        trains.forEach(name -> takeUp("Train", name, host::train));
        environments.forEach(name -> takeUp("Lanes of", name, host::lanes));
    }

    /** Those that are configured, and those that were. */
    private Set<String> trains() {
        Set<String> names = new TreeSet<>();
        settings.get().trains().stream().map(TrainConfiguration::getName).forEach(names::add);
        store.get().activeStreams(TRAIN, LARGEST_SITE).stream()
                .map(stream -> stream.substring(TRAIN.length()))
                .forEach(names::add);
        return names;
    }

    /** Those that take lanes, and those that did. */
    private Set<String> environments() {
        Set<String> names = new TreeSet<>();
        settings.get().environments().stream()
                .filter(e -> e.getCatalog() != null)
                .map(EnvironmentConfiguration::getName)
                .forEach(names::add);
        store.get().streams(LANE).stream()
                .map(stream -> stream.substring(LANE.length()))
                // of a group of its own, as lanes were kept once
                .filter(name -> name.indexOf('/') < 0)
                .forEach(names::add);
        return names;
    }

    /** Trouble with one, as credentials that are missing, is no matter to the others (I14). */
    private void takeUp(String what, String name, Consumer<String> work) {
        try {
            work.accept(name);
        } catch (RuntimeException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING, e, () -> what + " '" + name + "' cannot be taken up yet; trying again");
            host.later(() -> takeUp(what, name, work), TRY_AGAIN);
        }
    }
}
