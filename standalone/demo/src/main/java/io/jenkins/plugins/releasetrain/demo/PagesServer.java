package io.jenkins.plugins.releasetrain.demo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.history.Parameters;
import io.jenkins.plugins.releasetrain.engine.history.Reader;
import io.jenkins.plugins.releasetrain.engine.history.Texts;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Asked;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** Serves the pages, the history's JSON API and the operations on 127.0.0.1, as Jenkins does below release-trains. */
final class PagesServer implements AutoCloseable {
    private static final String API = "/api/";
    private static final String ASSETS = "/assets/";
    private static final Set<String> PAGES = Set.of(
            "",
            "overview",
            "now",
            "trains",
            "lanes",
            "bad",
            "history",
            "releases",
            "changes",
            "compare",
            "places",
            "matrix",
            "services",
            "digests",
            "verified",
            "trends",
            "audit",
            "find");
    private static final Set<String> FILES = Set.of(
            "start.css",
            "start.js",
            "main.js",
            "host.js",
            "dom.js",
            "pages.js",
            "overview.js",
            "lines.js",
            "train.js",
            "places.js",
            "compare.js",
            "trends.js",
            "forms.js",
            "actions.js",
            "confirm.js",
            "commits.js",
            "contracts.js",
            "evidence.js",
            "pictures.js",
            "charts.js");
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "html", "text/html; charset=utf-8");
    private static final int LONGEST_FORM = 8_192;
    private static final int THREADS = 4;

    private final Site site;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Set<String> hosts;

    /**
     * What is served, and to whom: there is no login in the demo, so everybody is the same caller.
     *
     * @param clock that the times of answers are of
     */
    record Site(HistoryApi history, OperationsApi operations, OperationsApi.Caller caller, Clock clock) {}

    /** @param port 0 for any free one */
    PagesServer(Site site, int port) throws IOException {
        this.site = site;
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
            // Another name for this address is another site's page that had its own name point here.
            if (!hosts.contains(header(exchange, "Host"))) {
                text(exchange, 421, "Ask by 127.0.0.1 or localhost");
            } else if ("POST".equals(exchange.getRequestMethod())) {
                post(exchange);
            } else if (!"GET".equals(exchange.getRequestMethod())) {
                headers.set("Allow", "GET, POST");
                text(exchange, 405, "Only GET and POST are answered");
            } else {
                get(exchange, exchange.getRequestURI().getRawPath());
            }
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    private void get(HttpExchange exchange, String path) throws IOException {
        String query = exchange.getRequestURI().getRawQuery();
        if (path.startsWith(API)) {
            String known = exchange.getRequestHeaders().getFirst("If-None-Match");
            exchange.getResponseHeaders()
                    .set("Release-Train-Now", String.valueOf(site.clock().millis()));
            answer(exchange, Reader.ALL.see(site.history().get(path.substring(API.length()), query, known), false, ""));
        } else if (path.startsWith(ASSETS)) {
            asset(exchange, path.substring(ASSETS.length()));
        } else if ("/context".equals(path)) {
            answer(exchange, OperationsApi.context(site.caller(), locale(exchange)));
        } else if ("/sentences".equals(path)) {
            answer(exchange, OperationsApi.sentences(locale(exchange)));
        } else if ("/plan".equals(path)) {
            answer(exchange, site.operations().plan(() -> Asked.of(query), site.caller()));
        } else if ("/outlook".equals(path)) {
            answer(exchange, site.operations().outlook(() -> Asked.of(query)));
        } else if ("/outlooks".equals(path)) {
            answer(
                    exchange,
                    site.operations()
                            .outlooks(() -> new Parameters(query == null ? "" : query, Set.of("trains"))
                                    .text("trains")
                                    .orElse("")));
        } else if ("/blocked".equals(path)) {
            answer(exchange, site.operations().blocked());
        } else if (PAGES.contains(path.substring(1).split("/", 2)[0])) {
            send(exchange, 200, TYPES.get("html"), page(Texts.of(locale(exchange))));
        } else {
            text(exchange, 404, "There is no such page");
        }
    }

    private void post(HttpExchange exchange) throws IOException {
        String origin = header(exchange, "Origin");
        if (!"/perform".equals(exchange.getRequestURI().getRawPath())) {
            exchange.getResponseHeaders().set("Allow", "GET");
            text(exchange, 405, "Only GET is answered here");
        } else if (hosts.stream().noneMatch(h -> origin.equals("http://" + h))) {
            text(exchange, 403, "Another site's page must not change anything here");
        } else {
            String form = new String(exchange.getRequestBody().readNBytes(LONGEST_FORM), StandardCharsets.UTF_8);
            answer(exchange, site.operations().perform(() -> Asked.of(form), site.caller()));
        }
    }

    /** What Jenkins' own view of them has, too: a title, the tabs, and a sentence for those who run no scripts. */
    private static byte[] page(Texts texts) throws IOException {
        try (InputStream in = PagesServer.class.getResourceAsStream("pages/index.html")) {
            String tabs = texts.tabs().stream()
                    .map(t -> "<a href=\"/" + t.path() + "\" data-page=\"" + t.name() + "\">" + t.text() + "</a>")
                    .collect(Collectors.joining(" "));
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{language}", texts.language())
                    .replace("{title}", texts.text("title"))
                    .replace("{pages}", texts.text("pages"))
                    .replace("{noscript}", texts.text("noscript"))
                    .replace("{tabs}", tabs)
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    private static Locale locale(HttpExchange exchange) {
        try {
            List<Locale.LanguageRange> wanted = Locale.LanguageRange.parse(header(exchange, "Accept-Language"));
            return Locale.forLanguageTag(wanted.get(0).getRange());
        } catch (IllegalArgumentException e) {
            return Locale.ENGLISH;
        }
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        if (!answer.etag().isEmpty()) {
            exchange.getResponseHeaders().set("ETag", answer.etag());
        }
        send(exchange, answer.status(), answer.type(), answer.body());
    }

    private static void asset(HttpExchange exchange, String name) throws IOException {
        if ("demo.css".equals(name)) {
            file(exchange, PagesServer.class, "pages/demo.css");
        } else if ("echarts.js".equals(name)) {
            file(exchange, PagesServer.class, echarts());
        } else if (FILES.contains(name)) {
            file(exchange, HistoryApi.class, "pages/" + name);
        } else {
            text(exchange, 404, "There is no such file");
        }
    }

    private static String echarts() throws IOException {
        Properties webJar = new Properties();
        try (InputStream in =
                PagesServer.class.getResourceAsStream("/META-INF/maven/org.webjars/echarts/pom.properties")) {
            webJar.load(in);
        }
        return "/META-INF/resources/webjars/echarts/" + webJar.getProperty("version") + "/echarts.common.min.js";
    }

    private static void file(HttpExchange exchange, Class<?> beside, String name) throws IOException {
        try (InputStream in = beside.getResourceAsStream(name)) {
            send(exchange, 200, TYPES.get(name.substring(name.lastIndexOf('.') + 1)), in.readAllBytes());
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
