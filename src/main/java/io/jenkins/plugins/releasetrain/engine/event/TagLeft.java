package io.jenkins.plugins.releasetrain.engine.event;

/** @param tag as {@code repository:tag} */
public record TagLeft(String tag, String problem) {}
