package io.jenkins.plugins.releasetrain.testkit.registry;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/** How a registry behaves. Immutable; each {@code with…} gives another one. */
public final class RegistryOptions {
    /** Everything of the specification, for anybody, without TLS. */
    public static final RegistryOptions DEFAULT = new RegistryOptions();

    private boolean mounts = true;
    private boolean referrers = true;
    private boolean digestHeaders = true;
    private boolean tagDeletion = true;
    private boolean sparseIndexes;
    private int tagsPerPage = Integer.MAX_VALUE;
    private int referrersPerPage = Integer.MAX_VALUE;
    private String scopePrefix = "";
    private Optional<URI> blobsAt = Optional.empty();
    private Optional<String> basicAuth = Optional.empty();
    private Optional<TokenServer> tokens = Optional.empty();
    private Optional<SSLContext> tls = Optional.empty();
    private boolean clientCertificates;
    private List<Personality> personalities = List.of();

    private RegistryOptions() {}

    private RegistryOptions with(Consumer<RegistryOptions> change) {
        RegistryOptions other = new RegistryOptions();
        other.mounts = mounts;
        other.referrers = referrers;
        other.digestHeaders = digestHeaders;
        other.tagDeletion = tagDeletion;
        other.sparseIndexes = sparseIndexes;
        other.tagsPerPage = tagsPerPage;
        other.referrersPerPage = referrersPerPage;
        other.scopePrefix = scopePrefix;
        other.blobsAt = blobsAt;
        other.basicAuth = basicAuth;
        other.tokens = tokens;
        other.tls = tls;
        other.clientCertificates = clientCertificates;
        other.personalities = personalities;
        change.accept(other);
        return other;
    }

    /** Whether blobs are mounted from other repositories. */
    boolean mounts() {
        return mounts;
    }

    /** Whether it has the referrers API. */
    boolean referrers() {
        return referrers;
    }

    /** Whether it says Docker-Content-Digest. */
    boolean digestHeaders() {
        return digestHeaders;
    }

    /** Whether a tag can be deleted. */
    boolean tagDeletion() {
        return tagDeletion;
    }

    /** Whether an index is taken whose images are not there. */
    boolean sparseIndexes() {
        return sparseIndexes;
    }

    /** Most tags in one answer. */
    int tagsPerPage() {
        return tagsPerPage;
    }

    /** Most referrers in one answer. */
    int referrersPerPage() {
        return referrersPerPage;
    }

    /** Put before the repository in the scopes of tokens, as behind a reverse proxy. */
    String scopePrefix() {
        return scopePrefix;
    }

    /** Origin to which GETs of blobs are redirected. */
    Optional<URI> blobsAt() {
        return blobsAt;
    }

    /** User and password, separated by a colon, that every request needs. */
    Optional<String> basicAuth() {
        return basicAuth;
    }

    /** Bearer tokens that every request needs. */
    Optional<TokenServer> tokens() {
        return tokens;
    }

    /** For HTTPS. */
    Optional<SSLContext> tls() {
        return tls;
    }

    /** Whether the TLS handshake wants a certificate of the client. */
    boolean clientCertificates() {
        return clientCertificates;
    }

    /** The first one is asked first. */
    List<Personality> personalities() {
        return personalities;
    }

    public RegistryOptions withoutMounts() {
        return with(o -> o.mounts = false);
    }

    public RegistryOptions withoutReferrers() {
        return with(o -> o.referrers = false);
    }

    public RegistryOptions withoutDigestHeaders() {
        return with(o -> o.digestHeaders = false);
    }

    public RegistryOptions withoutTagDeletion() {
        return with(o -> o.tagDeletion = false);
    }

    public RegistryOptions withSparseIndexes() {
        return with(o -> o.sparseIndexes = true);
    }

    public RegistryOptions withTagsPerPage(int tags) {
        return with(o -> o.tagsPerPage = tags);
    }

    public RegistryOptions withReferrersPerPage(int descriptors) {
        return with(o -> o.referrersPerPage = descriptors);
    }

    public RegistryOptions withScopePrefix(String prefix) {
        return with(o -> o.scopePrefix = prefix);
    }

    public RegistryOptions withBlobsAt(URI origin) {
        return with(o -> o.blobsAt = Optional.of(origin));
    }

    public RegistryOptions withBasicAuth(String user, String password) {
        return with(o -> o.basicAuth = Optional.of(user + ":" + password));
    }

    public RegistryOptions withTokens(TokenServer server) {
        return with(o -> o.tokens = Optional.of(server));
    }

    public RegistryOptions withTls(SSLContext context) {
        return with(o -> o.tls = Optional.of(context));
    }

    /** For whoever shows a certificate that the context trusts. */
    public RegistryOptions withClientCertificates() {
        return with(o -> o.clientCertificates = true);
    }

    public RegistryOptions being(Personality personality) {
        List<Personality> more = new ArrayList<>(personalities);
        more.add(personality);
        return with(o -> o.personalities = List.copyOf(more));
    }
}
