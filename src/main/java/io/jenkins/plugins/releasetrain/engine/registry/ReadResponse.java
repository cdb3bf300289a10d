package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** A response with the body that was read after it began. */
record ReadResponse(HttpResponse<?> begun, byte[] body) implements HttpResponse<byte[]> {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Whether its connection ended before it did. Where nobody says how long it is, as proxies that speak HTTP/1.0, only its
     * content tells: a list of which nothing came would be one of nothing. Of a blob its digest tells.
     */
    boolean isCut() {
        boolean told = headers().firstValue("Content-Length").isPresent()
                || headers().firstValue("Transfer-Encoding").isPresent();
        String path = uri().getPath();
        boolean document = HttpRegistry.contentType(this).endsWith("json") && !path.contains("/blobs/");
        if (told || !document || statusCode() != 200 || !"GET".equals(request().method())) {
            return false;
        }
        try {
            return JSON.readTree(body).isMissingNode() && !path.equals("/v2/");
        } catch (IOException e) {
            return true;
        }
    }

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
