package io.jenkins.plugins.releasetrain.testkit.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * An OCI registry in memory with real HTTP on a free port of the loopback interface (distribution specification 1.1). It
 * proves digests, wants what a manifest refers to, remembers its requests, and fails on demand.
 */
public final class EmbeddedRegistry implements AutoCloseable {
    private static final int PIECE = 8192;
    private static final int THREADS = 16;

    private final RegistryOptions options;
    private final Contents contents = new Contents();
    private final Router router;
    private final ConcurrentLinkedQueue<Exchange> exchanges = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Planned> failures = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final HttpServer server;

    /**
     * A request and the status of its answer.
     *
     * @param path without the query
     * @param authorization the scheme of the Authorization that came with it; empty for none
     * @param status 0 where the connection was cut without an answer
     */
    public record Exchange(
            String method, String path, Map<String, List<String>> query, String authorization, int status) {
        @Override
        public String toString() {
            return method + " " + path + (query.isEmpty() ? "" : "?" + query) + " " + status;
        }
    }

    private record Planned(Predicate<Request> when, AtomicInteger left, Failure failure) {}

    private EmbeddedRegistry(RegistryOptions options) throws IOException {
        // Else an answer's header and body go out in two packets, 40 ms apart; read when the first server is made.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        this.options = options;
        router = new Router(
                new ManifestEndpoints(contents, options), new BlobEndpoints(contents, options, this::mayPull));
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = options.tls().isPresent()
                ? https(address, options.tls().get(), options.clientCertificates())
                : HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    private static HttpServer https(InetSocketAddress address, SSLContext context, boolean clientCertificates)
            throws IOException {
        HttpsServer https = HttpsServer.create(address, 0);
        https.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(clientCertificates);
                parameters.setSSLParameters(wanted);
            }
        });
        return https;
    }

    public static EmbeddedRegistry start() throws IOException {
        return start(RegistryOptions.DEFAULT);
    }

    public static EmbeddedRegistry start(RegistryOptions options) throws IOException {
        return new EmbeddedRegistry(options);
    }

    /** Host and port, as in image references. */
    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    public URI origin() {
        return URI.create((options.tls().isPresent() ? "https://" : "http://") + host());
    }

    /** The requests so far, in the order of their answers. */
    public List<Exchange> exchanges() {
        return List.copyOf(exchanges);
    }

    public void forgetExchanges() {
        exchanges.clear();
    }

    /** Lets the next so many requests of a kind fail. */
    public void failNext(int times, Predicate<Request> when, Failure failure) {
        failures.add(new Planned(when, new AtomicInteger(times), failure));
    }

    /** Tag to digest. */
    public Map<String, String> tags(String repository) {
        return Map.copyOf(contents.tags(repository));
    }

    public Optional<byte[]> manifest(String repository, String reference) {
        return contents.manifest(repository, reference).map(Contents.Stored::content);
    }

    public Optional<byte[]> blob(String repository, String digest) {
        return contents.blob(repository, digest);
    }

    /** Loses a blob, as a registry's garbage collection may. */
    public void loseBlob(String repository, String digest) {
        contents.deleteBlob(repository, digest);
    }

    /** Takes a manifest away by its digest, whatever lists it. */
    public void loseManifest(String repository, String digest) {
        contents.deleteManifest(repository, digest);
    }

    /** Whether anything was ever pushed there. */
    public boolean hasRepository(String repository) {
        return contents.hasRepository(repository);
    }

    /** Uploads that were begun and neither completed nor given up. */
    public int openUploads() {
        return contents.openUploads();
    }

    /** The same, once cancellations have come, for whose answer nobody waits; half a minute at most. */
    public int openUploadsAtLast() {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (openUploads() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return openUploads();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = Request.read(exchange, this::reading);
            if (!request.complete()) {
                keep(request);
                return;
            }
            Reply reply = planned(request).map(f -> failed(request, f)).orElseGet(() -> answer(request));
            String scheme = request.header("Authorization").orElse("").split(" ")[0];
            int status = reply.breakAfter() == 0 ? 0 : reply.status();
            exchanges.add(new Exchange(request.method(), request.path(), request.query(), scheme, status));
            send(exchange, reply, given -> giving(request, given));
        }
    }

    private Optional<Failure> planned(Request request) {
        for (Planned planned : failures) {
            if (planned.when.test(request) && planned.left.getAndDecrement() > 0) {
                return Optional.of(planned.failure);
            }
        }
        return Optional.empty();
    }

    /** A request that fails changes nothing, so only reads are answered before they are spoiled. */
    private Reply failed(Request request, Failure failure) {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        return failure.apply(reads ? answer(request) : Reply.of(500));
    }

    private Reply answer(Request request) {
        List<Personality> personalities = request.isOurs() ? List.of() : options.personalities();
        return new Ways(personalities).answer(request).header("Docker-Distribution-Api-Version", "registry/2.0");
    }

    private void reading(Request begun, long bytes) throws IOException {
        if (!begun.isOurs()) {
            for (Personality personality : options.personalities()) {
                personality.reading(begun, bytes);
            }
        }
    }

    /** What a broken upload brought, where the registry keeps it. */
    private void keep(Request broken) {
        if (options.personalities().stream().anyMatch(Personality::keepsBrokenUploads)) {
            String id = broken.path().substring(broken.path().lastIndexOf('/') + 1);
            contents.upload(id).ifPresent(upload -> upload.writeBytes(broken.body()));
        }
    }

    /** The personalities one after another, and then the registry itself. */
    private final class Ways implements Personality.Rest {
        private final List<Personality> left;

        Ways(List<Personality> left) {
            this.left = left;
        }

        @Override
        public Reply answer(Request request) {
            if (left.isEmpty()) {
                return refusal(request).orElseGet(() -> router.answer(request));
            }
            return left.get(0).answer(request, new Ways(left.subList(1, left.size())));
        }

        @Override
        public void deleteManifest(String repository, String reference) {
            contents.deleteManifest(repository, digest(repository, reference));
        }

        @Override
        public String digest(String repository, String reference) {
            return contents.manifest(repository, reference)
                    .map(Contents.Stored::digest)
                    .orElse("");
        }

        @Override
        public Set<String> tags(String repository) {
            return Set.copyOf(contents.tags(repository).keySet());
        }
    }

    /** Takes away what no tag points to and no index names, as retention does. */
    public void collectUntagged(String repository) {
        contents.collectUntagged(repository);
    }

    private void giving(Request asked, long bytes) {
        if (!asked.isOurs()) {
            options.personalities().forEach(personality -> personality.giving(asked, bytes));
        }
    }

    private static void send(HttpExchange exchange, Reply reply, LongConsumer giving) throws IOException {
        if (reply.breakAfter() == 0) {
            return;
        }
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        boolean chunked = reply.headers().containsKey("Transfer-Encoding");
        exchange.getResponseHeaders().remove("Transfer-Encoding");
        if (exchange.getRequestMethod().equals("HEAD")) {
            if (!chunked) {
                exchange.getResponseHeaders().set("Content-Length", String.valueOf(reply.body().length));
            }
            exchange.sendResponseHeaders(reply.status(), -1);
            return;
        }
        int told = reply.body().length == 0 ? -1 : reply.body().length;
        exchange.sendResponseHeaders(reply.status(), chunked ? 0 : told);
        int length = reply.breakAfter() < 0 ? reply.body().length : Math.min(reply.breakAfter(), reply.body().length);
        for (int given = 0; given < length; given += PIECE) {
            giving.accept(given);
            exchange.getResponseBody().write(reply.body(), given, Math.min(PIECE, length - given));
        }
        if (reply.breakWhen().isPresent()) {
            exchange.getResponseBody().flush();
            try {
                reply.breakWhen().get().await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Optional<Reply> refusal(Request request) {
        String authorization = request.header("Authorization").orElse("");
        if (request.isOurs() && authorization.isEmpty()) {
            return Optional.empty();
        }
        if (options.basicAuth().isPresent()) {
            byte[] pair = options.basicAuth().get().getBytes(StandardCharsets.UTF_8);
            boolean known = authorization.equals("Basic " + Base64.getEncoder().encodeToString(pair));
            return known ? Optional.empty() : Optional.of(unauthorized("Basic realm=\"embedded\""));
        }
        if (options.tokens().isEmpty()) {
            return Optional.empty();
        }
        String repository = Router.repository(request.path());
        String action =
                switch (request.method()) {
                    case "GET", "HEAD" -> "pull";
                    default -> "push";
                };
        boolean mayMount =
                request.parameter("from").map(from -> mayPull(request, from)).orElse(true);
        // CNCF distribution asks for the right to read where a blob is to be mounted from.
        if (allows(authorization, repository, action) && mayMount) {
            return Optional.empty();
        }
        boolean known = options.tokens().get().scopes(bearer(authorization)).isPresent();
        String scope = repository.isEmpty()
                ? ""
                : ",scope=\"repository:" + options.scopePrefix() + repository + ":" + action + "\"";
        return Optional.of(
                unauthorized("Bearer realm=\"" + options.tokens().get().realm() + "\",service=\"embedded\"" + scope
                        + (known ? ",error=\"insufficient_scope\"" : "")));
    }

    private static Reply unauthorized(String challenge) {
        return Reply.error(401, "UNAUTHORIZED", "authentication required").header("WWW-Authenticate", challenge);
    }

    private boolean mayPull(Request request, String repository) {
        return options.tokens().isEmpty()
                || allows(request.header("Authorization").orElse(""), repository, "pull");
    }

    private boolean allows(String authorization, String repository, String action) {
        List<String> scopes =
                options.tokens().orElseThrow().scopes(bearer(authorization)).orElse(null);
        if (scopes == null || repository.isEmpty()) {
            return scopes != null;
        }
        String prefix = "repository:" + options.scopePrefix() + repository + ":";
        return scopes.stream()
                .filter(scope -> scope.startsWith(prefix))
                .anyMatch(scope ->
                        List.of(scope.substring(prefix.length()).split(",")).contains(action));
    }

    private static String bearer(String authorization) {
        return authorization.startsWith("Bearer ") ? authorization.substring(7) : "";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
