package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.config.CatalogConfiguration;
import io.jenkins.plugins.releasetrain.config.Draft;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryRole;
import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeftWorkTest {
    private final Store store = SqlStore.open(StoreSettings.inMemory("left work"));
    private final List<String> takenUp = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();
    private final Set<String> trouble = new HashSet<>();
    private boolean quiet;
    private boolean away;

    private final LeftWork.Host host = new LeftWork.Host() {
        @Override
        public boolean isQuiet() {
            return quiet;
        }

        @Override
        public void train(String name) {
            takeUp("train " + name);
        }

        @Override
        public void lanes(String environment) {
            takeUp("lanes " + environment);
        }

        @Override
        public void later(Runnable work, Duration delay) {
            later.add(work);
        }
    };

    @AfterEach
    void close() {
        store.close();
    }

    private void takeUp(String what) {
        if (trouble.contains(what)) {
            throw EngineException.invalid("The credentials of " + what + " are missing");
        }
        takenUp.add(what);
    }

    private void takeUp() throws Settings.Problems {
        RegistryConfiguration production = new RegistryConfiguration("production", "production.example");
        production.setRole(RegistryRole.PRODUCTION);
        CatalogConfiguration catalog = new CatalogConfiguration("shop", "dev", "production");
        catalog.setYaml("services: {cart: }");
        EnvironmentConfiguration cd = new EnvironmentConfiguration("cd", "cd");
        cd.setCatalog("shop");
        Draft draft = new Draft();
        draft.setRegistries(List.of(new RegistryConfiguration("dev", "dev.example"), production));
        draft.setCatalogs(List.of(catalog));
        draft.setEnvironments(List.of(new EnvironmentConfiguration("staging", "staging"), cd));
        draft.setTrains(List.of(new TrainConfiguration("shop", "shop", "staging")));
        Settings settings = Settings.of(draft);
        new LeftWork(() -> settings, this::store, host).takeUp();
    }

    private Store store() {
        if (away) {
            throw new EngineException(FailureKind.UNAVAILABLE, "The database is away");
        }
        return store;
    }

    private void again() {
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }

    private void left(String stream) {
        store.append(stream, 0, Instant.EPOCH, List.of(new Event.TrainPaused("tidying", "ada")));
    }

    @Test
    void whatIsConfiguredAndWhatWasIsTakenUp() throws Exception {
        left("lane/gone");
        left("lane/group/once");

        takeUp();

        assertThat(takenUp).contains("train shop", "lanes cd", "lanes gone").doesNotContain("lanes group/once");
        assertThat(takenUp).doesNotContain("lanes staging");
        assertThat(later).isEmpty();
    }

    /** One that cannot be taken up, as its credentials are missing, keeps no other; it is tried again until it works. */
    @Test
    void I14_oneThatCannotBeTakenUpKeepsNoOther() throws Exception {
        left("lane/a");
        left("lane/z");
        trouble.addAll(Set.of("train shop", "lanes a"));

        takeUp();
        assertThat(takenUp).containsExactly("lanes cd", "lanes z");

        trouble.remove("train shop");
        again();
        assertThat(takenUp).containsExactly("lanes cd", "lanes z", "train shop");
        trouble.clear();
        again();
        assertThat(takenUp).containsExactly("lanes cd", "lanes z", "train shop", "lanes a");
        assertThat(later).isEmpty();
    }

    /** A database that comes later, and a copy of JENKINS_HOME that has to keep quiet for now. */
    @Test
    void I8_whatCannotBeLookedAtYetIsTakenUpLater() throws Exception {
        quiet = true;
        takeUp();
        quiet = false;
        away = true;
        again();
        assertThat(takenUp).isEmpty();

        away = false;
        again();
        assertThat(takenUp).containsExactly("train shop", "lanes cd");
        assertThat(later).isEmpty();
    }
}
