/** The store over SQL: append-only events, delta-coded sets, and the history that is derived in the same transaction. */
package io.jenkins.plugins.releasetrain.engine.store;
