package io.jenkins.plugins.releasetrain.engine.model;

/** Whose trouble a failure is (design §6a). */
public enum Fault {
    /** The image's own: no other environment would run it either. */
    IMAGE,
    /** The environment's: its nodes, its registry access, its quota, its webhooks; says nothing about an image. */
    ENVIRONMENT,
    /** Not known, so nobody is blamed. */
    UNKNOWN
}
