package io.jenkins.plugins.releasetrain.testkit.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A token server (distribution "Token Authentication Specification"): anybody gets pull, one account gets all it asks for.
 * Its tokens are opaque ones that it checks itself, or whatever it is given to mint them.
 */
public final class TokenServer implements AutoCloseable {
    private final String account;
    private final Function<Grant, String> mint;
    private final Map<String, List<String>> issued = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpServer server;

    /**
     * What a token allows.
     *
     * @param user empty for anybody
     * @param scopes as {@code repository:shop/cart:pull,push}
     */
    public record Grant(String user, String service, List<String> scopes) {}

    private TokenServer(String user, String password, Function<Grant, String> mint) throws IOException {
        account = user + ":" + password;
        this.mint = mint;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/token", this::serve);
        server.start();
    }

    /** Opaque tokens, for {@link EmbeddedRegistry}. */
    public static TokenServer start(String user, String password) throws IOException {
        return new TokenServer(user, password, grant -> UUID.randomUUID().toString());
    }

    public static TokenServer start(String user, String password, Function<Grant, String> mint) throws IOException {
        return new TokenServer(user, password, mint);
    }

    public String realm() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    /** The requests for tokens, in the order of their arrival. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Lets every token expire at once. */
    public void revokeAll() {
        issued.clear();
    }

    Optional<List<String>> scopes(String token) {
        return Optional.ofNullable(issued.get(token));
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = Request.read(exchange);
            requests.add(request);
            Reply reply = answer(request);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(reply.status(), reply.body().length);
            exchange.getResponseBody().write(reply.body());
        }
    }

    private Reply answer(Request request) {
        Optional<String> authorization = request.header("Authorization");
        if (authorization.isPresent() && !authorization.get().equals(basic())) {
            return Reply.error(401, "UNAUTHORIZED", "wrong password");
        }
        List<String> granted = new ArrayList<>();
        for (String scope : request.query().getOrDefault("scope", List.of())) {
            granted.add(authorization.isPresent() ? scope : scope.replaceAll(":[^:]*$", ":pull"));
        }
        String service = request.parameter("service").orElse("");
        String user = authorization.isPresent() ? account.substring(0, account.indexOf(':')) : "";
        String token = mint.apply(new Grant(user, service, List.copyOf(granted)));
        issued.put(token, granted);
        return Reply.json(200, "{\"token\":\"" + token + "\",\"expires_in\":300}");
    }

    private String basic() {
        return "Basic " + Base64.getEncoder().encodeToString(account.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
