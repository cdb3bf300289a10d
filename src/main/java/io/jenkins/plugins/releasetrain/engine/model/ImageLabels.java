package io.jenkins.plugins.releasetrain.engine.model;

/**
 * What an image says of itself, by the keys {@code org.opencontainers.image.*} of its labels or annotations: claims, each in
 * one line, empty where it says nothing.
 *
 * @param revision of its source, as a commit
 * @param source where its source is, if that is an address in https
 * @param created when, as it says
 */
public record ImageLabels(String version, String revision, String source, String created) {
    public static final ImageLabels NONE = new ImageLabels("", "", "", "");

    public ImageLabels {
        version = Line.of(version);
        revision = Line.of(revision);
        source = source.startsWith("https://") ? Line.of(source, 2_000) : "";
        created = Line.of(created);
    }

    public boolean saysNothing() {
        return equals(NONE);
    }
}
