package io.jenkins.plugins.releasetrain.engine.event;

import java.util.List;

/**
 * A part of a configuration.
 *
 * @param kind such as train
 * @param name empty where there is one of its kind only
 * @param fields names of those that are others; empty for a part that was added or removed
 */
public record ConfigurationPart(String kind, String name, Alteration change, List<String> fields) {
    /** What became of a part. */
    public enum Alteration {
        ADDED,
        CHANGED,
        REMOVED
    }
}
