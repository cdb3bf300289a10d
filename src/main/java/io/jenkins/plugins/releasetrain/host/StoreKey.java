package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** What tells one store from another: its settings, but for the password, which each new connection asks for. */
final class StoreKey {
    private final StoreSettings settings;
    private final Object identity;

    private StoreKey(StoreSettings settings, Object identity) {
        this.settings = settings;
        this.identity = identity;
    }

    private record Server(PostgresqlServer server, String user, String credentialsId) {}

    /** Looks up credentials. */
    static StoreKey of(Optional<StoreConfiguration> configured, Path directory, JenkinsCredentials credentials) {
        if (configured.isEmpty()) {
            StoreSettings file = StoreSettings.h2(directory);
            return new StoreKey(file, file);
        }
        PostgresqlServer server = configured.get().server();
        String id = configured.get().getCredentialsId();
        if (id == null) {
            return new StoreKey(new StoreSettings.Postgresql(server, "", () -> ""), new Server(server, "", ""));
        }
        Supplier<RegistrySettings.Credentials> login = () -> credentials.login(Optional.empty(), id, "the store");
        String user = login.get().user();
        return new StoreKey(
                new StoreSettings.Postgresql(server, user, () -> login.get().password()), new Server(server, user, id));
    }

    StoreSettings settings() {
        return settings;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoreKey key && identity.equals(key.identity);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(identity);
    }
}
