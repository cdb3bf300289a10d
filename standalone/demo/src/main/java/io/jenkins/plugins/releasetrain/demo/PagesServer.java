package io.jenkins.plugins.releasetrain.demo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves the history's pages and its JSON API on 127.0.0.1. There are no users in the demo, so it asks for none. */
final class PagesServer implements AutoCloseable {
    private static final String API = "/api/";
    private static final Map<String, String> FILES = Map.of(
            "/index.html", "text/html; charset=utf-8",
            "/pages.css", "text/css; charset=utf-8",
            "/pages.js", "text/javascript; charset=utf-8",
            "/dom.js", "text/javascript; charset=utf-8",
            "/pictures.js", "text/javascript; charset=utf-8");

    private static final int THREADS = 4;

    private final HistoryApi api;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Set<String> hosts;

    /** @param port 0 for any free one */
    PagesServer(HistoryApi api, int port) throws IOException {
        this.api = api;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        int bound = server.getAddress().getPort();
        this.hosts = Set.of("127.0.0.1:" + bound, "localhost:" + bound);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI origin() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getResponseHeaders();
            headers.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Cache-Control", "no-cache");
            String path = exchange.getRequestURI().getRawPath();
            // Another name for this address is another site's page that had its own name point here.
            if (!hosts.contains(String.valueOf(exchange.getRequestHeaders().getFirst("Host")))) {
                text(exchange, 421, "Ask by 127.0.0.1 or localhost");
            } else if (!"GET".equals(exchange.getRequestMethod())) {
                headers.set("Allow", "GET");
                text(exchange, 405, "Only GET is answered");
            } else if (path.startsWith(API)) {
                answer(exchange, path.substring(API.length()));
            } else {
                file(exchange, "/".equals(path) ? "/index.html" : path);
            }
        }
    }

    private void answer(HttpExchange exchange, String path) throws IOException {
        Answer answer = api.get(
                path,
                exchange.getRequestURI().getRawQuery(),
                exchange.getRequestHeaders().getFirst("If-None-Match"));
        if (!answer.etag().isEmpty()) {
            exchange.getResponseHeaders().set("ETag", answer.etag());
        }
        send(exchange, answer.status(), "application/json", answer.body());
    }

    private static void file(HttpExchange exchange, String path) throws IOException {
        if (!FILES.containsKey(path)) {
            text(exchange, 404, "There is no such page");
            return;
        }
        try (InputStream in = HistoryApi.class.getResourceAsStream("pages" + path)) {
            send(exchange, 200, FILES.get(path), in.readAllBytes());
        }
    }

    private static void text(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
