package io.jenkins.plugins.releasetrain.config;

/** What a registry is for. */
public enum RegistryRole {
    /** Builds push here; nothing is promoted to it. */
    DEV("Development: builds push here"),
    /** Promotions go here. */
    PRODUCTION("Production: promotions go here");

    private final String displayName;

    RegistryRole(String displayName) {
        this.displayName = displayName;
    }

    public String getDisplayName() {
        return displayName;
    }
}
