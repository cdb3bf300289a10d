package io.jenkins.plugins.releasetrain.engine.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A full image reference, {@code registry/repository[:tag][@digest]}, by the grammar of the OCI distribution
 * specification, "Pulling manifests". A registry is always named: there is no default one.
 *
 * @param registry host, with port where it is not the scheme's
 * @param tag empty where the reference has none
 */
public record ImageReference(String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
    /** A name, or an address of either kind (RFC 3986 section 3.2.2). */
    private static final Pattern REGISTRY =
            Pattern.compile("(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:.]+])(?::[0-9]{1,5})?");

    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

    public ImageReference {
        require(REGISTRY, registry, "registry");
        checkRepository(repository);
        tag.ifPresent(ImageReference::checkTag);
    }

    /** Parses {@code registry/repository[:tag][@digest]}; the first component must look like a host. */
    public static ImageReference parse(String text) {
        int slash = text == null ? -1 : text.indexOf('/');
        if (slash < 1 || !looksLikeHost(text.substring(0, slash))) {
            throw malformed(text, "it must start with the registry's host, as in registry.example/shop/cart:1.4.2");
        }
        return parse(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Parses {@code [registry/]repository[:tag][@digest]}; the given registry where none is named. */
    public static ImageReference parseWithin(String registry, String text) {
        int slash = text.indexOf('/');
        return slash > 0 && looksLikeHost(text.substring(0, slash)) ? parse(text) : parse(registry, text);
    }

    /** Parses {@code repository[:tag][@digest]} as found in the given registry. */
    public static ImageReference parse(String registry, String text) {
        String rest = text;
        Optional<Digest> digest = Optional.empty();
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = Optional.of(new Digest(rest.substring(at + 1)));
            rest = rest.substring(0, at);
        }
        int colon = rest.lastIndexOf(':');
        Optional<String> tag = colon < 0 ? Optional.empty() : Optional.of(rest.substring(colon + 1));
        String repository = colon < 0 ? rest : rest.substring(0, colon);
        if (tag.isEmpty() && digest.isEmpty()) {
            throw malformed(text, "it needs a tag or a digest");
        }
        return new ImageReference(registry, repository, tag, digest);
    }

    public static ImageReference of(String registry, String repository, Digest digest) {
        return new ImageReference(registry, repository, Optional.empty(), Optional.of(digest));
    }

    public static String checkRepository(String repository) {
        return require(REPOSITORY, repository, "repository");
    }

    public static String checkTag(String tag) {
        return require(TAG, tag, "tag");
    }

    /** What a registry is asked for: the digest where there is one (I1), else the tag. */
    public String manifestReference() {
        return digest.map(Digest::value).or(() -> tag).orElseThrow();
    }

    private static boolean looksLikeHost(String first) {
        return first.contains(".") || first.contains(":") || "localhost".equals(first);
    }

    private static String require(Pattern form, String value, String field) {
        if (value == null || value.length() > 255 || !form.matcher(value).matches()) {
            throw EngineException.invalid("Not a valid " + field + ": '" + value + "'");
        }
        return value;
    }

    private static EngineException malformed(String text, String why) {
        return EngineException.invalid("Malformed image reference '" + text + "': " + why);
    }

    @Override
    public String toString() {
        return registry + "/" + repository + tag.map(t -> ":" + t).orElse("")
                + digest.map(d -> "@" + d).orElse("");
    }
}
