package io.jenkins.plugins.releasetrain.testkit.registry;

import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a registry behaves.
 *
 * @param mounts whether blobs are mounted from other repositories
 * @param referrers whether it has the referrers API
 * @param digestHeaders whether it says Docker-Content-Digest
 * @param tagDeletion whether a tag can be deleted
 * @param tagsPerPage most tags in one answer
 * @param blobsAt origin to which GETs of blobs are redirected
 * @param basicAuth user and password, separated by a colon, that every request needs
 * @param tokens bearer tokens that every request needs
 * @param tls for HTTPS
 */
public record RegistryOptions(
        boolean mounts,
        boolean referrers,
        boolean digestHeaders,
        boolean tagDeletion,
        int tagsPerPage,
        Optional<URI> blobsAt,
        Optional<String> basicAuth,
        Optional<TokenServer> tokens,
        Optional<SSLContext> tls) {

    /** Everything of the specification, for anybody, without TLS. */
    public static final RegistryOptions DEFAULT = new RegistryOptions(
            true,
            true,
            true,
            true,
            Integer.MAX_VALUE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public RegistryOptions withoutMounts() {
        return new RegistryOptions(
                false, referrers, digestHeaders, tagDeletion, tagsPerPage, blobsAt, basicAuth, tokens, tls);
    }

    public RegistryOptions withoutReferrers() {
        return new RegistryOptions(
                mounts, false, digestHeaders, tagDeletion, tagsPerPage, blobsAt, basicAuth, tokens, tls);
    }

    public RegistryOptions withoutDigestHeaders() {
        return new RegistryOptions(mounts, referrers, false, tagDeletion, tagsPerPage, blobsAt, basicAuth, tokens, tls);
    }

    public RegistryOptions withoutTagDeletion() {
        return new RegistryOptions(
                mounts, referrers, digestHeaders, false, tagsPerPage, blobsAt, basicAuth, tokens, tls);
    }

    public RegistryOptions withTagsPerPage(int tags) {
        return new RegistryOptions(
                mounts, referrers, digestHeaders, tagDeletion, tags, blobsAt, basicAuth, tokens, tls);
    }

    public RegistryOptions withBlobsAt(URI origin) {
        return new RegistryOptions(
                mounts,
                referrers,
                digestHeaders,
                tagDeletion,
                tagsPerPage,
                Optional.of(origin),
                basicAuth,
                tokens,
                tls);
    }

    public RegistryOptions withBasicAuth(String user, String password) {
        return new RegistryOptions(
                mounts,
                referrers,
                digestHeaders,
                tagDeletion,
                tagsPerPage,
                blobsAt,
                Optional.of(user + ":" + password),
                tokens,
                tls);
    }

    public RegistryOptions withTokens(TokenServer server) {
        return new RegistryOptions(
                mounts,
                referrers,
                digestHeaders,
                tagDeletion,
                tagsPerPage,
                blobsAt,
                basicAuth,
                Optional.of(server),
                tls);
    }

    public RegistryOptions withTls(SSLContext context) {
        return new RegistryOptions(
                mounts,
                referrers,
                digestHeaders,
                tagDeletion,
                tagsPerPage,
                blobsAt,
                basicAuth,
                tokens,
                Optional.of(context));
    }
}
