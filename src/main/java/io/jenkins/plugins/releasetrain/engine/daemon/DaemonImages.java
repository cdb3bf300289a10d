package io.jenkins.plugins.releasetrain.engine.daemon;

import io.jenkins.plugins.releasetrain.engine.daemon.ImageDaemon.Place;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Images as builds name them, some of which are only in a daemon: {@code docker-daemon:name:tag}. Those are pushed to the
 * registry first and then are like any other.
 *
 * @param credentials with which the daemon pushes there; empty for anonymous
 */
public record DaemonImages(ImageDaemon daemon, Registry registry, Supplier<Optional<Credentials>> credentials) {
    private static final String SCHEME = "docker-daemon:";

    /** Whether an image is in a daemon, and not in a registry yet. */
    public static boolean isInDaemon(String image) {
        return image != null && image.startsWith(SCHEME);
    }

    /**
     * What the daemon calls an image. It may be called as in a registry, which says nothing about where it is pushed to.
     *
     * @throws EngineException INVALID_INPUT where it has no tag, or is no image
     */
    public static ImageReference name(String image) {
        try {
            ImageReference name = ImageReference.parseWithin("daemon", called(image));
            if (name.tag().isEmpty() || name.digest().isPresent()) {
                throw EngineException.invalid("it needs a tag and has no digest yet");
            }
            return name;
        } catch (EngineException e) {
            throw EngineException.invalid(
                    "'" + image + "' names no image of a daemon: " + e.getMessage() + "; write docker-daemon:name:tag");
        }
    }

    private static String called(String image) {
        return image.substring(SCHEME.length());
    }

    /**
     * Pushes an image, and asks the registry what it made of it.
     *
     * @param repository where to
     * @return its digest in the registry, proven
     */
    public Digest push(String image, String repository) {
        String tag = name(image).tag().orElseThrow();
        Digest pushed = daemon.push(called(image), new Place(registry.host(), repository, tag), credentials.get());
        Optional<Digest> tagged = registry.resolve(repository, tag).map(Registry.Descriptor::digest);
        if (tagged.isEmpty() && registry.resolve(repository, pushed.value()).isPresent()) {
            // With containerd's store a daemon may push what is there already without its tag (moby#50194).
            registry.tag(repository, pushed, tag);
            return pushed;
        }
        Digest stored = tagged.orElseThrow(() -> new EngineException(
                FailureKind.NOT_FOUND,
                "'" + image + "' was pushed to " + registry.host() + "/" + repository + ":" + tag
                        + " and is not there; check that the daemon reaches the same registry"));
        if (!stored.equals(pushed)) {
            throw new EngineException(
                    FailureKind.CONFLICT,
                    "'" + image + "' was pushed as " + pushed + ", but " + registry.host() + "/" + repository + ":"
                            + tag + " is " + stored + "; somebody else pushed there at the same time");
        }
        return stored;
    }
}
