package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import java.time.Instant;

/**
 * A catalog as it was read at one time.
 *
 * @param revision of the SCM; empty where it is part of the configuration
 */
record CatalogVersion(String text, String revision, Instant readAt, Catalog catalog) {
    boolean isSameAs(CatalogVersion other) {
        return text.equals(other.text);
    }

    CatalogVersion readAgain(String newRevision, Instant at) {
        return new CatalogVersion(text, newRevision, at, catalog);
    }
}
