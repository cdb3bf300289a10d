package io.jenkins.plugins.releasetrain.testkit.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** As much of a Docker Engine's API as a push takes, on a free port of the loopback interface; it pushes for real. */
public final class FakeDockerDaemon implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, SampleImage> images = new ConcurrentHashMap<>();
    private final Map<String, SampleImage> unnamed = new ConcurrentHashMap<>();
    private final HttpServer server;
    private String lie = "";
    private String refusal = "";
    private boolean tagging = true;
    private int removal = 200;

    public FakeDockerDaemon() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    public URI address() {
        return URI.create("tcp://127.0.0.1:" + server.getAddress().getPort());
    }

    /** As a build in the daemon leaves it. */
    public FakeDockerDaemon with(String name, SampleImage image) {
        images.put(name, image);
        return this;
    }

    /** The daemon says that it pushed something else. */
    public void saying(String digest) {
        lie = digest;
    }

    /** The daemon ends each push with these words. */
    public void refusing(String words) {
        refusal = words;
    }

    /** The daemon pushes images and not their tags (moby#50194). */
    public void losingTags() {
        tagging = false;
    }

    /** The daemon does not take names away, as while a container has the image. */
    public void keepingNames(int status) {
        removal = status;
    }

    /** What it holds, by name and tag. */
    public Set<String> names() {
        return Set.copyOf(images.keySet());
    }

    /** The image that it calls so. */
    public SampleImage image(String name) {
        return images.get(name);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String name = path.replaceFirst("^(/v[0-9.]+)?/images/", "");
            String method = exchange.getRequestMethod();
            if (method.equals("DELETE")) {
                boolean there = removal == 200 ? images.remove(name) != null : images.containsKey(name);
                send(exchange, there ? removal : 404, "[]");
            } else if (path.endsWith("/tag")) {
                tag(exchange, name.substring(0, name.length() - "/tag".length()));
            } else if (path.endsWith("/push")) {
                push(exchange, name.substring(0, name.length() - "/push".length()));
            } else if (path.endsWith("/json")) {
                inspect(exchange, name.substring(0, name.length() - "/json".length()));
            } else {
                send(exchange, 404, "{\"message\":\"page not found\"}");
            }
        }
    }

    private void inspect(HttpExchange exchange, String name) throws IOException {
        SampleImage image = images.get(name);
        send(
                exchange,
                image == null ? 404 : 200,
                image == null
                        ? "{\"message\":\"No such image: " + name + "\"}"
                        : "{\"Id\":\"" + image.content().digest() + "\"}");
    }

    /** By its name, or by its id, which it has as long as any name. */
    private SampleImage find(String name) {
        return images.entrySet().stream()
                .filter(e -> e.getKey().equals(name)
                        || e.getValue().content().digest().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .or(() -> Optional.ofNullable(unnamed.get(name)))
                .orElse(null);
    }

    private void tag(HttpExchange exchange, String name) throws IOException {
        SampleImage image = find(name);
        if (image == null) {
            send(exchange, 404, "{\"message\":\"No such image: " + name + "\"}");
            return;
        }
        SampleImage former = images.put(query(exchange, "repo") + ":" + query(exchange, "tag"), image);
        if (former != null) {
            unnamed.put(former.content().digest(), former);
        }
        send(exchange, 201, "");
    }

    private void push(HttpExchange exchange, String name) throws IOException {
        String tag = query(exchange, "tag");
        SampleImage image = images.get(name + ":" + tag);
        if (image == null) {
            send(exchange, 404, "{\"message\":\"An image does not exist locally with the tag: " + name + "\"}");
            return;
        }
        int slash = name.indexOf('/');
        try {
            if (!refusal.isEmpty()) {
                throw new IllegalStateException(refusal);
            }
            String reference = tagging ? tag : image.content().digest();
            String digest =
                    registry(exchange, name.substring(0, slash)).push(name.substring(slash + 1), reference, image);
            send(
                    exchange,
                    200,
                    "{\"status\":\"Pushed\"}\r\n{\"progressDetail\":{},\"aux\":{\"Tag\":\"" + tag + "\",\"Digest\":\""
                            + (lie.isEmpty() ? digest : lie) + "\",\"Size\":1}}\r\n");
        } catch (IllegalStateException e) {
            String why = e.getMessage().contains("answered 401")
                    ? "unauthorized: authentication required"
                    : refusal.isEmpty() ? "EOF" : refusal;
            send(exchange, 200, "{\"errorDetail\":{\"message\":\"" + why + "\"},\"error\":\"" + why + "\"}\r\n");
        }
    }

    private static SampleImages registry(HttpExchange exchange, String host) throws IOException {
        SampleImages registry = SampleImages.at(URI.create("http://" + host));
        String header = exchange.getRequestHeaders().getFirst("X-Registry-Auth");
        if (header == null) {
            return registry;
        }
        JsonNode login = JSON.readTree(Base64.getUrlDecoder().decode(header));
        return login.hasNonNull("username")
                ? registry.withBasicAuth(
                        login.get("username").asText(), login.get("password").asText())
                : registry;
    }

    private static String query(HttpExchange exchange, String key) {
        for (String pair : List.of(exchange.getRequestURI().getQuery().split("&"))) {
            if (pair.startsWith(key + "=")) {
                return pair.substring(key.length() + 1);
            }
        }
        return "";
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
