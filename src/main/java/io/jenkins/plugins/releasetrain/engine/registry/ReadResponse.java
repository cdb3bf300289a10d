package io.jenkins.plugins.releasetrain.engine.registry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** A response with the body that was read after it began. */
record ReadResponse(HttpResponse<?> begun, byte[] body) implements HttpResponse<byte[]> {
    @Override
    public int statusCode() {
        return begun.statusCode();
    }

    @Override
    public HttpRequest request() {
        return begun.request();
    }

    /** None: redirects are followed by hand. */
    @Override
    public Optional<HttpResponse<byte[]>> previousResponse() {
        return Optional.empty();
    }

    @Override
    public HttpHeaders headers() {
        return begun.headers();
    }

    @Override
    public Optional<SSLSession> sslSession() {
        return begun.sslSession();
    }

    @Override
    public URI uri() {
        return begun.uri();
    }

    @Override
    public HttpClient.Version version() {
        return begun.version();
    }
}
