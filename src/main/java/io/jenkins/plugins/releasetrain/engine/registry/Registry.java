package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Port: one OCI registry (distribution specification 1.1). Every method throws {@link
 * io.jenkins.plugins.releasetrain.engine.model.EngineException} that names the registry, the request without secrets,
 * and the registry's own error code.
 */
public interface Registry {
    /** Host with port, as in image references. */
    String host();

    /** The same registry's name in images that a cluster pulls; its nodes may reach it by another one. */
    default String clusterHost() {
        return host();
    }

    /**
     * Asks whether the registry knows us and, where a repository is named, what we see of it.
     *
     * @param repository empty for none
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException UNAUTHENTICATED or FORBIDDEN: it does not let
     *     us in; UNSUPPORTED: it is no registry
     */
    default Access access(String repository) {
        throw new UnsupportedOperationException(host() + " does not say who may do what");
    }

    /**
     * Asks for a manifest's digest without its content (HEAD).
     *
     * @param reference tag or digest
     * @return what may be of a type that {@link Descriptor#isReadable cannot be read}; empty where the repository or the tag
     *     does not exist, or where the registry, which knows our account, hides it: many answer the same in both cases
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException FORBIDDEN: it hides a tag that it lists
     */
    Optional<Descriptor> resolve(String repository, String reference);

    /**
     * {@link #resolve} of a tag that is about to be moved, for a compare-and-swap (I7).
     *
     * @param held what the repository is known to hold
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException FORBIDDEN: the registry hides so much that
     *     nobody can tell whether the tag is there
     */
    default Optional<Descriptor> resolveBeside(String repository, String tag, Digest held) {
        return resolve(repository, tag);
    }

    /** {@link #resolve} of many at once, bounded per host; a missing tag has no entry in the answer. */
    Map<Tag, Descriptor> resolveAll(Collection<Tag> tags);

    /**
     * {@link #resolveAll} of tags that were resolved before: a registry need only say whether they are unchanged. Not for
     * what a promotion is decided by, as whatever stands before a registry may answer from its memory.
     *
     * @param known what each pointed to
     */
    default Map<Tag, Descriptor> resolveAgain(Map<Tag, Descriptor> known) {
        return resolveAll(known.keySet());
    }

    /** The tags of a repository; empty where it does not exist. */
    List<String> tags(String repository);

    /** A manifest's exact bytes, proven to have the digest that it is stored under. */
    Optional<Manifest> manifest(String repository, String reference);

    /** A small blob, such as an image's config, proven to have its digest. */
    byte[] blob(String repository, Digest digest);

    /**
     * What refers to a manifest, as the registry lists it or, where it lists nothing itself, as clients keep it under a tag
     * (distribution specification, "Listing Referrers", "Referrers Tag Schema").
     */
    List<Referrer> referrers(String repository, Digest subject);

    /** Lets a tag point to a manifest that the repository holds already. */
    void tag(String repository, Digest digest, String tag);

    /**
     * A manifest with all below it, children before parents, so that it can be put back: registries lose what has no tag, at
     * once or when they collect it.
     *
     * @return empty where it cannot be read
     */
    default List<Manifest> whole(String repository, Digest digest) {
        return List.of();
    }

    /** {@link #tag} of a manifest that the repository has lost. @param whole with all below it, children first; not empty */
    default void tag(String repository, List<Manifest> whole, String tag) {
        tag(repository, whole.get(whole.size() - 1).descriptor().digest(), tag);
    }

    /** Takes a tag away. @return false where this registry cannot do that; the tag is unchanged then */
    boolean untag(String repository, String tag);

    /**
     * The same, where other tags of the repository are about to go too: a manifest that goes with its tag is missed by none
     * of them.
     */
    default boolean untag(String repository, String tag, Set<String> alsoGoing) {
        return untag(repository, tag);
    }

    /** What this client has done since it was made. */
    Traffic traffic();

    /**
     * What an account sees of a registry.
     *
     * @param text in words for whoever tests the connection
     */
    record Access(Answer answer, String text) {
        /** What is known of the repository. */
        public enum Answer {
            /** None was named, and a registry does not say what an account may do. */
            CANNOT_TELL,
            SEEN,
            ABSENT,
            /** Some registries answer the same for what is not there and for what the account may not see. */
            REFUSED_OR_ABSENT
        }
    }

    /** A tag in a repository. */
    record Tag(String repository, String tag) {}

    /** What is listed of a manifest that refers to another one; its type and annotations may be absent, so empty. */
    record Referrer(Digest digest, String artifactType, Map<String, String> annotations) {}

    /**
     * What some content is (OCI image specification, "Content Descriptors").
     *
     * @param size in bytes; of what was only resolved 0 where the registry does not say it
     */
    record Descriptor(String mediaType, Digest digest, long size) {
        /** Whether it is a manifest of a type that can be read, and so be copied; Docker's schema 1 is none. */
        public boolean isReadable() {
            return Manifests.isKnown(mediaType);
        }

        /** @throws io.jenkins.plugins.releasetrain.engine.model.EngineException UNSUPPORTED where it cannot be read */
        public Descriptor requireReadable(String name) {
            if (!isReadable()) {
                throw new EngineException(
                        FailureKind.UNSUPPORTED,
                        name + " has media type '" + mediaType + "', which is no OCI or Docker schema 2 manifest or"
                                + " index. Build the image again with a current builder.");
            }
            return this;
        }
    }

    /** A manifest or index with the exact bytes that its digest was computed over. */
    record Manifest(Descriptor descriptor, byte[] content) {}

    /** Requests sent and body bytes received and sent. */
    record Traffic(long requests, long bytesReceived, long bytesSent) {
        public static final Traffic NONE = new Traffic(0, 0, 0);

        public Traffic minus(Traffic earlier) {
            return new Traffic(
                    requests - earlier.requests, bytesReceived - earlier.bytesReceived, bytesSent - earlier.bytesSent);
        }

        public Traffic plus(Traffic other) {
            return new Traffic(
                    requests + other.requests, bytesReceived + other.bytesReceived, bytesSent + other.bytesSent);
        }
    }
}
