package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.IOException;
import java.util.Set;

/** What a kind of registry does in its own way. See {@link Personalities} for those that are met. */
public interface Personality {
    /**
     * Answers a request.
     *
     * @param rest what the registry does otherwise
     */
    Reply answer(Request request, Rest rest);

    /**
     * Called while a body is read.
     *
     * @param read bytes of it so far
     * @throws IOException to break the connection there
     */
    default void reading(Request begun, long read) throws IOException {}

    /**
     * Called while the body of an answer is given.
     *
     * @param given bytes of it so far
     */
    default void giving(Request asked, long given) {}

    /** Whether what a broken upload brought is kept, to go on from. */
    default boolean keepsBrokenUploads() {
        return false;
    }

    /** The registry without this personality. */
    interface Rest {
        Reply answer(Request request);

        /** Takes a manifest away with all its tags. */
        void deleteManifest(String repository, String reference);

        /** The digest that a tag or digest stands for; empty text for none. */
        String digest(String repository, String reference);

        /** The tags of a repository. */
        Set<String> tags(String repository);
    }
}
