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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A token server (distribution "Token Authentication Specification"): anybody gets pull, one account gets all it asks for.
 * Its tokens are opaque ones that it checks itself, or whatever it is given to mint them.
 */
public final class TokenServer implements AutoCloseable {
    private final Function<Grant, String> mint;
    private final Map<String, List<String>> issued = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicReference<String> account;
    private volatile UnaryOperator<List<String>> grants = scopes -> scopes;
    private volatile Predicate<String> known = scope -> true;
    private volatile Predicate<String> denied = scope -> false;
    private volatile int denial = 403;
    private volatile Optional<Integer> refusal = Optional.empty();
    private volatile Optional<String> elsewhere = Optional.empty();
    private volatile Optional<Reply> front = Optional.empty();
    private volatile String lifetime = "300";
    private volatile String told = "";
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
        account = new AtomicReference<>(user + ":" + password);
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

    /** Another password from now on; tokens that were given stay. */
    public void rotate(String user, String password) {
        account.set(user + ":" + password);
    }

    /** Gives a token for the last scope asked for only, as GitLab does. */
    public void grantOneScope() {
        grants = scopes -> scopes.isEmpty() ? scopes : scopes.subList(scopes.size() - 1, scopes.size());
    }

    /** Answers 400 to scopes that its grammar does not know, as Quay to {@code delete}. */
    public void know(Predicate<String> scopes) {
        known = scopes;
    }

    /** Gives no token for scopes of what the account does not see, or what is not there (GitLab, GHCR: 403 DENIED). */
    public void deny(int status, Predicate<String> scopes) {
        denial = status;
        denied = scopes;
    }

    /** Sends whoever asks to another address first. */
    public void moveTo(String address) {
        elsewhere = Optional.of(address);
    }

    /** What stands before it answers in its place; empty: nothing does any more. */
    public void standBefore(Optional<Reply> answer) {
        front = answer;
    }

    /** Takes the form of OAuth2 only, as some do, and answers so to what distribution's specification has. */
    public void takeFormsOnly(int status) {
        refusal = Optional.of(status);
    }

    /** Says so how long tokens last, in JSON. */
    public void tellLifetime(String seconds) {
        lifetime = seconds;
    }

    /** Answers with that JSON, in which {@code %s} is the token. */
    public void tellTokensAs(String json) {
        told = json;
    }

    private String standard(String token) {
        return "{\"token\":\"" + token + "\",\"expires_in\":" + lifetime + "}";
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
            boolean moved = elsewhere.isPresent() && request.path().equals("/token");
            Reply reply = moved ? Reply.of(307) : front.orElseGet(() -> answer(request));
            if (moved) {
                String query = exchange.getRequestURI().getRawQuery();
                exchange.getResponseHeaders().set("Location", elsewhere.get() + "?" + query);
            }
            exchange.getResponseHeaders()
                    .set("Content-Type", reply.headers().getOrDefault("Content-Type", "application/json"));
            exchange.sendResponseHeaders(reply.status(), reply.body().length);
            exchange.getResponseBody().write(reply.body());
        }
    }

    private Reply answer(Request request) {
        Optional<String> authorization = request.header("Authorization");
        if (authorization.isPresent() && !authorization.get().equals(basic())) {
            return Reply.error(401, "UNAUTHORIZED", "wrong password");
        }
        boolean posted = request.method().equals("POST");
        if (!posted && refusal.isPresent()) {
            return Reply.error(refusal.get(), "UNSUPPORTED", "the method is not allowed");
        }
        Map<String, List<String>> asked =
                posted ? Request.query(new String(request.body(), StandardCharsets.UTF_8)) : request.query();
        if (posted && !isGranted(asked)) {
            return Reply.error(401, "UNAUTHORIZED", "wrong grant");
        }
        List<String> granted = new ArrayList<>();
        List<String> scopes = asked.getOrDefault("scope", List.of()).stream()
                .flatMap(s -> Stream.of(s.split(" ")))
                .toList();
        if (!scopes.stream().allMatch(known)) {
            return Reply.error(400, "UNSUPPORTED", "unable to decode scope");
        }
        if (scopes.stream().anyMatch(denied)) {
            return Reply.error(denial, "DENIED", "requested access to the resource is denied");
        }
        for (String scope : grants.apply(scopes)) {
            String all = scope.endsWith(":*") ? scope.replaceAll("\\*$", "pull,push,delete") : scope;
            granted.add(authorization.isPresent() || posted ? all : scope.replaceAll(":[^:]*$", ":pull"));
        }
        String service = request.parameter("service").orElse("");
        String user = authorization.isPresent()
                ? account.get().substring(0, account.get().indexOf(':'))
                : "";
        String token = mint.apply(new Grant(user, service, List.copyOf(granted)));
        issued.put(token, granted);
        return Reply.json(200, told.isEmpty() ? standard(token) : told.replace("%s", token));
    }

    private boolean isGranted(Map<String, List<String>> form) {
        String user = account.get().substring(0, account.get().indexOf(':'));
        List<String> password = List.of(account.get().substring(account.get().indexOf(':') + 1));
        return switch (String.join("", form.getOrDefault("grant_type", List.of()))) {
            case "refresh_token" -> password.equals(form.get("refresh_token"));
            case "password" ->
                password.equals(form.get("password")) && List.of(user).equals(form.get("username"));
            default -> false;
        };
    }

    private String basic() {
        return "Basic " + Base64.getEncoder().encodeToString(account.get().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
