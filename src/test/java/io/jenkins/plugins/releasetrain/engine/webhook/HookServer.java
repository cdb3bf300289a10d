package io.jenkins.plugins.releasetrain.engine.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real server that remembers what it was told, and answers as it was bidden, else 204. */
public final class HookServer implements AutoCloseable {
    public final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final Deque<Reply> replies = new ArrayDeque<>();
    private final HttpServer server;

    public record Delivery(Map<String, String> headers, byte[] body) {}

    record Reply(int status, Map<String, String> headers) {}

    public HookServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hooks/S3CRET?token=T0KEN");
    }

    synchronized void answerNext(int count, int status, Map<String, String> headers) {
        for (int i = 0; i < count; i++) {
            replies.add(new Reply(status, headers));
        }
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        deliveries.add(new Delivery(headers, exchange.getRequestBody().readAllBytes()));
        Reply reply = replies.isEmpty() ? new Reply(204, Map.of()) : replies.remove();
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(reply.status(), -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
