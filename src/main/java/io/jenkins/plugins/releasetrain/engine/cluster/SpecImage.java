package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import java.util.Locale;
import java.util.Optional;

/**
 * An image as a pod's spec or status has it. Kubernetes takes nearly any text and leaves its meaning to the container
 * runtime, which fills in names as Docker does (distribution's reference package, "ParseNormalizedNamed").
 */
final class SpecImage {
    /** Of an image that no runtime can pull: the top-level domain that RFC 2606 keeps free. */
    static final String UNREADABLE = "unreadable.invalid";

    private static final String HUB = "docker.io";

    private SpecImage() {}

    /** Never throws: what cannot be understood is in the registry {@value #UNREADABLE}. */
    static ImageReference reference(String image) {
        String text = image == null ? "" : image.strip();
        Optional<Digest> digest = digest(text);
        String name = text.contains("@") ? text.substring(0, text.indexOf('@')) : text;
        int slash = name.indexOf('/');
        boolean hosted = slash > 0 && looksLikeHost(name.substring(0, slash));
        String host = hosted ? name.substring(0, slash) : HUB;
        String registry = host.equals("index.docker.io") ? HUB : host;
        String rest = hosted ? name.substring(slash + 1) : name;
        String path = registry.equals(HUB) && !rest.contains("/") ? "library/" + rest : rest;
        String suffix = digest.map(d -> "@" + d).orElse("");
        boolean complete = path.indexOf(':') >= 0 || digest.isPresent();
        try {
            return ImageReference.parse(registry, path + (complete ? "" : ":latest") + suffix);
        } catch (EngineException e) {
            return new ImageReference(UNREADABLE, slug(name), digest.isPresent() ? Optional.empty() : LATEST, digest);
        }
    }

    private static final Optional<String> LATEST = Optional.of("latest");

    /** Of {@code name@digest}, also as an imageID ({@code docker-pullable://name@digest}); empty where there is none. */
    static Optional<Digest> digest(String image) {
        int at = image == null ? -1 : image.lastIndexOf('@');
        String digest = at < 0 ? "" : image.substring(at + 1);
        return Digest.isDigest(digest) ? Optional.of(new Digest(digest)) : Optional.empty();
    }

    /** Whether both are the same digest, whatever its name; without digests, the same text. */
    static boolean sameContent(String one, String other) {
        Optional<Digest> digest = digest(one);
        return digest.isPresent() ? digest.equals(digest(other)) : one.equals(other);
    }

    /** Whether both are of one repository of one registry. */
    static boolean sameName(String one, String other) {
        ImageReference first = reference(one);
        ImageReference second = reference(other);
        return first.registry().equals(second.registry()) && first.repository().equals(second.repository());
    }

    private static boolean looksLikeHost(String first) {
        return first.contains(".") || first.contains(":") || first.equals("localhost");
    }

    private static String slug(String name) {
        String slug =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return slug.isEmpty() ? "image" : slug.substring(0, Math.min(100, slug.length())) + "x";
    }
}
