/** Reads catalogs: YAML checked against a JSON Schema and for contradictions, every error with its place. */
package io.jenkins.plugins.releasetrain.engine.catalog;
