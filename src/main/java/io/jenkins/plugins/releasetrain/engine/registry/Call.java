package io.jenkins.plugins.releasetrain.engine.registry;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One request, before authentication.
 *
 * @param action what it is for, to complete "Cannot …" in an error
 * @param scopes what a bearer token must allow
 * @param repeatable whether it may be sent again after a failure
 * @param patient whether it is worth waiting for while the host throttles it and serves others
 */
record Call(
        String action,
        String method,
        URI uri,
        Map<String, String> headers,
        BodyPublisher body,
        List<Scope> scopes,
        boolean repeatable,
        boolean patient) {

    /** A cache before a registry would answer with what a tag pointed to before (RFC 9111 section 5.2.1.4). */
    private static final String CACHE_CONTROL = "Cache-Control";

    private static final Set<String> READING = Set.of("GET", "HEAD");
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    static Call of(String action, String method, URI uri, Scope... scopes) {
        Map<String, String> asItIsNow = READING.contains(method) ? Map.of(CACHE_CONTROL, "no-cache") : Map.of();
        return new Call(action, method, uri, asItIsNow, BodyPublishers.noBody(), List.of(scopes), true, true);
    }

    Call acceptingManifests() {
        return header("Accept", Manifests.ACCEPT);
    }

    /** For what a digest names, which is the same for ever: a cache may give it. */
    Call fromCaches() {
        Map<String, String> fewer = new HashMap<>(headers);
        fewer.remove(CACHE_CONTROL);
        return new Call(action, method, uri, Map.copyOf(fewer), body, scopes, repeatable, patient);
    }

    Call header(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new Call(action, method, uri, Map.copyOf(more), body, scopes, repeatable, patient);
    }

    Call body(BodyPublisher content) {
        return new Call(action, method, uri, headers, content, scopes, repeatable, patient);
    }

    Call to(URI other) {
        return new Call(action, method, other, headers, body, scopes, repeatable, patient);
    }

    Call by(String other) {
        return new Call(action, other, uri, headers, body, scopes, repeatable, patient);
    }

    Call once() {
        return new Call(action, method, uri, headers, body, scopes, false, patient);
    }

    Call impatient() {
        return new Call(action, method, uri, headers, body, scopes, repeatable, false);
    }

    /** Whether two addresses are of one origin; a scheme's own port may be written or not (RFC 6454 section 4). */
    static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost() != null
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "http".equalsIgnoreCase(uri.getScheme()) ? HTTP_PORT : HTTPS_PORT;
    }

    /** Without headers and body, which may carry secrets (I9). */
    @Override
    public String toString() {
        return method + " " + uri.getRawPath();
    }
}
