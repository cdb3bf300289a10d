package io.jenkins.plugins.releasetrain.engine.webhook;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.net.URI;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Who is told.
 *
 * @param name unique for ever: how far it was told is remembered by it
 * @param url may hold a secret in its path, so it is never shown whole (I9)
 * @param secret to sign with, asked at each delivery
 */
public record Endpoint(String name, URI url, Supplier<String> secret, Set<Kind> kinds) {
    public Endpoint {
        boolean http = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
        if (!http || url.getHost() == null) {
            throw EngineException.invalid(
                    "The URL of webhook '" + name + "' must be https://… or http://… with a host");
        }
        if (url.getRawUserInfo() != null) {
            throw EngineException.invalid(
                    "The URL of webhook '" + name + "' holds a user; deliveries are signed instead");
        }
        kinds = Set.copyOf(kinds);
    }

    /** The URL up to its host and port, for messages. */
    public String origin() {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    @Override
    public String toString() {
        return "webhook '" + name + "' at " + origin();
    }
}
