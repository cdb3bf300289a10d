package io.jenkins.plugins.releasetrain.config;

/** What a registry is for. */
public enum RegistryRole {
    /** Builds push here; nothing is promoted to it. */
    DEV,
    /** Promotions go here. */
    PRODUCTION
}
