package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.operation.Operation;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesServerTest {
    private SqlStore store;
    private PagesServer server;

    @BeforeEach
    void open() throws IOException {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        server = new PagesServer(TestSites.of(store, right -> true), 0);
    }

    @AfterEach
    void close() {
        server.close();
        store.close();
    }

    private String ask(String line, String host, String... headers) throws IOException {
        return ask(server, line, host, headers);
    }

    /** @param headers each with its line's end; the last may be an empty line and the body */
    private static String ask(PagesServer server, String line, String host, String... headers) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.origin().getPort())) {
            String request = line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
                    + String.join("", headers) + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String host() {
        return "127.0.0.1:" + server.origin().getPort();
    }

    /** Otherwise each is asked for when the one before has come. */
    /** Modules that pages load when they show what is in them. */
    private static final Set<String> SHOWN_BY_SOME = Set.of(
            "places",
            "compare",
            "train",
            "trends",
            "charts",
            "contracts",
            "evidence",
            "lines",
            "pictures",
            "commits",
            "confirm");

    @Test
    void everyModuleIsAskedForAtOnce() throws IOException {
        Path pages = Path.of(System.getProperty("repository.root", ""))
                .resolve("src/main/resources/io/jenkins/plugins/releasetrain/engine/history/pages");
        String start = Files.readString(pages.resolve("start.js"));
        try (Stream<Path> files = Files.list(pages)) {
            List<String> modules = files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".js") && !f.equals("start.js"))
                    .toList();
            assertThat(modules).hasSizeGreaterThan(12).allSatisfy(f -> {
                String name = f.replace(".js", "");
                assertThat(start.contains('"' + name + '"')).as(name).isEqualTo(!SHOWN_BY_SOME.contains(name));
            });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/now",
                "/releases/shop-1",
                "/assets/main.js",
                "/assets/start.css",
                "/assets/echarts.js",
                "/context",
                "/blocked",
                "/api/now"
            })
    void everythingIsServedUnderAStrictPolicy(String path) throws IOException {
        String answer = ask("GET " + path, host());
        assertThat(answer).startsWith("HTTP/1.1 200");
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("content-security-policy: default-src 'self'", "x-content-type-options: nosniff");
    }

    @Test
    void pageHasNoInlineScriptOrStyle() throws IOException {
        String page = ask("GET /", host());
        assertThat(page)
                .doesNotContain("<style", " style=", "onclick", "<script>")
                .contains("<script src=");
    }

    @Test
    void unchangedAnswerIsNotSentAgain() throws IOException {
        String first = ask("GET /api/now", host());
        String etag = first.replaceAll("(?is).*\netag: (\\S+).*", "$1");
        assertThat(ask("GET /api/now", host(), "If-None-Match: " + etag + "\r\n"))
                .startsWith("HTTP/1.1 304");
    }

    @Test
    void onlyItsOwnNameAndItsOwnFilesAreServed() throws IOException {
        assertThat(ask("GET /api/now", "evil.example")).startsWith("HTTP/1.1 421");
        assertThat(ask("GET /../demo/shop.yaml", host())).startsWith("HTTP/1.1 404");
        assertThat(ask("GET /assets/../shop.yaml", host())).startsWith("HTTP/1.1 404");
        assertThat(ask("GET /api/releases/none", host())).startsWith("HTTP/1.1 404");
        assertThat(ask("GET /nothing", host())).startsWith("HTTP/1.1 404");
    }

    @Test
    void I10_onlyOwnPagesPostAndGetChangesNothing() throws IOException {
        String query = "/perform?operation=PAUSE&train=shop&reason=x";
        String mine = "Origin: http://" + host() + "\r\n";
        assertThat(ask("POST /api/now", host(), "Content-Length: 0\r\n", mine)).startsWith("HTTP/1.1 405");
        assertThat(ask("GET " + query, host())).startsWith("HTTP/1.1 404");
        assertThat(ask("DELETE /api/now", host())).startsWith("HTTP/1.1 405");
        assertThat(ask("POST /perform", host(), "Content-Length: 0\r\n")).startsWith("HTTP/1.1 403");
        assertThat(ask("POST /perform", host(), "Content-Length: 0\r\n", "Origin: http://evil.example\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(ask("POST /perform", host(), "Content-Length: 0\r\n", mine)).startsWith("HTTP/1.1 400");
    }

    @ParameterizedTest
    @EnumSource
    void I10_eachOperationIsRefusedToWhoMayNot(Operation operation) throws IOException {
        try (PagesServer strict = new PagesServer(TestSites.of(store, right -> right != operation.right()), 0)) {
            String form = "operation=" + operation + "&train=shop&subject=x&reason=y";
            String at = "127.0.0.1:" + strict.origin().getPort();
            assertThat(ask(strict, "GET /plan?" + form.replaceAll("&reason.*", ""), at))
                    .startsWith("HTTP/1.1 403");
            String answer = ask(
                    strict,
                    "POST /perform",
                    at,
                    "Origin: http://" + at + "\r\n",
                    "Content-Length: " + form.length() + "\r\n",
                    "\r\n" + form);
            assertThat(answer).startsWith("HTTP/1.1 403").contains("Release/" + operation.right());
        }
    }
}
