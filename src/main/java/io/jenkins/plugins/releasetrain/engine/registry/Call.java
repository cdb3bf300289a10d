package io.jenkins.plugins.releasetrain.engine.registry;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.Map;

/**
 * One request, before authentication.
 *
 * @param action what it is for, to complete "Cannot …" in an error
 * @param scopes what a bearer token must allow, separated by blanks ({@code repository:shop/cart:pull})
 * @param repeatable whether it may be sent again after a failure
 */
record Call(
        String action,
        String method,
        URI uri,
        Map<String, String> headers,
        BodyPublisher body,
        String scopes,
        boolean repeatable) {

    private static final Map<String, String> ANY_MANIFEST = Map.of("Accept", Manifests.ACCEPT);

    static Call of(String action, String method, URI uri, String scopes) {
        return new Call(action, method, uri, Map.of(), BodyPublishers.noBody(), scopes, true);
    }

    static String pull(String repository) {
        return "repository:" + repository + ":pull";
    }

    static String push(String repository) {
        return "repository:" + repository + ":pull,push";
    }

    Call acceptingManifests() {
        return new Call(action, method, uri, ANY_MANIFEST, body, scopes, repeatable);
    }

    Call header(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new Call(action, method, uri, Map.copyOf(more), body, scopes, repeatable);
    }

    Call body(BodyPublisher content) {
        return new Call(action, method, uri, headers, content, scopes, repeatable);
    }

    Call to(URI other) {
        return new Call(action, method, other, headers, body, scopes, repeatable);
    }

    Call once() {
        return new Call(action, method, uri, headers, body, scopes, false);
    }

    boolean sameOrigin(URI other) {
        return sameOrigin(uri, other);
    }

    static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getRawAuthority().equalsIgnoreCase(other.getRawAuthority());
    }
}
